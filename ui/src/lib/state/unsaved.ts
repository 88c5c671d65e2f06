// What closing the window could lose: notes that are being written, notes that were left with a write under way, and what is typed elsewhere. It is all
// written when the window loses the focus, is hidden or goes away. It must not know how anything is saved.

interface Writing {
  readonly unsaved: boolean;
  /** Whether what is unsaved is kept aside and will be there again. */
  readonly kept: boolean;
  flush(): Promise<boolean>;
}

class Unsaved {
  readonly #open = new Set<Writing>();
  readonly #leaving = new Map<number, Promise<void>>();

  constructor() {
    addEventListener('blur', () => void this.flush());
    addEventListener('pagehide', () => void this.flush());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') void this.flush();
    });
    addEventListener('beforeunload', (event) => {
      if (!this.any) return;
      void this.flush();
      event.preventDefault();
    });
  }

  get any(): boolean {
    return this.#leaving.size > 0 || [...this.#open].some((each) => each.unsaved);
  }

  /** Whether closing the window loses nothing: all that is in no file is in a draft. */
  get kept(): boolean {
    return this.#leaving.size === 0 && [...this.#open].every((each) => !each.unsaved || each.kept);
  }

  /** Writes everything; true when all of it is in its files. For whoever closes the window. */
  async flush(): Promise<boolean> {
    const written = await Promise.all([...this.#open].map((each) => each.flush()));
    await Promise.all(this.#leaving.values());
    return written.every(Boolean);
  }

  enter(writing: Writing): void {
    this.#open.add(writing);
  }

  /** False if it had been left before. */
  leave(writing: Writing): boolean {
    return this.#open.delete(writing);
  }

  /** The last write of a note that was left. */
  wait(id: number, closing: Promise<void>): void {
    const ended = closing.finally(() => {
      if (this.#leaving.get(id) === ended) this.#leaving.delete(id);
    });
    this.#leaving.set(id, ended);
  }

  /** Ends when nothing of a note is under way: opened before, it would show an older text. */
  left(id: number): Promise<void> {
    return this.#leaving.get(id) ?? Promise.resolve();
  }
}

export const unsaved = new Unsaved();
