// Which note a `[[link]]` means, and how a note is called in one: by its title, its file or its path, as the program reads links. Pure.

import type { NoteInfo } from '../../backend';

type Named = Pick<NoteInfo, 'library' | 'path' | 'title'>;

const plain = (text: string): string => text.normalize('NFKC').toLowerCase();
const withoutEnding = (path: string): string => path.replace(/\.[^./]+$/u, '');

/** The note that a link in another one means; one of the same library is meant first. */
export function meant<Note extends Named>(link: string, from: Named | undefined, notes: readonly Note[]): Note | undefined {
  const name = decoded(link.trim()).replace(/^(?:\.\/)+/u, '');
  const path = from && beside(from.path, name);
  const near = notes.filter((note) => note.library === from?.library);
  return (
    near.find((note) => note.path === path) ??
    near.find((note) => isCalled(note, name)) ??
    notes.find((note) => isCalled(note, name))
  );
}

function isCalled({ path, title }: Named, name: string): boolean {
  const ends = (whole: string): boolean => whole === name || whole.endsWith(`/${name}`);
  return ends(path) || ends(withoutEnding(path)) || plain(title) === plain(name);
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

/** What a link to a note says: its title, or its file where the title holds what ends a link. */
export function nameFor({ path, title }: Pick<NoteInfo, 'path' | 'title'>): string {
  return /[#|[\]]/u.test(title) ? withoutEnding(path) : title;
}
