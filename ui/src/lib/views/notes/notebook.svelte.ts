// The notes as the list and the completion know them. It must not know how they are shown.

import { backend, type Failure, type NoteInfo } from '../../backend';
import { failureOf } from '../../state/failure';
import { Arrangement } from './arrange';

/** Saving while one types changes the notes every second; ten thousand rows need not be fetched as often. */
const PAUSE_MS = 1500;

class Notebook {
  /** Null until they are known. */
  notes = $state.raw<NoteInfo[] | null>(null);
  error = $state<Failure | null>(null);
  language = $state('zh');
  #last: Arrangement | null = null;
  readonly arrangement = $derived((this.#last = new Arrangement(this.notes ?? [], this.language, this.#last)));
  #loading: Promise<void> | null = null;
  #again = false;
  #timer: ReturnType<typeof setTimeout> | null = null;

  find(id: number): NoteInfo | undefined {
    return this.notes?.find((note) => note.id === id);
  }

  /** Reads the list; while it is being read, once more afterwards. */
  load(): Promise<void> {
    if (this.#loading) {
      this.#again = true;
      return this.#loading;
    }
    this.#loading = this.#read().finally(() => {
      this.#loading = null;
      if (this.#again) this.loadSoon();
      this.#again = false;
    });
    return this.#loading;
  }

  loadSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.load();
    }, PAUSE_MS);
  }

  /** A note that was made or renamed here: in the list before the program tells. */
  put(note: NoteInfo, instead: number = note.id): void {
    this.notes = [...(this.notes ?? []).filter((each) => each.id !== note.id && each.id !== instead), note];
  }

  drop(id: number): void {
    this.notes = this.notes?.filter((each) => each.id !== id) ?? null;
  }

  async #read(): Promise<void> {
    try {
      this.notes = await backend.notes.list();
      this.error = null;
    } catch (error) {
      this.error = failureOf(error);
    }
  }
}

export const notebook = new Notebook();
