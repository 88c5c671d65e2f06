// Images that are pasted or dropped into the text: stored by someone else, then shown by Markdown at the place where they were meant, wherever
// that place has moved to meanwhile.

import { StateEffect, StateField, type Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

export interface Image {
  mime: string;
  bytes: Uint8Array;
}

/** What an image takes the place of: a selection, or a point between two letters. */
interface Place {
  from: number;
  to: number;
}

const wait = StateEffect.define<{ id: number; place: Place }>();
const done = StateEffect.define<number>();

/** Where the images go that are still being stored. */
const places = StateField.define<ReadonlyMap<number, Place>>({
  create: () => new Map(),
  update(before, transaction) {
    if (!transaction.docChanged && transaction.effects.length === 0) return before;
    const moved = ({ from, to }: Place): Place => {
      const start = transaction.changes.mapPos(from, 1);
      return { from: start, to: from === to ? start : Math.max(start, transaction.changes.mapPos(to, -1)) };
    };
    const after = new Map([...before].map(([id, place]) => [id, moved(place)]));
    for (const effect of transaction.effects) {
      if (effect.is(wait)) after.set(effect.value.id, effect.value.place);
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

/** Puts an image where it was meant, once it is stored, in place of what stands from there to `to`; `failed` is told why it could not be. What turns out to
 *  be no image changes nothing. */
export function put(
  view: EditorView,
  stored: Promise<string | null>,
  pos: number,
  failed: (error: unknown) => void,
  to = pos,
): void {
  const id = ++last;
  view.dispatch({ effects: wait.of({ id, place: { from: pos, to } }) });
  const all = coming.get(view) ?? new Set();
  coming.set(view, all);
  const putting = stored.then(
    (markdown) => {
      const place = view.state.field(places).get(id);
      if (!place) return;
      if (markdown === null) return view.dispatch({ effects: done.of(id) });
      const { from, to } = view.state.selection.main;
      const follows = from === place.from && to === place.to;
      view.dispatch({
        changes: { ...place, insert: markdown },
        effects: done.of(id),
        userEvent: 'input.paste',
        ...(follows ? { selection: { anchor: place.from + markdown.length } } : {}),
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

export interface Storing {
  /** The Markdown that shows an image. */
  store(image: Image): Promise<string>;
  /** Likewise of what is on the clipboard, where the web view does not hand it to the page; null where that is no image. */
  storeCopied(): Promise<string | null>;
  /** Is told why there is none. */
  failed(error: unknown): void;
}

export function images({ store, storeCopied, failed }: Storing): Extension {
  const stored = async (file: File): Promise<string> =>
    store({ mime: file.type, bytes: new Uint8Array(await file.arrayBuffer()) });
  return [
    places,
    EditorView.domEventHandlers({
      paste(event, view) {
        const data = event.clipboardData;
        const [first, ...others] = imagesOf(data);
        // Tables from a spreadsheet come with a picture of themselves: their text is meant.
        if (data?.getData('text/plain') || (!first && data?.getData('text/uri-list'))) return false;
        const { from, to } = view.state.selection.main;
        // WebKitGTK tells the page of no image: the program is asked.
        put(view, first ? stored(first) : storeCopied(), from, failed, to);
        for (const file of others) put(view, stored(file), to, failed);
        return true;
      },
      drop(event, view) {
        const files = imagesOf(event.dataTransfer);
        if (files.length === 0) return false;
        const pos = placeAt(view, event.clientX, event.clientY);
        for (const file of files) put(view, stored(file), pos, failed);
        return true;
      },
    }),
  ];
}
