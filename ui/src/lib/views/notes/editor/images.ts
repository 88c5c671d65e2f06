// Images that are pasted or dropped into the text: stored by someone else, then shown by Markdown at the place where they were meant, wherever
// that place has moved to meanwhile.

import { StateEffect, StateField, type Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

export interface Image {
  mime: string;
  bytes: Uint8Array;
}

const wait = StateEffect.define<{ id: number; pos: number }>();
const done = StateEffect.define<number>();

/** Where the images go that are still being stored. */
const places = StateField.define<ReadonlyMap<number, number>>({
  create: () => new Map(),
  update(before, transaction) {
    if (!transaction.docChanged && transaction.effects.length === 0) return before;
    const after = new Map([...before].map(([id, pos]) => [id, transaction.changes.mapPos(pos, 1)]));
    for (const effect of transaction.effects) {
      if (effect.is(wait)) after.set(effect.value.id, effect.value.pos);
      else if (effect.is(done)) after.delete(effect.value);
    }
    return after;
  },
});

let last = 0;
/** Images that are being stored, by the text they go into. */
const coming = new WeakMap<EditorView, Set<Promise<void>>>();

/** Ends when every image of a text is in it; null where none is on its way. */
export function arrived(view: EditorView): Promise<unknown> | null {
  const all = coming.get(view);
  return all?.size ? Promise.all(all) : null;
}

function imagesOf(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter((file) => file.type.startsWith('image/'));
}

/** Puts an image where it was meant, once it is stored; `failed` is told why it could not be. */
export function put(view: EditorView, stored: Promise<string>, pos: number, failed: (error: unknown) => void): void {
  const id = ++last;
  view.dispatch({ effects: wait.of({ id, pos }) });
  const all = coming.get(view) ?? new Set();
  coming.set(view, all);
  const putting = stored.then(
    (markdown) => {
      const at = view.state.field(places).get(id);
      if (at === undefined) return;
      const end = at + markdown.length;
      const follows = view.state.selection.main.empty && view.state.selection.main.head === at;
      view.dispatch({
        changes: { from: at, insert: markdown },
        effects: done.of(id),
        userEvent: 'input.paste',
        ...(follows ? { selection: { anchor: end } } : {}),
      });
    },
    (error: unknown) => {
      view.dispatch({ effects: done.of(id) });
      failed(error);
    },
  );
  all.add(putting);
  void putting.finally(() => all.delete(putting));
}

/** Where something was dropped; where that is beside the text, at the cursor. */
export function placeAt(view: EditorView, x: number, y: number): number {
  const box = view.scrollDOM.getBoundingClientRect();
  const inside = x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
  return (inside ? view.posAtCoords({ x, y }) : null) ?? view.state.selection.main.head;
}

/** `store` gives the Markdown that shows an image; `failed` is told why there is none. */
export function images(store: (image: Image) => Promise<string>, failed: (error: unknown) => void): Extension {
  const stored = async (file: File): Promise<string> =>
    store({ mime: file.type, bytes: new Uint8Array(await file.arrayBuffer()) });
  const take = (view: EditorView, files: File[], pos: number): void => {
    for (const file of files) put(view, stored(file), pos, failed);
  };
  return [
    places,
    EditorView.domEventHandlers({
      paste(event, view) {
        const files = imagesOf(event.clipboardData);
        // Tables from a spreadsheet come with a picture of themselves: their text is meant.
        if (files.length === 0 || event.clipboardData?.getData('text/plain')) return false;
        const { from, to } = view.state.selection.main;
        if (from !== to) view.dispatch(view.state.replaceSelection(''));
        take(view, files, from);
        return true;
      },
      drop(event, view) {
        const files = imagesOf(event.dataTransfer);
        if (files.length === 0) return false;
        take(view, files, placeAt(view, event.clientX, event.clientY));
        return true;
      },
    }),
  ];
}
