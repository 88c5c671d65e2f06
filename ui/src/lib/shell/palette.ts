// What the palette offers and how it is found. It must not know how it looks.

import type { ConversationInfo, NoteInfo } from '../backend';
import { ui } from '../i18n/index.svelte';
import { overlay } from '../state/overlay.svelte';
import { preferences } from '../state/preferences.svelte';
import { EVERYTHING } from '../state/scope';
import { toasts } from '../state/toasts.svelte';
import { place } from '../state/view.svelte';
import { fit } from './fit';
import { addFolder, freshConversation, goTo, newNote } from './go';

export interface Entry {
  key: string;
  label: string;
  /** What it is, or where. */
  kind: string;
  act: () => void;
}

type Words = (typeof ui)['words']['common'];

function change(part: Parameters<typeof preferences.change>[0]): void {
  preferences.change(part).catch((error: unknown) => toasts.fail(error));
}

/** Places and actions. */
export function commands(words: Words): Entry[] {
  const places = (['ask', 'search', 'notes', 'libraries', 'settings'] as const).map((name) => ({
    key: `place:${name}`,
    label: words[name],
    kind: words.places,
    act: () => goTo(name),
  }));
  const themes = (
    [
      ['light', words.themeLight],
      ['dark', words.themeDark],
      ['system', words.themeSystem],
    ] as const
  ).map(([theme, name]) => ({
    key: `theme:${theme}`,
    label: words.theme(name),
    kind: words.actions,
    act: () => change({ theme }),
  }));
  return [
    ...places,
    {
      key: 'models',
      label: ui.words.settings.pages.models,
      kind: words.places,
      act: () => place.go({ name: 'settings', page: 'models' }),
    },
    { key: 'new-conversation', label: words.newConversation, kind: words.actions, act: freshConversation },
    { key: 'new-note', label: words.newNote, kind: words.actions, act: newNote },
    { key: 'capture', label: ui.words.notes.capture.title, kind: words.actions, act: () => overlay.show('capture') },
    { key: 'add-folder', label: words.addFolder, kind: words.actions, act: () => void addFolder() },
    ...themes,
    { key: 'language:zh', label: words.inChinese, kind: words.actions, act: () => change({ language: 'zh' }) },
    { key: 'language:en', label: words.inEnglish, kind: words.actions, act: () => change({ language: 'en' }) },
    { key: 'shortcuts', label: words.shortcuts, kind: words.actions, act: () => overlay.show('shortcuts') },
  ];
}

const MOST = 50;

/** What fits, best first; with nothing typed, places and actions, and what was asked last. Whatever was typed can also be asked and looked up. */
export function matching(
  typed: string,
  known: Entry[],
  notes: NoteInfo[],
  conversations: ConversationInfo[],
  words: Words,
): Entry[] {
  const query = typed.trim();
  const talks = conversations.map((each) => ({
    key: `conversation:${each.id}`,
    label: each.title,
    kind: words.conversations,
    act: () => place.go({ name: 'ask', conversation: each.id }),
  }));
  if (!query) return [...known, ...talks.slice(0, 8)];
  const titled = notes.map((note) => ({
    key: `note:${note.id}`,
    label: note.title,
    kind: `${note.library} / ${note.path}`,
    act: () => place.read(note.id),
  }));
  const found = [...known, ...titled, ...talks]
    .flatMap((entry) => {
      const score = fit(entry.label, query);
      return score === null ? [] : [{ entry, score }];
    })
    .sort((a, b) => a.score - b.score)
    .map(({ entry }) => entry);
  const anyway = [
    {
      key: 'ask',
      label: words.paletteAsk(query),
      kind: words.actions,
      act: () => place.go({ name: 'ask', conversation: null, question: query }),
    },
    {
      key: 'search',
      label: words.paletteSearch(query),
      kind: words.actions,
      act: () => place.go({ name: 'search', query, filter: EVERYTHING }),
    },
  ];
  return [...found.slice(0, MOST - anyway.length), ...anyway];
}
