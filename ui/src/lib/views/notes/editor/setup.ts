// An editor of Markdown in a given element. It must not know the program, notes, or the words of the interface.

import { completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from '@codemirror/commands';
import { markdown, markdownLanguage } from '@codemirror/lang-markdown';
import { yamlFrontmatter } from '@codemirror/lang-yaml';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import {
  Compartment,
  EditorState,
  Text,
  Transaction,
  type ChangeSpec,
  type Extension,
  type StateCommand,
} from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { completion, type Offers } from './complete';
import { direction } from './direction';
import { arrived, images, placeAt, put, type Storing } from './images';
import { links, type Target } from './links';
import { measure } from './measure';
import { withoutStyleElements } from './sheet';
import { theme } from './theme';

export interface Words {
  label: string;
  empty: string;
  phrases: Record<string, string>;
}

export interface Wiring extends Storing {
  words: Words;
  offers: Offers;
  typed(text: string): void;
  open(target: Target): void;
}

/** What the editor's keys do, but for the one that shows the sheet of keys in the whole window. */
const usual = defaultKeymap.filter(({ key }) => key !== 'Mod-/');

/** Two marks around what is selected, or away again. */
function around(mark: string): StateCommand {
  return ({ state, dispatch }) => {
    const { from, to } = state.selection.main;
    const width = mark.length;
    const has = state.sliceDoc(from - width, from) === mark && state.sliceDoc(to, to + width) === mark;
    const changes: ChangeSpec = has
      ? [
          { from: from - width, to: from },
          { from: to, to: to + width },
        ]
      : [
          { from, insert: mark },
          { from: to, insert: mark },
        ];
    const move = has ? -width : width;
    dispatch(state.update({ changes, selection: { anchor: from + move, head: to + move }, userEvent: 'input' }));
    return true;
  };
}

/** Tab moves the focus on, as everywhere, except where it shifts an item of a list. */
function inList(command: StateCommand): StateCommand {
  return (target) => {
    const line = target.state.doc.lineAt(target.state.selection.main.head);
    return /^\s*(?:[-*+]|\d+[.)])\s/u.test(line.text) && command(target);
  };
}

export interface TextEditor {
  view: EditorView;
  /** Shows another text: only what differs is replaced, so that cursor and scroll stay where they were; not a step to undo. */
  show(text: string): void;
  /** Puts an image in that is being stored, where it was dropped. */
  drop(stored: Promise<string>, x: number, y: number): void;
  /** Ends when every image that is being stored is in the text; null where there is none. */
  arrived(): Promise<unknown> | null;
  /** In another language. */
  speak(words: Words): void;
}

const spoken = new Compartment();

function said({ label, empty, phrases }: Words): Extension {
  return [EditorState.phrases.of(phrases), placeholder(empty), EditorView.contentAttributes.of({ 'aria-label': label })];
}

export function createEditor(parent: HTMLElement, text: string, wiring: Wiring): TextEditor {
  withoutStyleElements();
  // Lines end in the file as they did; here they end with \n, and a \r that is not part of an end stays where it is.
  let crlf = endsInCrlf(text);
  const inside = (text: string): string => (crlf ? text.replaceAll('\r\n', '\n') : text);
  const outside = (text: string): string => (crlf ? text.replaceAll('\n', '\r\n') : text);
  const language = yamlFrontmatter({ content: markdown({ base: markdownLanguage, completeHTMLTags: false }) });
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: Text.of(inside(text).split('\n')),
      extensions: [
        history(),
        language,
        theme,
        EditorView.lineWrapping,
        direction,
        measure,
        spoken.of(said(wiring.words)),
        EditorState.lineSeparator.of('\n'),
        search({ top: true }),
        highlightSelectionMatches({ minSelectionLength: 2 }),
        completion(wiring.offers),
        links(wiring.open),
        images(wiring),
        keymap.of([
          { key: 'Mod-b', run: around('**') },
          { key: 'Mod-i', run: around('*') },
          { key: 'Tab', run: inList(indentMore) },
          { key: 'Shift-Tab', run: inList(indentLess) },
          ...completionKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...usual,
        ]),
        EditorView.contentAttributes.of({
          tabindex: '0',
          spellcheck: 'true',
          autocapitalize: 'sentences',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !update.transactions.some((each) => each.annotation(Transaction.remote))) {
            wiring.typed(outside(update.state.sliceDoc()));
          }
        }),
      ],
    }),
  });
  return {
    view,
    show(text) {
      crlf = endsInCrlf(text);
      replace(view, inside(text));
    },
    drop: (stored, x, y) => put(view, stored, placeAt(view, x, y), wiring.failed),
    arrived: () => arrived(view),
    speak: (words) => view.dispatch({ effects: spoken.reconfigure(said(words)) }),
  };
}

/** Whether every line ends as on Windows. */
function endsInCrlf(text: string): boolean {
  return text.includes('\r\n') && !/(?<!\r)\n/u.test(text);
}

function replace(view: EditorView, text: string): void {
  const now = view.state.sliceDoc();
  if (now === text) return;
  const most = Math.min(now.length, text.length);
  let start = 0;
  while (start < most && now[start] === text[start]) start += 1;
  let end = 0;
  while (end < most - start && now[now.length - 1 - end] === text[text.length - 1 - end]) end += 1;
  view.dispatch({
    changes: { from: start, to: now.length - end, insert: Text.of(text.slice(start, text.length - end).split('\n')) },
    annotations: [Transaction.addToHistory.of(false), Transaction.remote.of(true)],
  });
}
