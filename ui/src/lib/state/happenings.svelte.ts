// What the program told without being asked: views read it and react. It must not know which views there are.

import type { AppEvent, Failure, ModelProgress, SyncProgress } from '../backend';

/** Milliseconds of indexing before it is worth a word: a saved note takes less. */
const NOTICEABLE = 600;
/** Milliseconds from one reading of what depends on the notes to the next, while indexing changes them many times a second. */
const AT_MOST_EVERY = 2000;

class Happenings {
  /** Grows when notes have changed; what depends on them is to be read again. */
  generation = $state(0);
  sync = $state<SyncProgress | null>(null);
  private noticeable = $state(false);
  /** Why the last indexing in the background failed, or what it waits for, until the next begins or ends. */
  syncFailure = $state<Failure | null>(null);
  /** Downloads under way, by the model's name. */
  models = $state<Record<string, ModelProgress>>({});
  /** Folders that wait for a yes or no. */
  offers = $state<{ offer: number; name: string }[]>([]);
  private soon: ReturnType<typeof setTimeout> | undefined;
  private changed = -Infinity;
  /** A change that is not told yet. */
  private waiting: ReturnType<typeof setTimeout> | undefined;

  take(event: AppEvent): void {
    if (event.type === 'notes_changed') this.change();
    else if (event.type === 'sync') {
      this.progress(event.progress);
      this.syncFailure = null;
    } else if (event.type === 'sync_failed') {
      this.progress(null);
      this.syncFailure = event.error;
    } else if (event.type === 'model') this.models[event.progress.name] = event.progress;
    else if (event.type === 'folder_offered') this.offers.push({ offer: event.offer, name: event.name });
  }

  /** Indexing, once it has taken long enough to be shown and said. */
  get work(): SyncProgress | null {
    return this.noticeable ? this.sync : null;
  }

  private progress(progress: SyncProgress | null): void {
    if (progress && !this.sync) this.soon = setTimeout(() => (this.noticeable = true), NOTICEABLE);
    this.sync = progress;
    if (progress) return;
    clearTimeout(this.soon);
    this.noticeable = false;
    // All of it is there now.
    if (this.waiting) this.change();
  }

  private change(): void {
    const rest = this.sync ? this.changed + AT_MOST_EVERY - performance.now() : 0;
    if (rest > 0) this.waiting ??= setTimeout(() => this.change(), rest);
    else {
      clearTimeout(this.waiting);
      this.waiting = undefined;
      this.changed = performance.now();
      this.generation += 1;
    }
  }

  settle(offer: number): void {
    this.offers = this.offers.filter((each) => each.offer !== offer);
  }
}

export const happenings = new Happenings();
