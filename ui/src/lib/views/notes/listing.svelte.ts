// What the list of notes is narrowed to, and which note was open; kept while other views are open. It must not know the notes.

import type { Wanted } from './arrange';

class Listing {
  wanted = $state<Wanted>({ query: '', tag: null, library: null, sort: 'title' });

  /** The note that was last open. */
  open: number | null = null;

  reset(): void {
    this.wanted = { ...this.wanted, query: '', tag: null, library: null };
  }
}

export const listing = new Listing();
