// Ways through the window, for the sidebar, the palette and the keys alike.

import { backend } from '../backend';
import { ui } from '../i18n/index.svelte';
import { asking } from '../state/asking.svelte';
import { layout } from '../state/layout.svelte';
import { toasts } from '../state/toasts.svelte';
import { place, type View } from '../state/view.svelte';

/** Opens a view as it was left. */
export function goTo(name: View['name']): void {
  layout.chosen();
  if (name === 'ask') {
    place.go(place.view.name === name ? place.view : { name, conversation: asking.id });
    asking.wantFocus();
  } else if (name === 'search') place.go({ name, query: '' });
  else if (place.view.name === name) place.go(place.view);
  else if (name === 'notes') place.go({ name, note: null });
  else if (name === 'settings') place.go({ name, page: 'general' });
  else place.go({ name });
}

export function freshConversation(): void {
  layout.chosen();
  asking.fresh();
  place.go({ name: 'ask', conversation: null });
}

export function newNote(): void {
  layout.chosen();
  place.go({ name: 'notes', note: place.view.name === 'notes' ? place.view.note : null, create: true });
}

/** Asks for a folder, where it will be seen being read. */
export async function addFolder(): Promise<void> {
  goTo('libraries');
  try {
    const added = await backend.libraries.add();
    if (added) toasts.say(ui.words.common.folderAdded(added.name));
  } catch (error) {
    toasts.fail(error);
  }
}
