// A disk and a clock for tests of what is written when: nothing happens by itself, each call ends when the test says so.

import type { Failure, Saved, Source } from '../../src/lib/backend';
import { Autosave, type Clock, type Files, type SaveState } from '../../src/lib/views/notes/autosave';

export const full: Failure = { code: 'io', message: 'the disk is full', hint: 'make room' };

export class StepClock implements Clock {
  now = 0;
  #waiting: { at: number; then: () => void }[] = [];

  after(ms: number, then: () => void): () => void {
    const entry = { at: this.now + ms, then };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  get idle(): boolean {
    return this.#waiting.length === 0;
  }

  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const next = this.#waiting.filter((entry) => entry.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#waiting = this.#waiting.filter((entry) => entry !== next);
      this.now = next.at;
      next.then();
      await settle();
    }
    this.now = until;
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

interface Call {
  name: string;
  run: (fails: boolean) => void;
}

export class Disk implements Files {
  text: string;
  draftText: string | null = null;
  copies: string[] = [];
  calls: Call[] = [];
  saves = 0;
  /** Every text that the file ever had, and those that a save took the place of. */
  history: string[];
  replaced: string[] = [];
  saving = 0;
  /** Calls end at once; with `failing` they are rejected. */
  direct = true;
  failing: Failure | null = null;
  fullFor = new Set<string>();
  #version = 1;

  constructor(text: string) {
    this.text = text;
    this.history = [text];
  }

  get hash(): string {
    return `v${this.#version}`;
  }

  /** Another program writes the file. */
  change(text: string): void {
    this.text = text;
    this.history.push(text);
    this.#version += 1;
  }

  #call<T>(name: string, act: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = (fails: boolean): void => {
        if (fails || this.fullFor.has(name)) reject(this.failing ?? full);
        else resolve(act());
      };
      if (this.direct) run(this.failing !== null && name !== 'source');
      else this.calls.push({ name, run });
    });
  }

  opened(): Source {
    return { document_id: 1, text: this.text, hash: this.hash, draft: this.draftText };
  }

  source(): Promise<Source> {
    return this.#call('source', () => this.opened());
  }

  async save(_id: number, text: string, hash: string): Promise<Saved> {
    this.saving += 1;
    if (this.saving > 1) throw new Error('two writes at a time');
    try {
      return await this.#call('save', () => {
        if (hash !== this.hash) return { type: 'conflict', text: this.text, hash: this.hash };
        this.saves += 1;
        this.replaced.push(this.text);
        this.change(text);
        return { type: 'saved', document_id: 1, hash: this.hash };
      });
    } finally {
      this.saving -= 1;
    }
  }

  draft(_id: number, text: string | null): Promise<void> {
    return this.#call('draft', () => void (this.draftText = text));
  }

  copy(text: string): Promise<void> {
    return this.#call('copy', () => void this.copies.push(text));
  }
}

export interface Opened {
  save: Autosave;
  clock: StepClock;
  states: SaveState[];
  reloads: string[];
}

export function open(disk: Disk, mayReload: () => boolean = () => true): Opened {
  const clock = new StepClock();
  const states: SaveState[] = [];
  const reloads: string[] = [];
  const save = new Autosave(disk.opened(), disk, clock, {
    state: (state) => states.push(state),
    reload: (text) => reloads.push(text),
    mayReload,
  });
  return { save, clock, states, reloads };
}
