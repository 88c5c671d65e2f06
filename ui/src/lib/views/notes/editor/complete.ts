// What is offered while writing: titles after `[[`, tags after `#` and in the front matter. It must not know where titles and tags come from.

import {
  autocompletion,
  pickedCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import type { EditorState, Extension } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';

export interface Offers {
  /** `name` is what a link says. */
  titles(): { title: string; path: string; name: string }[];
  tags(): string[];
}

const MOST = 50;
const plain = (text: string): string => text.normalize('NFKC').toLowerCase();

/** The best of many: what begins with the word first, then what holds it. */
function best<T>(all: T[], word: string, text: (entry: T) => string): T[] {
  const wanted = plain(word);
  const begins: T[] = [];
  const holds: T[] = [];
  for (const entry of all) {
    const at = plain(text(entry)).indexOf(wanted);
    if (at === 0) begins.push(entry);
    else if (at > 0 && holds.length < MOST) holds.push(entry);
    if (begins.length >= MOST) break;
  }
  return [...begins, ...holds].slice(0, MOST);
}

function link(name: string): NonNullable<Completion['apply']> {
  return (view: EditorView, completion: Completion, from: number, to: number) => {
    const closed = view.state.sliceDoc(to, to + 2) === ']]';
    view.dispatch({
      changes: { from, to: closed ? to + 2 : to, insert: `${name}]]` },
      selection: { anchor: from + name.length + 2 },
      annotations: pickedCompletion.of(completion),
      userEvent: 'input.complete',
    });
  };
}

export function titles(context: CompletionContext, offers: Offers): CompletionResult | null {
  const before = context.matchBefore(/\[\[[^[\]|\n]*/u);
  if (!before) return null;
  const found = best(offers.titles(), before.text.slice(2), (entry) => entry.title);
  return {
    from: before.from + 2,
    filter: false,
    options: found.map(({ title, path, name }) => ({ label: title, detail: folder(path), apply: link(name) })),
  };
}

function folder(path: string): string {
  const at = path.lastIndexOf('/');
  return at > 0 ? path.slice(0, at) : '';
}

export function tags(context: CompletionContext, offers: Offers): CompletionResult | null {
  const inFront = inTags(context.state, context.pos);
  const before = inFront ? context.matchBefore(/[^\s,[\]"'#]*/u) : context.matchBefore(/(?<=^|\s)#[\p{L}\p{N}_/-]+/u);
  if (!before || (inFront && before.text === '' && !context.explicit)) return null;
  const word = before.text.replace(/^#/u, '');
  const options = best(offers.tags(), word, (tag) => tag)
    .filter((tag) => tag !== word)
    .map((tag): Completion => ({ label: tag }));
  return { from: before.to - word.length, filter: false, options };
}

/** Whether a place is in the value of `tags` in the front matter. */
export function inTags(state: EditorState, pos: number): boolean {
  const line = state.doc.lineAt(pos);
  if (line.number > 200 || state.doc.line(1).text.trimEnd() !== '---') return false;
  let name = '';
  for (let at = 2; at <= line.number; at += 1) {
    const { text } = state.doc.line(at);
    if (/^(?:---|\.\.\.)\s*$/u.test(text)) return false;
    const key = /^([^\s:#-][^:]*):/u.exec(text);
    if (key) name = key[1] ?? '';
    if (at === line.number && key && pos - line.from <= key[0].length - 1) return false;
  }
  return /^(?:tags?|Tags|keywords|标签)$/u.test(name);
}

export function completion(offers: Offers): Extension {
  return autocompletion({
    override: [(context) => titles(context, offers), (context) => tags(context, offers)],
    icons: false,
    closeOnBlur: true,
    maxRenderedOptions: MOST,
  });
}
