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
  #byDate: NoteInfo[] | null = null;
  #words: Map<number, string> | null = null;
  readonly tags: string[];
  readonly libraries: string[];

  /** Sorts once, so that typing into the filter has only to look. Where no title differs from `before` (a note was saved) its order is taken over:
   *  comparing ten thousand Chinese titles takes longer than a key may. */
  constructor(
    notes: NoteInfo[],
    private readonly language: string,
    before: Arrangement | null = null,
  ) {
    const collator = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
    this.#byTitle =
      before?.reordered(notes, language) ?? [...notes].sort((a, b) => collator.compare(a.title, b.title) || a.id - b.id);
    this.tags = [...new Set(notes.flatMap((note) => note.tags))].sort((a, b) => collator.compare(a, b));
    this.libraries = [...new Set(notes.map((note) => note.library))].sort((a, b) => collator.compare(a, b));
  }

  /** These notes in the order of this arrangement, if they are the same notes with the same titles. */
  private reordered(notes: NoteInfo[], language: string): NoteInfo[] | null {
    if (language !== this.language || notes.length !== this.#byTitle.length) return null;
    const byId = new Map(notes.map((note) => [note.id, note]));
    const ordered: NoteInfo[] = [];
    for (const old of this.#byTitle) {
      const note = byId.get(old.id);
      if (note?.title !== old.title) return null;
      ordered.push(note);
    }
    return ordered;
  }

  /** Stable: notes of one day stay in the order of their titles. */
  private byDate(): NoteInfo[] {
    return (this.#byDate ??= [...this.#byTitle].sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0)));
  }

  private words(): Map<number, string> {
    return (this.#words ??= new Map(this.#byTitle.map((note) => [note.id, plain(`${note.title}\n${note.path}`)])));
  }

  show(wanted: Wanted): NoteInfo[] {
    const words = plain(wanted.query).split(/\s+/u).filter(Boolean);
    const sorted = wanted.sort === 'title' ? this.#byTitle : this.byDate();
    if (words.length === 0 && wanted.tag === null && wanted.library === null) return sorted;
    const texts = words.length > 0 ? this.words() : null;
    return sorted.filter((note) => {
      if (wanted.library !== null && note.library !== wanted.library) return false;
      if (wanted.tag !== null && !note.tags.includes(wanted.tag)) return false;
      const text = texts?.get(note.id) ?? '';
      return words.every((word) => text.includes(word));
    });
  }
}
