// Keys in a box of several lines: what sends, and what belongs to the input method. Pure.

/** Whether a key press is part of composing a character: it chooses a word and does nothing else. */
export function composing(event: KeyboardEvent): boolean {
  // Safari's engine ends the composition before it tells of the key; only the old code gives it away.
  return event.isComposing || event.keyCode === 229;
}

/** Whether the press sends what was typed. */
export function sends(event: KeyboardEvent): boolean {
  return event.key === 'Enter' && !event.shiftKey && !event.altKey && !composing(event);
}

/** Lets a box of text grow with what is in it. */
export function grow(box: HTMLTextAreaElement): void {
  box.style.height = 'auto';
  box.style.height = `${box.scrollHeight}px`;
}
