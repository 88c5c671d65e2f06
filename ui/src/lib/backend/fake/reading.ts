// Notes to be read, in the page: Markdown by lines, with the place of every run of text, as the program renders it. It must not know how notes are
// written.

import type { NotesBackend } from '../contract';
import type { NoteView, OutlineEntry, Passage } from '../wire';
import { byteLength } from '../utf8';
import { chunksOf, corpus, type FakeNote, gramsOf, infoOf, likeness, noteById } from './corpus';
import { passageOf, scoresOf } from './passages';
import { pagesOf } from './paper';
import { garbled, pause, repeated, scene } from './scene';

export type ReadingBackend = Pick<NotesBackend, 'list' | 'view' | 'pages' | 'related' | 'openExternally' | 'reveal'>;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const run = (at: number, text: string): string => (text ? `<span data-at="${at}">${escaped(text)}</span>` : '');

/** Emphasis, code, links, formulas, signs of footnotes and the text between them. */
const INLINE =
  /\*\*([^*]+)\*\*|`([^`]+)`|\[\[([^\]|]+)(?:\|([^\]]+))?\]\]|\[\^(\w+)\]|\[([^\]]+)\]\((https?:[^)]+|[^)#:]*#[^)]+)\)|<(https?:[^>]+)>|(?<!\$)\$([^$\s][^$]*)\$(?!\$)/g;

/** A link to a note, and to the heading behind `#`. */
function link(target: string, to: number | undefined, inside: string): string {
  if (to === undefined) return `<a data-missing="${escaped(target)}">${inside}</a>`;
  const heading = target.includes('#') ? ` data-heading="${escaped(target.slice(target.indexOf('#') + 1))}"` : '';
  return `<a href="#" data-note="${to}"${heading}>${inside}</a>`;
}

/** `self` is the note that it is in. */
function inline(text: string, at: number, self: number): string {
  let html = '';
  let last = 0;
  const place = (index: number): number => at + byteLength(text.slice(0, index));
  for (const match of text.matchAll(INLINE)) {
    const [whole, bold, code, target, shown, footnote, label, url, bare, formula] = match;
    html += run(place(last), text.slice(last, match.index));
    last = match.index + whole.length;
    const inside = (part: string): string => run(place(match.index + whole.indexOf(part)), part);
    if (bold) html += `<strong>${inline(bold, place(match.index + 2), self)}</strong>`;
    else if (code) html += `<code>${inside(code)}</code>`;
    else if (target) {
      const to = corpus.notes.find((note) => note.title === target.split('#')[0])?.id;
      html += link(target, target.startsWith('#') ? self : to, inside(shown ?? target));
    } else if (footnote) html += `<sup class="footnote">${inside(footnote)}</sup>`;
    else if (label && url && !url.startsWith('http')) {
      const to = corpus.notes.find((note) => note.path.split('/').at(-1) === url.split('#')[0]?.split('/').at(-1))?.id;
      html += link(url, url.startsWith('#') ? self : to, inside(label));
    } else if (label && url) html += `<a href="#" data-url="${escaped(url)}">${inside(label)}</a>`;
    else if (bare) html += `<a href="#" data-url="${escaped(bare)}">${inside(bare)}</a>`;
    else if (formula && /\\(?!cdot)|[{}]/.test(formula)) html += `<code class="math">${inside(formula)}</code>`;
    else if (formula) {
      const letters = formula
        .replaceAll(/\\cdot\s*/g, '·')
        .replace(/[a-z]/g, '<mi>$&</mi>')
        .replace(/[=·+]/g, '<mo>$&</mo>')
        .replace(/\d+/g, '<mn>$&</mn>');
      html += `<span data-formula="${place(match.index)}"><math><mrow>${letters}</mrow></math></span>`;
    }
  }
  const rest = text.slice(last);
  const [named, name] = /\s*(?<=\s|^)\^([a-z\d-]{2,})$/.exec(rest) ?? ['', ''];
  return html + run(place(last), rest.slice(0, rest.length - named.length)) + (name && `<span data-block="${name}"></span>`);
}

