// The tags in a note's front matter, read and changed in its text: YAML between `---`, TOML between `+++`. What is not a tag is not touched. Pure.
// It follows what the engine reads (ingest/markdown/front.rs) and must not know the rest of Markdown.

export interface Edit {
  from: number;
  to: number;
  insert: string;
}

interface Line {
  from: number;
  /** Without the end of the line. */
  text: string;
  /** After the end of the line. */
  next: number;
}

interface Front {
  fence: '---' | '+++';
  /** Between the fences. */
  lines: Line[];
  /** From the opening fence to after the closing one. */
  from: number;
  to: number;
  closing: number;
}

interface Place {
  /** The lines of the entry, with what belongs to it. */
  first: Line;
  last: Line;
  /** Each tag and how it is written. */
  items: { tag: string; raw: string }[];
  form: 'flow' | 'block' | 'words';
  /** Of the value; for a block list, its items. */
  from: number;
  to: number;
  indent: string;
}

const NAMES = ['tags', 'tag', 'Tags', 'keywords', '标签'];
/** The engine looks no further for the closing line. */
const MOST_LINES = 201;

function lineAt(text: string, from: number): Line {
  const end = text.indexOf('\n', from);
  const next = end < 0 ? text.length : end + 1;
  const body = text.slice(from, end < 0 ? text.length : end);
  return { from, text: body.endsWith('\r') ? body.slice(0, -1) : body, next };
}

function front(text: string): Front | null {
  const start = text.startsWith('\uFEFF') ? 1 : 0;
  const opening = lineAt(text, start);
  const fence = opening.text.trimEnd();
  if ((fence !== '---' && fence !== '+++') || opening.next >= text.length) return null;
  const lines: Line[] = [];
  for (let from = opening.next; from < text.length && lines.length <= MOST_LINES;) {
    const line = lineAt(text, from);
    const body = line.text.trimEnd();
    if (body === fence || (fence === '---' && body === '...')) {
      return { fence, lines, from: start, to: line.next, closing: line.from };
    }
    if (lines.length === 0 && body.trim() === '') return null;
    lines.push(line);
    from = line.next;
  }
  return null;
}

