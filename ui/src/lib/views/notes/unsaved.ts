// What has not reached its file yet, over the whole window: notes that are being written, and notes that were left with a write under way. It is all
// written when the window loses the focus, is hidden or goes away. It must not know how a note is saved.

interface Writing {
  readonly unsaved: boolean;
  /** Whether the draft holds what is unsaved. */
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
    return this.#leaving.size > 0 || [...this.#open].some((note) => note.unsaved);
  }

  /** Whether closing the window loses nothing: all that is in no file is in a draft. */
  get kept(): boolean {
    return this.#leaving.size === 0 && [...this.#open].every((note) => !note.unsaved || note.kept);
  }

  /** Writes everything; true when all of it is in its files. For whoever closes the window. */
  async flush(): Promise<boolean> {
    const written = await Promise.all([...this.#open].map((note) => note.flush()));
    await Promise.all(this.#leaving.values());
    return written.every(Boolean);
  }

  enter(note: Writing): void {
    this.#open.add(note);
  }

  /** False if it had been left before. */
  leave(note: Writing): boolean {
    return this.#open.delete(note);
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
