// Which note a `[[link]]` means, and how a note is called in one: by its title, its file or its path, as the program reads links. Pure.

import type { NoteInfo } from '../../backend';

type Named = Pick<NoteInfo, 'library' | 'path' | 'title'>;

const plain = (text: string): string => text.normalize('NFKC').toLowerCase();
const withoutEnding = (path: string): string => path.replace(/\.[^./]+$/u, '');

/** The note that a link in another one means: one of the same library first, then by what it is called, then the nearest. */
export function meant<Note extends Named>(link: string, from: Named | undefined, notes: readonly Note[]): Note | undefined {
  const name = plain(decoded(link.trim()).replace(/^(?:\.\/)+/u, ''));
  const paths = [from && beside(plain(from.path), name), name.replace(/^\/+/u, '')];
  const ends = (whole: string): boolean => whole === name || whole.endsWith(`/${name}`);
  /** How the note is called by the link; the least is what is meant rather. */
  const called = (note: Named): number | null => {
    const forms = [plain(note.path), withoutEnding(plain(note.path))];
    if (note.library === from?.library && forms.some((form) => paths.includes(form))) return 0;
    if (forms.some(ends)) return 1;
    return plain(note.title) === name ? 2 : null;
  };
  const ranked = notes.flatMap((note) => {
    const by = called(note);
    return by === null ? [] : [{ note, rank: [Number(note.library !== from?.library), by, steps(from?.path ?? '', note.path)] }];
  });
  ranked.sort((a, b) => a.rank.map((part, at) => part - (b.rank[at] ?? 0)).find((difference) => difference !== 0) ?? 0);
  return ranked[0]?.note;
}

/** Folders that are left and entered on the way from one note to another. */
function steps(from: string, to: string): number {
  const [a, b] = [from.split('/').slice(0, -1), to.split('/').slice(0, -1)];
  const parting = a.findIndex((folder, at) => folder !== b[at]);
  const same = parting === -1 ? a.length : parting;
  return a.length + b.length - 2 * same;
}

/** A path relative to a note; null where it leads out of the library. */
function beside(note: string, relative: string): string | null {
  const parts = relative.startsWith('/') ? [] : note.split('/').slice(0, -1);
  for (const part of relative.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null;
    } else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Notes with what a link to each says: its title, or its file where the title holds what ends a link or is another note's too. */
export function named<Note extends Named>(notes: readonly Note[]): (Note & { name: string })[] {
  const titles = new Map<string, number>();
  for (const { title } of notes) titles.set(plain(title), (titles.get(plain(title)) ?? 0) + 1);
  return notes.map((note) => {
    const byFile = /[#|[\]]/u.test(note.title) || (titles.get(plain(note.title)) ?? 0) > 1;
    return { ...note, name: byFile ? withoutEnding(note.path) : note.title };
  });
}
