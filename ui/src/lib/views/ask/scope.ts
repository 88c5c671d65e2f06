// What a question is asked over, in words. It must not know how it is chosen.

import { ui } from '../../i18n/index.svelte';
import type { Scope } from '../../state/scope';

export function scopeSaid(scope: Scope): string {
  const words = ui.words.ask;
  switch (scope.kind) {
    case 'all':
      return words.everything;
    case 'library':
      return scope.library;
    case 'folder':
      return scope.folder.replaceAll('/', ' / ');
    case 'tag':
      return `#${scope.tag}`;
    case 'note':
      return scope.title ?? words.oneNote;
    case 'filter': {
      const { libraries, folders, tags, notes, since, until } = scope.filter;
      return [
        ...libraries,
        ...folders.map((each) => each.replaceAll('/', ' / ')),
        ...tags.map((each) => `#${each}`),
        ...(notes.length ? [ui.words.search.filters.notes(notes.length)] : []),
        ...(since || until ? [ui.words.search.filters.range(since, until)] : []),
      ].join(' · ');
    }
  }
}
