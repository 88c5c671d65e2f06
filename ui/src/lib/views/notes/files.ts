// What is done to whole notes: made, copied, renamed, put into the trash. It must not know who asks for it.

import { backend, type NoteInfo, type StaleLinks } from '../../backend';
import { ui } from '../../i18n/index.svelte';
import { confirmed } from '../../state/confirm.svelte';
import { toasts } from '../../state/toasts.svelte';
import { place } from '../../state/view.svelte';
import { notebook } from './notebook.svelte';

/** A new note with its title as its heading, opened to be written. */
export async function createNote(title: string): Promise<NoteInfo> {
  const note = await backend.notes.create(title, `# ${title}\n\n`);
  notebook.put(note);
  place.go({ name: 'notes', note: note.id });
  return note;
}

export async function copyToOwn(id: number): Promise<void> {
  const note = await backend.notes.copyToOwn(id);
  notebook.put(note);
  place.close();
  place.go({ name: 'notes', note: note.id });
  toasts.say(ui.words.notes.copied(note.title));
}

/** Asks whether notes are to link to a renamed one by its new name; their files are the person's, and nothing happens to them otherwise. */
export async function offerToUpdate({ number, notes }: StaleLinks): Promise<void> {
  const words = ui.words.notes.links;
  const yes = await confirmed({
    title: words.title(notes.length),
    text: words.text(notes),
    action: words.update,
    refusal: words.leave,
  });
  if (!yes) return;
  try {
    const done = await backend.notes.updateLinks(number);
    for (const { failure } of done) if (failure) toasts.fail(failure);
    const updated = done.filter(({ failure }) => failure === null).map(({ title }) => title);
    if (updated.length) toasts.say(words.updated(updated));
  } catch (error) {
    toasts.fail(error);
  }
}

/** Asks first; true when it is in the trash. */
export async function removeNote(note: Pick<NoteInfo, 'id' | 'title'>): Promise<boolean> {
  const words = ui.words.notes;
  const yes = await confirmed({
    title: words.removeTitle(note.title),
    text: words.removeText,
    action: words.removeAction,
    danger: true,
  });
  if (!yes) return false;
  try {
    await backend.notes.remove(note.id);
  } catch (error) {
    toasts.fail(error);
    return false;
  }
  notebook.drop(note.id);
  if (place.reading?.document === note.id) place.close();
  toasts.say(words.removed(note.title));
  return true;
}
