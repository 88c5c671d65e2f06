// What is dragged over the window from outside, and the images that are dropped on it: the note that is being written takes them. It must not know how.

import type { AppEvent, Dragged } from '../backend';

type DroppedImage = Extract<AppEvent, { type: 'image_dropped' }>;

class Dropped {
  /** What is over the window now. */
  over = $state<Dragged | null>(null);
  #taker = $state.raw<((image: DroppedImage) => void) | null>(null);

  /** Whether there is a note that an image can be dropped on. */
  get taken(): boolean {
    return this.#taker !== null;
  }

  /** Has images given to `take` until the call of what is returned. */
  give(take: (image: DroppedImage) => void): () => void {
    this.#taker = take;
    return () => {
      if (this.#taker === take) this.#taker = null;
    };
  }

  /** False where nobody takes it. */
  drop(image: DroppedImage): boolean {
    this.#taker?.(image);
    return this.taken;
  }
}

export const dropped = new Dropped();
