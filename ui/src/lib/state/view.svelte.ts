// Which view is open, and which note beside it or over it. It must not know how views look.

import type { Filter } from '../backend';
import { layout } from './layout.svelte';

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
  /** The name of a heading to begin at, as the link that led here says it. */
  heading: string | null;
  /** How far down one was, where one comes back. */
  scroll: number | null;
  /** Whether the focus goes there; what is only looked at in passing leaves it where it is. */
  focus: boolean;
}

type Passage = [document: number, start?: number | null, end?: number | null, more?: Partial<Reading>];

function readingOf(...[document, start = null, end = null, more = {}]: Passage): Reading {
  return { document, start, end, was: null, text: null, heading: null, scroll: null, focus: true, ...more };
}

class Place {
  view = $state<View>({ name: 'ask', conversation: null });
  reading = $state.raw<Reading | null>(null);
  /** Where one was in the notes that led to this one, the first one first. */
  trail = $state.raw<Reading[]>([]);

  /** Where someone wants to be: a note that would cover it makes way. */
  go(view: View): void {
    this.view = view;
    if (layout.narrow) this.close();
  }

  /** What is open is known better by now: nobody went anywhere. */
  settle(view: View): void {
    this.view = view;
  }

  /** A note beside the view, opened from there. */
  read(...passage: Passage): void {
    this.trail = [];
    this.reading = readingOf(...passage);
  }

  /** From the note that is read on to another one; there is a way back to where one was in it. */
  follow(scroll: number, ...passage: Passage): void {
    if (this.reading) this.trail = [...this.trail, { ...this.reading, heading: null, scroll }];
    this.reading = readingOf(...passage);
  }

  back(): void {
    const before = this.trail.at(-1);
    if (!before) return;
    this.trail = this.trail.slice(0, -1);
    this.reading = before;
  }

  close(): void {
    this.trail = [];
    this.reading = null;
  }
}

export const place = new Place();
