// The notes as the list and the completion know them. It must not know how they are shown.

import { tick } from 'svelte';
import { backend, type Failure, type NoteInfo } from '../../backend';
import { failureOf } from '../../state/failure';
import { Arrangement } from './arrange';

/** Saving while one types, and indexing, change the notes every second; ten thousand rows need not be fetched as often. */
const PAUSE_MS = 1500;
/** The pause for each millisecond that the last reading took, so that however many notes there are, reading them is a twentieth of what the page does. */
const PAUSE_SHARE = 20;
const LONGEST_PAUSE_MS = 10_000;

class Notebook {
  /** Null until they are known. */
  notes = $state.raw<NoteInfo[] | null>(null);
  error = $state<Failure | null>(null);
  language = $state('zh');
  #last: Arrangement | null = null;
  readonly arrangement = $derived((this.#last = new Arrangement(this.notes ?? [], this.language, this.#last)));
  #loading: Promise<void> | null = null;
  #again = false;
  #took = 0;
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
    const pause = Math.max(PAUSE_MS, Math.min(PAUSE_SHARE * this.#took, LONGEST_PAUSE_MS));
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.load();
    }, pause);
  }

  /** A note that was made or renamed here: in the list before the program tells. */
  put(note: NoteInfo, instead: number = note.id): void {
    this.notes = [...(this.notes ?? []).filter((each) => each.id !== note.id && each.id !== instead), note];
  }

  drop(id: number): void {
    this.notes = this.notes?.filter((each) => each.id !== id) ?? null;
  }

  async #read(): Promise<void> {
    const began = performance.now();
    try {
      this.notes = await backend.notes.list();
      this.error = null;
      // Sorting and drawing them is part of it.
      await tick();
      this.#took = performance.now() - began;
    } catch (error) {
      this.error = failureOf(error);
    }
  }
}

export const notebook = new Notebook();
