// What a question is asked over: everything, one part of the notes, or what a filter leaves of them. Pure.

import type { Filter } from '../backend';

export type Scope =
  | { kind: 'all' }
  | { kind: 'library'; library: string }
  /** As `library/folder`. */
  | { kind: 'folder'; folder: string }
  | { kind: 'tag'; tag: string }
  | { kind: 'note'; id: number; title: string | null }
  /** Several parts, or dates. */
  | { kind: 'filter'; filter: Filter };

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
    case 'filter':
      return scope.filter;
  }
}

/** The scope that a filter came from; `titleOf` knows titles of notes. */
export function scopeOf(filter: Filter, titleOf: (note: number) => string | null): Scope {
  const { libraries, folders, tags, notes, since, until } = filter;
  const parts = libraries.length + folders.length + tags.length + notes.length;
  if (parts > 1 || since !== null || until !== null) return { kind: 'filter', filter };
  const [library, folder, tag, note] = [libraries[0], folders[0], tags[0], notes[0]];
  if (note !== undefined) return { kind: 'note', id: note, title: titleOf(note) };
  if (folder !== undefined) return { kind: 'folder', folder };
  if (tag !== undefined) return { kind: 'tag', tag };
  return library === undefined ? { kind: 'all' } : { kind: 'library', library };
}
