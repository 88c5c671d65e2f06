// The note that is being written: its text on the way to its file. It must not know how it is shown.

import { backend, type Source } from '../../backend';
import { failureOf } from '../../state/failure';
import { toasts } from '../../state/toasts.svelte';
import { unsaved } from '../../state/unsaved';
import { Autosave, type Clock, type SaveState } from './autosave';

const clock: Clock = {
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

export class OpenNote {
  state = $state.raw<SaveState>({ name: 'saved' });
  id = $state(0);
  /** The first text; later ones come through `onreload`. */
  readonly text: string;
  onreload: (text: string) => void = () => undefined;
  mayReload: () => boolean = () => true;
  onmoved: (id: number) => void = () => undefined;
  readonly #autosave: Autosave;

  private constructor(source: Source, copy: (text: string) => Promise<void>) {
    this.id = source.document_id;
    this.#autosave = new Autosave(
      source,
      {
        source: (id) => backend.notes.source(id),
        save: (id, text, hash) => failing(backend.notes.save(id, text, hash)),
        draft: (id, text) => backend.notes.draft(id, text),
        copy: (text) => failing(copy(text)),
      },
      clock,
      {
        state: (state) => (this.state = state),
        reload: (text) => this.onreload(text),
        mayReload: () => this.mayReload(),
        moved: (id) => {
          this.id = id;
          this.onmoved(id);
        },
      },
    );
    this.state = this.#autosave.state;
    this.text = this.#autosave.text;
    unsaved.enter(this);
  }

  static async open(id: number, copy: (text: string) => Promise<void>): Promise<OpenNote> {
    await unsaved.left(id);
    return new OpenNote(await backend.notes.source(id), copy);
  }

  get unsaved(): boolean {
    return this.#autosave.unsaved || this.state.name === 'conflict';
  }

  get kept(): boolean {
    return this.#autosave.kept;
  }

  typed(text: string): void {
    this.#autosave.typed(text);
  }

  flush(): Promise<boolean> {
    return this.#autosave.flush();
  }

  diskChanged(): Promise<void> {
    return this.#autosave.diskChanged();
  }

  choose(which: 'mine' | 'theirs' | 'both'): Promise<void> {
    return this.#autosave.choose(which);
  }

  /** Left: what is unsaved is written, and after it what is still `coming` into the text; where that fails it is kept as a draft, and said. */
  close(unsavedWords: string, coming: Promise<unknown> | null = null): void {
    if (!unsaved.leave(this)) return;
    const written = coming
      ? this.flush()
          .then(() => coming)
          .then(() => this.#autosave.close())
      : this.#autosave.close();
    const closing = written.then((saved) => {
      if (saved || this.state.name !== 'failed') return;
      toasts.fail({ ...this.state.error, hint: unsavedWords });
    });
    unsaved.wait(this.id, closing);
  }

  /** Its file is gone on purpose: nothing is to be written any more. */
  async forget(): Promise<void> {
    unsaved.leave(this);
    await this.#autosave.abandon();
  }
}

async function failing<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw failureOf(error);
  }
}