const unquoted = (raw: string): string => {
  const text = raw.trim();
  if (text.length >= 2 && text.startsWith('"') && text.endsWith('"')) {
    try {
      return JSON.parse(text) as string;
    } catch {
      return text.slice(1, -1);
    }
  }
  if (text.length >= 2 && text.startsWith("'") && text.endsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  return text;
};

const item = (raw: string): { tag: string; raw: string } => ({
  tag: unquoted(raw).trim().replace(/^#+/u, '').trim(),
  raw: raw.trim(),
});

/** The parts of `a, "b, c"`. */
function parts(inner: string): string[] {
  const found = inner.match(/(?:"(?:\\.|[^"\\])*"|'(?:''|[^'])*'|[^,])+/gu) ?? [];
  return found.filter((part) => part.trim() !== '');
}

/** Where a comment begins that is not inside quotes; the length if there is none. */
function comment(value: string): number {
  let quote = '';
  for (let at = 0; at < value.length; at += 1) {
    const mark = value[at] ?? '';
    if (quote) quote = mark === quote ? '' : quote;
    else if (mark === '"' || mark === "'") quote = mark;
    else if (mark === '#' && at > 0 && /\s/u.test(value[at - 1] ?? '')) return at;
  }
  return value.length;
}

function find(text: string, head: Front): Place | null {
  const mark = head.fence === '+++' ? '=' : ':';
  for (const name of NAMES) {
    const at = head.lines.findIndex(
      (line) => line.text.startsWith(name) && line.text.slice(name.length).trimStart().startsWith(mark),
    );
    const first = head.lines[at];
    if (!first) continue;
    const valueFrom = first.from + first.text.indexOf(mark, name.length) + 1;
    const value = text.slice(valueFrom, first.from + first.text.length);
    const lead = value.length - value.trimStart().length;
    const from = valueFrom + lead;
    if (value.trimStart().startsWith('[')) {
      const close = flowEnd(text, from, head.closing);
      if (close === null) return null;
      const last = head.lines.find((line) => close <= line.next) ?? first;
      const items = parts(text.slice(from + 1, close - 1).replace(/\r?\n/gu, ' ')).map(item);
      return { first, last, items, form: 'flow', from, to: close, indent: '' };
    }
    const written = value.slice(0, comment(value)).trimEnd();
    // `#a #b` is a way to write tags, though YAML takes it for a comment; the engine reads what YAML reads.
    if (written.trim() !== '') {
      const inner = written.trim();
      const words = /[,，、;]/u.test(inner) ? inner.split(/[,，、;]/u) : inner.split(/\s+/u);
      const items = (/^["']/u.test(inner) ? splitWords(unquoted(inner)) : words).map(item);
      return { first, last: first, items, form: 'words', from, to: valueFrom + written.length, indent: '' };
    }
    return block(head, at, first, from);
  }
  return null;
}

const splitWords = (text: string): string[] => (/[,，、;]/u.test(text) ? text.split(/[,，、;]/u) : text.split(/\s+/u));

/** After the `]` that closes the `[` at `from`. */
function flowEnd(text: string, from: number, limit: number): number | null {
  let quote = '';
  for (let at = from + 1; at < limit; at += 1) {
    const mark = text[at] ?? '';
    if (quote) quote = mark === quote ? '' : quote;
    else if (mark === '"' || mark === "'") quote = mark;
    else if (mark === ']') return at + 1;
  }
  return null;
}

function block(head: Front, at: number, first: Line, from: number): Place {
  const place: Place = { first, last: first, items: [], form: 'block', from: first.next, to: first.next, indent: '  ' };
  for (const line of head.lines.slice(at + 1)) {
    const found = /^(\s*)-\s+(.*)$/u.exec(line.text);
    if (!found) break;
    const written = found[2] ?? '';
    place.items.push({ tag: item(written.slice(0, comment(` ${written}`) - 1)).tag, raw: line.text });
    if (place.items.length === 1) place.indent = found[1] ?? '';
    place.last = line;
    place.to = line.next;
  }
  // Nothing follows the colon and no list either: an empty value is filled in its line.
  if (place.items.length === 0) return { ...place, form: 'flow', from, to: from };
  return place;
}

/** The tags of a note, as they are written and without `#`. */
export function readTags(text: string): string[] {
  const head = front(text);
  const place = head && find(text, head);
  return [...new Set((place?.items ?? []).map(({ tag }) => tag).filter(Boolean))];
}

/** As it stands in a list: quoted where it would mean something else. */
function written(tag: string, fence: Front['fence']): string {
  const bare =
    /^[\p{L}\p{N}_][\p{L}\p{N}_/.+\-\u0020]*$/u.test(tag) &&
    !/^(?:true|false|null|yes|no|on|off|~|[\d.+-][\d.eE_+-]*)$/iu.test(tag);
  return fence === '---' && bare ? tag : JSON.stringify(tag);
}

/** The change that gives a note these tags; null where it has them already. */
export function editTags(text: string, wanted: string[]): Edit | null {
  const tags = [...new Set(wanted.map((tag) => tag.trim().replace(/^#+/u, '').trim().replace(/\s+/gu, ' ')).filter(Boolean))];
  const now = readTags(text);
  if (tags.length === now.length && tags.every((tag, at) => tag === now[at])) return null;
  const newline = lineEnd(text);
  const head = front(text);
  if (!head) {
    const at = text.startsWith('\uFEFF') ? 1 : 0;
    const list = tags.map((tag) => written(tag, '---')).join(', ');
    return { from: at, to: at, insert: ['---', `tags: [${list}]`, '---', '', ''].join(newline) };
  }
  const place = find(text, head);
  if (!place) {
    const list = tags.map((tag) => written(tag, head.fence)).join(', ');
    const entry = head.fence === '+++' ? `tags = [${list}]` : `tags: [${list}]`;
    // In TOML a line after a table's head would belong to the table.
    const at = head.fence === '+++' ? (head.lines[0]?.from ?? head.closing) : head.closing;
    return { from: at, to: at, insert: entry + newline };
  }
  if (tags.length === 0) return removal(text, head, place, newline);
  const raw = (tag: string): string | undefined => place.items.find((old) => old.tag === tag)?.raw;
  if (place.form === 'block') {
    const lines = tags.map((tag) => raw(tag) ?? `${place.indent}- ${written(tag, head.fence)}`);
    return { from: place.from, to: place.to, insert: lines.map((line) => line + newline).join('') };
  }
  const list = tags.map((tag) => (place.form === 'flow' ? raw(tag) : undefined) ?? written(tag, head.fence)).join(', ');
  const lead = /\s/u.test(text[place.from - 1] ?? '') ? '' : ' ';
  const trail = text[place.to] === '#' ? ' ' : '';
  return { from: place.from, to: place.to, insert: `${lead}[${list}]${trail}` };
}

/** Without tags there is no entry; front matter that had nothing else goes with it. */
function removal(text: string, head: Front, place: Place, newline: string): Edit {
  const others = head.lines.some(
    (line) => (line.from < place.first.from || line.from > place.last.from) && line.text.trim() !== '',
  );
  if (others) return { from: place.first.from, to: place.last.next, insert: '' };
  const to = text.startsWith(newline, head.to) ? head.to + newline.length : head.to;
  return { from: head.from, to, insert: '' };
}

/** The first end of a line. */
function lineEnd(text: string): string {
  const at = text.indexOf('\n');
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
}

export function apply(text: string, edit: Edit | null): string {
  return edit ? text.slice(0, edit.from) + edit.insert + text.slice(edit.to) : text;
}
