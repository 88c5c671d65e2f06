// Which notes the list shows, and in which order. Pure. It must not know how they are shown.

import type { NoteInfo } from '../../backend';

export interface Wanted {
  /** Words that must all be in the title or the path. */
  query: string;
  tag: string | null;
  library: string | null;
  sort: 'title' | 'date';
}

const plain = (text: string): string => text.normalize('NFKC').toLowerCase();

export class Arrangement {
  readonly #byTitle: NoteInfo[];
  readonly #byDate: NoteInfo[];
  readonly #words = new Map<number, string>();
  readonly tags: string[];
  readonly libraries: string[];

  /** Sorts once, so that typing into the filter has only to look. */
  constructor(notes: NoteInfo[], language: string) {
    const collator = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
    this.#byTitle = [...notes].sort((a, b) => collator.compare(a.title, b.title) || a.id - b.id);
    // Stable: notes of one day stay in the order of their titles.
    this.#byDate = [...this.#byTitle].sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0));
    for (const note of notes) this.#words.set(note.id, plain(`${note.title}\n${note.path}`));
    const counted = new Map<string, number>();
    for (const note of notes) for (const tag of note.tags) counted.set(tag, (counted.get(tag) ?? 0) + 1);
    this.tags = [...counted.keys()].sort((a, b) => collator.compare(a, b));
    this.libraries = [...new Set(notes.map((note) => note.library))].sort((a, b) => collator.compare(a, b));
  }

  show(wanted: Wanted): NoteInfo[] {
    const words = plain(wanted.query).split(/\s+/u).filter(Boolean);
    const sorted = wanted.sort === 'title' ? this.#byTitle : this.#byDate;
    if (words.length === 0 && wanted.tag === null && wanted.library === null) return sorted;
    return sorted.filter((note) => {
      if (wanted.library !== null && note.library !== wanted.library) return false;
      if (wanted.tag !== null && !note.tags.includes(wanted.tag)) return false;
      const text = this.#words.get(note.id) ?? '';
      return words.every((word) => text.includes(word));
    });
  }
}
