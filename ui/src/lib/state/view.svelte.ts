// Which view is open, and which note beside it. It must not know how views look.

import type { Filter } from '../backend';

export type View =
  /** `question`: asked at once. */
  | { name: 'ask'; conversation: number | null; question?: string }
  /** `query`: looked up at once, within `filter`. Going there puts the focus into the box, also from there. */
  | { name: 'search'; query: string; filter?: Filter }
  /** `create`: with a new note begun. */
  | { name: 'notes'; note: number | null; create?: boolean }
  | { name: 'libraries' }
  | { name: 'settings'; page: 'general' | 'models' | 'about' };

/** A note in the pane beside the view, and what is marked in it (bytes of its text). */
export interface Reading {
  document: number;
  start: number | null;
  end: number | null;
  /** What stood there when it was cited, where it is something else now. */
  was: string | null;
  /** What is to be found there, as it stands in the note's text; null where that is not known. */
  text: string | null;
  /** Whether the focus goes there; what is only looked at in passing leaves it where it is. */
  focus: boolean;
}

class Place {
  view = $state<View>({ name: 'ask', conversation: null });
  reading = $state.raw<Reading | null>(null);

  go(view: View): void {
    this.view = view;
  }

  read(
    document: number,
    start: number | null = null,
    end: number | null = null,
    { was = null, text = null, focus = true }: Partial<Pick<Reading, 'was' | 'text' | 'focus'>> = {},
  ): void {
    this.reading = { document, start, end, was, text, focus };
  }

  close(): void {
    this.reading = null;
  }
}

export const place = new Place();
