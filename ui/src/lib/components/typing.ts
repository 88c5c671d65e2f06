// Keys and text in a box: what sends, and what belongs to the input method. It must not know what the box is for.

import type { Attachment } from 'svelte/attachments';

/** Whether a key press is part of composing a character: it chooses a word and does nothing else. */
export function composing(event: KeyboardEvent): boolean {
  // Safari's engine ends the composition before it tells of the key; only the old code gives it away.
  return event.isComposing || event.keyCode === 229;
}

/** Whether the press sends what was typed. */
export function sends(event: KeyboardEvent): boolean {
  return event.key === 'Enter' && !event.shiftKey && !event.altKey && !composing(event);
}

/** Tells what stands in a box whenever it changes, but not while a character is composed: half of one finds nothing, and what was found would go and come with
 *  every key. */
export function whole(told: (text: string) => void): Attachment<HTMLInputElement> {
  return (box) => {
    const tell = (): void => told(box.value);
    const typed = (event: Event): void => {
      if (!(event instanceof InputEvent && event.isComposing)) tell();
    };
    box.addEventListener('input', typed);
    box.addEventListener('compositionend', tell);
    return () => {
      box.removeEventListener('input', typed);
      box.removeEventListener('compositionend', tell);
    };
  };
}

/** Lets a box of text grow with what is in it. */
export function grow(box: HTMLTextAreaElement): void {
  box.style.height = 'auto';
  box.style.height = `${box.scrollHeight}px`;
}
