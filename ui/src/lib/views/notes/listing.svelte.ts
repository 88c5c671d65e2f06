// What the list of notes is narrowed to; kept while other views are open. It must not know the notes.

import type { Wanted } from './arrange';

class Listing {
  wanted = $state<Wanted>({ query: '', tag: null, library: null, sort: 'title' });

  reset(): void {
    this.wanted = { ...this.wanted, query: '', tag: null, library: null };
  }
}

export const listing = new Listing();
