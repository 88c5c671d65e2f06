// What a question is asked over: everything, or one part of the notes. Pure.

import type { Filter } from '../backend';

export type Scope =
  | { kind: 'all' }
  | { kind: 'library'; library: string }
  /** As `library/folder`. */
  | { kind: 'folder'; folder: string }
  | { kind: 'tag'; tag: string }
  | { kind: 'note'; id: number; title: string | null };

export const EVERYTHING: Filter = { libraries: [], folders: [], tags: [], notes: [], since: null, until: null };

export function filterOf(scope: Scope): Filter {
  switch (scope.kind) {
    case 'all':
      return EVERYTHING;
    case 'library':
      return { ...EVERYTHING, libraries: [scope.library] };
    case 'folder':
      return { ...EVERYTHING, folders: [scope.folder] };
    case 'tag':
      return { ...EVERYTHING, tags: [scope.tag] };
    case 'note':
      return { ...EVERYTHING, notes: [scope.id] };
  }
}

/** The scope that a filter came from; `titleOf` knows titles of notes. */
export function scopeOf(filter: Filter, titleOf: (note: number) => string | null): Scope {
  const [library, folder, tag, note] = [filter.libraries[0], filter.folders[0], filter.tags[0], filter.notes[0]];
  if (note !== undefined) return { kind: 'note', id: note, title: titleOf(note) };
  if (folder !== undefined) return { kind: 'folder', folder };
  if (tag !== undefined) return { kind: 'tag', tag };
  return library === undefined ? { kind: 'all' } : { kind: 'library', library };
}
