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

/** Where a link leads to: a note by its name, this one where that is empty, and a heading of it. */
export interface Target {
  title: string;
  heading: string | null;
}

/** What the link at a place leads to, without the words shown instead. */
function targetAt(text: string, at: number): Target | null {
  for (const match of text.matchAll(LINK)) {
    if (at < match.index || at > match.index + match[0].length) continue;
    const [, title = '', heading = ''] = /^([^#|]*)(?:#([^|]*))?/u.exec(match[1] ?? '') ?? [];
    const target = { title: title.trim(), heading: heading.trim() || null };
    return target.title === '' && target.heading === null ? null : target;
  }
  return null;
}

export function links(open: (target: Target) => void): Extension {
  const follow = (view: EditorView, pos: number): boolean => {
    const line = view.state.doc.lineAt(pos);
    const target = targetAt(line.text, pos - line.from);
    if (target === null) return false;
    open(target);
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
