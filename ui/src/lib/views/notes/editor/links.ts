// `[[links]]` in the text: coloured, and opened with a click while Ctrl or ⌘ is held. It must not know which notes there are.

import { Prec, type Extension } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  keymap,
  MatchDecorator,
  ViewPlugin,
  type DecorationSet,
  type ViewUpdate,
} from '@codemirror/view';

const LINK = /\[\[([^[\]\n]+)\]\]/gu;
const inside = Decoration.mark({ class: 'cm-wikilink' });
const mark = Decoration.mark({ class: 'cm-wikilink-mark' });

const matcher = new MatchDecorator({
  regexp: LINK,
  decorate: (add, from, to) => {
    add(from, from + 2, mark);
    add(from + 2, to - 2, inside);
    add(to - 2, to, mark);
  },
});

const colours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = matcher.createDeco(view);
    }
    update(update: ViewUpdate): void {
      this.decorations = matcher.updateDeco(update, this.decorations);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

/** What the link at a place leads to: without the heading and the words shown instead. */
export function targetAt(text: string, at: number): string | null {
  for (const match of text.matchAll(LINK)) {
    if (at >= match.index && at <= match.index + match[0].length)
      return (match[1] ?? '').split('|')[0]?.split('#')[0]?.trim() || null;
  }
  return null;
}

export function links(open: (title: string) => void): Extension {
  const follow = (view: EditorView, pos: number): boolean => {
    const line = view.state.doc.lineAt(pos);
    const title = targetAt(line.text, pos - line.from);
    if (title === null) return false;
    open(title);
    return true;
  };
  return [
    colours,
    // Before the key's own meaning, a blank line.
    Prec.high(keymap.of([{ key: 'Mod-Enter', run: (view) => follow(view, view.state.selection.main.head) }])),
    EditorView.domEventHandlers({
      mousedown(event, view) {
        if (!event.ctrlKey && !event.metaKey) return false;
        const pos = view.posAtCoords({ x: event.clientX, y: event.clientY });
        return pos !== null && follow(view, pos);
      },
    }),
  ];
}
