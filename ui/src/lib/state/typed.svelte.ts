// What is being typed and belongs to no file yet: the question box, edits of questions, a quick note. It is stored with every key, so that neither
// closing nor a crash loses any of it; where it cannot be stored, closing asks. It must not know what is typed, or where.

import { store, stored } from './stored';
import { unsaved } from './unsaved';

export class Typed<T> {
  #value: T;
  /** Whether the storage holds what was typed last. */
  #kept = true;

  /** `none`: what stands for nothing typed; it is not stored. */
  constructor(
    private readonly key: string,
    private readonly none: T,
    private readonly empty: (value: T) => boolean,
  ) {
    this.#value = $state.raw(stored(key, none));
    unsaved.enter(this);
  }

  get value(): T {
    return this.#value;
  }

  set value(value: T) {
    this.#value = value;
    this.#kept = store(this.key, this.empty(value) ? null : value);
  }

  get unsaved(): boolean {
    return !this.#kept && !this.empty(this.#value);
  }

  get kept(): boolean {
    return this.#kept;
  }

  /** Tries the storage once more. */
  flush(): Promise<boolean> {
    this.value = this.#value;
    return Promise.resolve(!this.unsaved);
  }

  clear(): void {
    this.value = this.none;
  }
}
