// What the program told without being asked: views read it and react. It must not know which views there are.

import type { AppEvent, Failure, ModelProgress, SyncProgress } from '../backend';

class Happenings {
  /** Grows when notes have changed; what depends on them is to be read again. */
  generation = $state(0);
  sync = $state<SyncProgress | null>(null);
  /** Why the last indexing in the background failed, until the next begins. */
  syncFailure = $state<Failure | null>(null);
  /** Downloads under way, by the model's name. */
  models = $state<Record<string, ModelProgress>>({});
  /** Folders that wait for a yes or no. */
  offers = $state<{ offer: number; name: string }[]>([]);

  take(event: AppEvent): void {
    if (event.type === 'notes_changed') this.generation += 1;
    else if (event.type === 'sync') {
      this.sync = event.progress;
      if (event.progress) this.syncFailure = null;
    } else if (event.type === 'sync_failed') {
      this.sync = null;
      this.syncFailure = event.error;
    } else if (event.type === 'model') this.models[event.progress.name] = event.progress;
    else if (event.type === 'folder_offered') this.offers.push({ offer: event.offer, name: event.name });
  }

  settle(offer: number): void {
    this.offers = this.offers.filter((each) => each.offer !== offer);
  }
}

export const happenings = new Happenings();
