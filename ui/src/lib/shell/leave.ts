// The window is about to go: what was typed is written first, and where it cannot be, the person decides. It must not know how anything is saved.

import { backend } from '../backend';
import { ui } from '../i18n/index.svelte';
import { confirmed } from '../state/confirm.svelte';
import { unsaved } from '../state/unsaved';

/** Milliseconds that writing may take before the person is asked. */
const PATIENCE = 4000;

let leaving = false;

export async function leave(): Promise<void> {
  if (!unsaved.any) return backend.app.close();
  await backend.app.stay();
  // Asked already: the question is on the screen.
  if (leaving) return;
  leaving = true;
  try {
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PATIENCE));
    const written = await Promise.race([unsaved.flush(), late]);
    if (written || (await confirmed(question()))) await backend.app.close();
  } finally {
    leaving = false;
  }
}

function question(): { title: string; text: string; action: string; danger: boolean } {
  const words = ui.words.common.leave;
  return { title: words.title, text: unsaved.kept ? words.kept : words.lost, action: words.anyway, danger: !unsaved.kept };
}
