// Brings what is typed into a note's file, and never loses it on the way: a draft first, then the file, one write at a time, again after a failure.
// When the file has changed meanwhile nothing is written until the person has chosen. It must not know the page: no Svelte, no DOM, no clock of its own.

import type { Failure, Saved, Source } from '../../backend';

/** The calls that it makes (see NotesBackend). */
export interface Files {
  source(id: number): Promise<Source>;
  save(id: number, text: string, hash: string): Promise<Saved>;
  draft(id: number, text: string | null): Promise<void>;
  /** Keeps a text as another note of its own. */
  copy(text: string): Promise<void>;
}

export interface Clock {
  /** Calls back after so many milliseconds, unless what it gives back is called before. */
  after(ms: number, then: () => void): () => void;
}

export type SaveState =
  | { name: 'saved' }
  /** Typed and not yet in the file. */
  | { name: 'saving' }
  /** `kept`: whether the draft holds the text, so that closing the window does no harm. `again`: whether it will be tried again by itself. */
  | { name: 'failed'; error: Failure; kept: boolean; again: boolean }
  /** `mine` is what was typed, `theirs` what the file holds. `why`: the file changed while it was edited, or a draft was left from before. */
  | { name: 'conflict'; mine: string; theirs: string; why: 'changed' | 'draft'; error: Failure | null };

export interface Listener {
  state(state: SaveState): void;
  /** The file has another text now, and nothing here is unsaved: show it. */
  reload(text: string): void;
  /** The note's id, where a write gave it another. */
  moved?(id: number): void;
  /** Whether the text may be replaced now; not while an input method is composing. */
  mayReload?(): boolean;
}

/** Milliseconds without a key before the file is written, and the longest that steady typing can put it off. */
const QUIET = 400;
const LONGEST = 3000;
/** Milliseconds from a key to the draft. */
const DRAFT = 120;
const DRAFT_AGAIN = 3000;
const RETRY = [1000, 2000, 5000, 10_000, 30_000];

export class Autosave {
  #id: number;
  #text: string;
  /** What the file holds as far as is known, and its hash. */
  #disk: { text: string; hash: string };
  #state: SaveState = { name: 'saved' };
  #writing: Promise<void> | null = null;
  #stopTimer: (() => void) | null = null;
  #stopLongest: (() => void) | null = null;
  #stopDraft: (() => void) | null = null;
  #stopDraftAgain: (() => void) | null = null;
  #stopReload: (() => void) | null = null;
  /** The draft that waits to be written, and the one that is being written. */
  #wanted: { value: string | null } | null = null;
  #inHand: { value: string | null } | null = null;
  #drafting: Promise<void> | null = null;
  /** What the draft is known to hold; undefined after a failed write of it. */
  #kept: string | null | undefined;
  #failures = 0;
  #writes = 0;
  #closed = false;
  #choosing = false;

  constructor(
    source: Source,
    private readonly files: Files,
    private readonly clock: Clock,
    private readonly listener: Listener,
  ) {
    this.#id = source.document_id;
    this.#disk = { text: source.text, hash: source.hash };
    this.#kept = source.draft;
    this.#text = source.draft ?? source.text;
    if (source.draft === null) return;
    if (source.draft === source.text) this.#keep(null);
    else this.#conflict('draft');
  }

  get id(): number {
    return this.#id;
  }

  get text(): string {
    return this.#text;
  }

  get state(): SaveState {
    return this.#state;
  }

  /** Whether something typed is not in the file. */
  get unsaved(): boolean {
    return this.#text !== this.#disk.text || this.#writing !== null;
  }

  /** Whether the draft holds the last text. */
  get kept(): boolean {
    return this.#kept === this.#text;
  }

