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

  /** Sorts once, so that typing into the filter has only to look. Notes whose title is as it was `before` keep their order, and only the others are compared:
   *  comparing ten thousand Chinese titles takes longer than a key may. */
  constructor(
    notes: NoteInfo[],
    private readonly language: string,
    before: Arrangement | null = null,
  ) {
    const collator = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
    const compare = (a: NoteInfo, b: NoteInfo): number => collator.compare(a.title, b.title) || a.id - b.id;
    const [kept, others] = before?.language === language ? before.kept(notes) : [[], [...notes]];
    this.#byTitle = merged(kept, others.sort(compare), compare);
    this.tags = [...spellings(notes).values()].sort((a, b) => collator.compare(a, b));
    this.libraries = [...new Set(notes.map((note) => note.library))].sort((a, b) => collator.compare(a, b));
  }

  /** Those of the notes that have the titles they had, in their order here; and the others. */
  private kept(notes: NoteInfo[]): [NoteInfo[], NoteInfo[]] {
    const others = new Map(notes.map((note) => [note.id, note]));
    const kept: NoteInfo[] = [];
    for (const old of this.#byTitle) {
      const note = others.get(old.id);
      if (note?.title !== old.title) continue;
      kept.push(note);
      others.delete(old.id);
    }
    return [kept, [...others.values()]];
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
    const tag = wanted.tag === null ? null : plain(wanted.tag);
    // `#pets/indoor` is one of `#pets`.
    const isTag = (have: string): boolean => have === tag || have.startsWith(`${tag ?? ''}/`);
    return sorted.filter((note) => {
      if (wanted.library !== null && note.library !== wanted.library) return false;
      if (tag !== null && !note.tags.some((have) => isTag(plain(have)))) return false;
      const text = texts?.get(note.id) ?? '';
      return words.every((word) => text.includes(word));
    });
  }
}

/** Every tag and every one above it once, as it is spelled first: `Rust` and `#rust` are one, and `pets/indoor` tells of `pets`. */
function spellings(notes: readonly NoteInfo[]): Map<string, string> {
  const tags = new Map<string, string>();
  for (const whole of notes.flatMap((note) => note.tags)) {
    for (let tag = whole; tag !== ''; tag = tag.slice(0, Math.max(tag.lastIndexOf('/'), 0))) {
      const word = plain(tag);
      if (!tags.has(word)) tags.set(word, tag);
    }
  }
  return tags;
}

/** Two sorted lists as one. Few are put among many: each finds its place by halves. */
function merged<T>(many: T[], few: T[], compare: (a: T, b: T) => number): T[] {
  const all: T[] = [];
  let from = 0;
  for (const one of few) {
    let [low, high] = [from, many.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(many[middle]!, one) < 0) low = middle + 1;
      else high = middle;
    }
    for (; from < low; from += 1) all.push(many[from]!);
    all.push(one);
  }
  for (; from < many.length; from += 1) all.push(many[from]!);
  return all;
}
