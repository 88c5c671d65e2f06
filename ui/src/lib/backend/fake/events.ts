// What the fake program tells without being asked.

import type { AppEvent } from '../wire';

const listeners = new Set<(event: AppEvent) => void>();
let generation = 1;

export function listen(listener: (event: AppEvent) => void): void {
  listeners.add(listener);
}

export function emit(event: AppEvent): void {
  for (const listener of listeners) listener(event);
}

// For tests: what the program would tell.
Object.assign(globalThis, { emit });

/** Notes have changed: the index has a new generation. */
export function notesChanged(): void {
  generation += 1;
  emit({ type: 'notes_changed', generation });
}

export function currentGeneration(): number {
  return generation;
}