/** A note as HTML and its headings. */
function render({ id: self, text }: FakeNote): { html: string; outline: OutlineEntry[] } {
  const outline: OutlineEntry[] = [];
  const lines: { text: string; at: number }[] = [];
  let at = 0;
  for (const line of text.split('\n')) {
    lines.push({ text: line, at });
    at += byteLength(line) + 1;
  }
  let html = '';
  let index = lines[0]?.text === '---' ? lines.findIndex((line, n) => n > 0 && line.text === '---') + 1 : 0;
  const block = (
    open: string,
    close: string,
    belongs: RegExp,
    each: (line: { text: string; at: number }, first: boolean) => string,
  ): void => {
    html += open;
    for (let first = true; index < lines.length && belongs.test(lines[index]?.text ?? ''); index += 1, first = false) {
      const line = lines[index];
      if (line) html += each(line, first);
    }
    html += close;
  };
  const after = (line: { text: string; at: number }, lead: RegExp): string => {
    const length = lead.exec(line.text)?.[0].length ?? 0;
    return inline(line.text.slice(length), line.at + byteLength(line.text.slice(0, length)), self);
  };
  while (index < lines.length) {
    const line = lines[index];
    if (!line || line.text.trim() === '') {
      index += 1;
      continue;
    }
    const heading = /^(#{1,6})\s+(.*)$/.exec(line.text);
    if (heading) {
      const level = heading[1]?.length ?? 1;
      outline.push({ level, title: heading[2] ?? '', at: line.at });
      html += `<h${level}>${after(line, /^#{1,6}\s+/)}</h${level}>`;
      index += 1;
    } else if (line.text.startsWith('```')) {
      index += 1;
      block('<pre><code>', '</code></pre>', /^(?!```)/, (each) => run(each.at, `${each.text}\n`));
      index += 1;
    } else if (line.text.startsWith('|')) {
      block('<div class="table"><table>', '</table></div>', /^\|/, (each, first) => row(each, first ? 'th' : 'td', self));
    } else if (/^\s*[-*]\s/.test(line.text))
      block('<ul>', '</ul>', /^\s*[-*]\s/, (each) => `<li>${after(each, /^\s*[-*]\s+/)}</li>`);
    else if (/^\d+\.\s/.test(line.text)) block('<ol>', '</ol>', /^\d+\.\s/, (each) => `<li>${after(each, /^\d+\.\s+/)}</li>`);
    else if (line.text.startsWith('>')) {
      const [, kind, title] = /^> \[!(\w+)\]\s*(.*)$/.exec(line.text) ?? [];
      block(kind ? `<blockquote class="${kind}">` : '<blockquote>', '</blockquote>', /^>/, (each, first) => {
        if (!kind || !first) return `<p>${after(each, /^>\s?/)}</p>`;
        return title
          ? `<p class="callout">${after(each, /^> \[!\w+\]\s*/)}</p>`
          : `<p class="callout" data-callout="${kind}"></p>`;
      });
    } else if (/^\[\^\w+\]: /.test(line.text)) {
      const name = /\w+/.exec(line.text)?.[0] ?? '';
      html += `<div class="footnote"><sup>${name}</sup> <p>${after(line, /^\[\^\w+\]: /)}</p></div>`;
      index += 1;
    } else if (/^-{3,}$/.test(line.text)) {
      html += '<hr>';
      index += 1;
    } else {
      block(
        '<p>',
        '</p>',
        /^(?!#{1,6}\s|```|\||\s*[-*]\s|\d+\.\s|>|\s*$)/,
        (each, first) => (first ? '' : run(each.at - 1, '\n')) + inline(each.text, each.at, self),
      );
    }
  }
  return { html, outline };
}

function row(line: { text: string; at: number }, tag: string, self: number): string {
  if (/^[|\s:-]+$/.test(line.text)) return '';
  let html = '<tr>';
  let from = 1;
  for (const cell of line.text
    .replace(/\|\s*$/, '')
    .slice(1)
    .split('|')) {
    const lead = cell.length - cell.trimStart().length;
    html += `<${tag} class="left">${inline(cell.trim(), line.at + byteLength(line.text.slice(0, from + lead)), self)}</${tag}>`;
    from += cell.length + 1;
  }
  return `${html}</tr>`;
}

function viewOf(note: FakeNote): NoteView {
  const { html, outline } = render(note);
  const backlinks = corpus.notes
    .filter((other) => other.id !== note.id)
    .flatMap((other) => {
      const context = other.text
        .split('\n')
        .find((line) => line.includes(`[[${note.title}]]`) || line.includes(`[[${note.title}|`));
      return context === undefined
        ? []
        : [{ document_id: other.id, title: other.title, library: other.library, path: other.path, context }];
    });
  return {
    note: infoOf(note),
    html,
    outline,
    pages: note.format === 'pdf' ? pagesOf(note.text, 0, 0).pages.length : null,
    chars: [...note.text].length,
    partial: scene('part'),
    backlinks,
    notices: repeated([
      ...(scene('noticed') ? ['the file has changed: this is the note as it was indexed'] : []),
      ...(scene('part')
        ? ['the note is very long: its first 2000 characters are shown; open it in your own program for the rest']
        : []),
    ]),
  };
}

const failing = {
  code: 'io',
  message: 'the file cannot be read: permission denied',
  hint: 'See that you may read it, then try again.',
};

/** Notes whose first reading failed: the next one succeeds. */
const unread = new Set<number>();

export const reading: ReadingBackend = {
  async list() {
    await pause(30);
    return corpus.notes
      .filter((note) => !note.unlisted)
      .map(infoOf)
      .sort((a, b) => a.title.localeCompare(b.title, 'zh'));
  },
  async view(id) {
    await pause(40);
    if (scene('gone')) noteById(-1);
    if (scene('failing') || (scene('unreadable') && !unread.delete(id) && unread.add(id))) throw failing;
    const view = viewOf(noteById(id));
    return garbled('view') ? { ...view, outline: null as never } : view;
  },
  async pages(id, start, end) {
    await pause(60);
    if (scene('failing') || scene('unpaged')) throw failing;
    return pagesOf(noteById(id).text, start, end);
  },
  async related(id, start, end): Promise<Passage[]> {
    await pause(80);
    const note = noteById(id);
    const about = end > start ? new TextDecoder().decode(new TextEncoder().encode(note.text).slice(start, end)) : note.title;
    return corpus.notes
      .filter((other) => other.id !== id && !other.path.startsWith('note-'))
      .slice(0, 60)
      .flatMap((other) => {
        const best = chunksOf(other)
          .map((chunk) => ({ chunk, score: likeness(about.slice(0, 200), chunk.text) }))
          .sort((a, b) => b.score - a.score)[0];
        return best && best.score > 0.08 ? [best] : [];
      })
      .sort((a, b) => b.score - a.score)
      .slice(0, 3)
      .map(({ chunk, score }) => passageOf(chunk, gramsOf(about.slice(0, 40)), scoresOf(score)));
  },
  async openExternally() {
    await pause(10);
    if (scene('failing')) throw failing;
  },
  async reveal() {
    await pause(10);
  },
};