  /** The whole text after a key. */
  typed(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    if (this.#state.name === 'conflict') {
      this.#show({ ...this.#state, mine: text });
      this.#draftSoon();
      return;
    }
    this.#draftSoon();
    if (this.#state.name === 'failed') {
      // Trying goes on at its own pace; a text that the file refused for good may have become a good one.
      if (this.#state.again) return;
      this.#failures = 0;
    }
    this.#show({ name: 'saving' });
    this.#saveSoon();
  }

  /** Writes now what is not in the file. True when it is in the file afterwards. */
  async flush(): Promise<boolean> {
    this.#stopTimers();
    if (this.#state.name === 'conflict') {
      await this.#keep(this.#text);
      return false;
    }
    await this.#write();
    return !this.unsaved;
  }

  /** The note is left: writes what is left to write, and tries no more. True when the file has it all. */
  async close(): Promise<boolean> {
    const done = await this.flush();
    this.#closed = true;
    this.#stopTimers();
    this.#stopReload?.();
    this.#stopDraftAgain?.();
    await this.#drafting;
    return done;
  }

  /** The note was deleted: nothing is written any more, and the draft goes too. */
  async abandon(): Promise<void> {
    this.#stopTimers();
    this.#stopReload?.();
    this.#text = this.#disk.text;
    await this.#writing;
    this.#closed = true;
    await this.#keep(null);
    this.#stopTimers();
    this.#stopDraftAgain?.();
  }

  /** Something changed on disk. What is unsaved stays: its own write will find the conflict. */
  async diskChanged(): Promise<void> {
    if (this.#closed) return;
    const writes = this.#writes;
    let source: Source;
    try {
      source = await this.files.source(this.#id);
    } catch {
      return; // A note that is gone is noticed when something is to be written to it.
    }
    if (this.#closed || writes !== this.#writes || this.#writing) return;
    // A note that was gone is there again, under another name perhaps: what was refused for good may be written now.
    if (this.#state.name === 'failed' && !this.#state.again) return this.#write();
    if (source.hash === this.#disk.hash) return;
    if (this.#state.name === 'conflict') {
      this.#disk = { text: source.text, hash: source.hash };
      if (source.text === this.#text) this.#clean();
      else this.#show({ ...this.#state, theirs: source.text });
      return;
    }
    if (this.unsaved) return;
    if (this.listener.mayReload && !this.listener.mayReload()) {
      this.#stopReload?.();
      this.#stopReload = this.clock.after(QUIET, () => void this.diskChanged());
      return;
    }
    this.#disk = { text: source.text, hash: source.hash };
    this.#text = source.text;
    this.listener.reload(source.text);
  }

  /** Ends a conflict: the typed text over the file's, the file's over the typed, or the file's and a copy with the typed. */
  async choose(which: 'mine' | 'theirs' | 'both'): Promise<void> {
    if (this.#state.name !== 'conflict' || this.#choosing) return;
    if (which === 'mine') {
      this.#failures = 0;
      this.#show({ name: 'saving' });
      await this.#write();
      return;
    }
    if (which === 'both') {
      this.#choosing = true;
      const copied = this.#text;
      try {
        await this.files.copy(copied);
      } catch (error) {
        if (this.#state.name === 'conflict') this.#show({ ...this.#state, error: error as Failure });
        return;
      } finally {
        this.#choosing = false;
      }
      // Typed while the copy was made: it is in no file yet, so the choice stays open.
      if (this.#text !== copied) return;
    }
    this.#text = this.#disk.text;
    this.listener.reload(this.#text);
    this.#clean();
  }

  /** The only writer of the file: one write at a time, until the file has the last text. */
  #write(): Promise<void> {
    if (this.#writing) return this.#writing;
    if (this.#text === this.#disk.text) {
      this.#clean();
      return Promise.resolve();
    }
    this.#writing = this.#writeAll();
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    await this.#writeLast();
    // Not in a callback of the promise: what is typed in between would find a writer that has already looked for the last time.
    this.#writing = null;
    if (this.#text === this.#disk.text) this.#clean();
  }

  async #writeLast(): Promise<void> {
    while (this.#text !== this.#disk.text) {
      const text = this.#text;
      await this.#keep(text);
      let saved: Saved;
      this.#writes += 1;
      try {
        saved = await this.files.save(this.#id, text, this.#disk.hash);
      } catch (error) {
        this.#failed(error as Failure);
        return;
      }
      this.#failures = 0;
      if (saved.type === 'conflict') {
        this.#disk = { text: saved.text, hash: saved.hash };
        if (saved.text === this.#text) continue;
        this.#conflict('changed');
        return;
      }
      this.#disk = { text, hash: saved.hash };
      if (saved.document_id !== this.#id) {
        await this.#keep(null);
        this.#id = saved.document_id;
        this.listener.moved?.(this.#id);
      }
    }
  }

  #clean(): void {
    this.#stopTimers();
    if (this.#kept !== null || this.#drafting) void this.#keep(null);
    this.#show({ name: 'saved' });
  }

  #conflict(why: 'changed' | 'draft'): void {
    this.#stopTimers();
    void this.#keep(this.#text);
    this.#show({ name: 'conflict', mine: this.#text, theirs: this.#disk.text, why, error: null });
  }

  #failed(error: Failure): void {
    const again = error.code !== 'not_found' && error.code !== 'invalid_input';
    this.#stopTimers();
    if (again && !this.#closed) {
      const wait = RETRY[Math.min(this.#failures, RETRY.length - 1)] ?? 1000;
      this.#stopTimer = this.clock.after(wait, () => void this.#write());
    }
    this.#failures += 1;
    this.#show({ name: 'failed', error, kept: this.#kept !== undefined, again });
  }

  #saveSoon(): void {
    if (this.#closed) return;
    this.#stopTimer?.();
    this.#stopTimer = this.clock.after(QUIET, () => void this.#write());
    this.#stopLongest ??= this.clock.after(LONGEST, () => {
      this.#stopLongest = null;
      void this.#write();
    });
  }

  #draftSoon(): void {
    if (this.#stopDraft || this.#closed) return;
    this.#stopDraft = this.clock.after(DRAFT, () => {
      this.#stopDraft = null;
      if (this.#text !== this.#disk.text) void this.#keep(this.#text);
    });
  }

  /** Drafts are written one after the other, so that an older one never takes the place of a newer one; of those that wait only the last counts. */
  #keep(value: string | null): Promise<void> {
    const coming = this.#wanted ?? this.#inHand;
    if (coming ? coming.value === value : this.#kept === value) return this.#drafting ?? Promise.resolve();
    this.#wanted = { value };
    this.#drafting ??= this.#writeDrafts();
    return this.#drafting;
  }

  async #writeDrafts(): Promise<void> {
    while (this.#wanted) {
      const { value } = (this.#inHand = this.#wanted);
      this.#wanted = null;
      try {
        await this.files.draft(this.#id, value);
        this.#kept = value;
      } catch {
        // The file is what counts; if that fails too, the state says that the text is only here.
        this.#kept = undefined;
      }
    }
    this.#inHand = null;
    this.#drafting = null;
    const kept = this.#kept !== undefined;
    if (!kept && !this.#closed) {
      this.#stopDraftAgain ??= this.clock.after(DRAFT_AGAIN, () => {
        this.#stopDraftAgain = null;
        void this.#keep(this.#text === this.#disk.text ? null : this.#text);
      });
    }
    if (this.#state.name === 'failed' && this.#state.kept !== kept) this.#show({ ...this.#state, kept });
  }

  #stopTimers(): void {
    this.#stopTimer?.();
    this.#stopLongest?.();
    this.#stopDraft?.();
    this.#stopTimer = this.#stopLongest = this.#stopDraft = null;
  }

  #show(state: SaveState): void {
    this.#state = state;
    this.listener.state(state);
  }
}
