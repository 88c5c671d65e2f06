// The libraries and the state of the index, as they are now. It must not know how they look.

import { backend, type LedgerEntry, type Status } from '../../backend';
import { happenings } from '../../state/happenings.svelte';

/** While indexing goes on notes change many times a second: no reading begins before the last one has ended, and the last wish is never lost. */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let again = false;
  return () => {
    if (running) again = true;
    else
      running = (async () => {
        do {
          again = false;
          await work();
        } while (again);
      })().finally(() => (running = null));
    return running;
  };
}

class Shelf {
  status = $state.raw<Status | null>(null);
  failure = $state.raw<unknown>(null);
  /** Indexing was stopped by the person, so its end is not that everything is read. */
  stopped = $state(false);
  /** The person asked for indexing, and waits for it. */
  asked = $state(false);
  /** Reads them anew; asked for again meanwhile, once more afterwards. */
  readonly load = oneAtATime(async () => {
    try {
      this.status = await backend.libraries.status();
      this.failure = null;
    } catch (error) {
      this.failure = error;
    }
  });

  async stop(): Promise<void> {
    this.stopped = true;
    await backend.libraries.stopSync();
  }

  async sync(library: number | null, documents?: string[]): Promise<void> {
    this.stopped = false;
    this.asked = true;
    happenings.syncFailure = null;
    await backend.libraries.sync(library, documents);
  }
}

export const shelf = new Shelf();

export type Kind = 'all' | 'indexed' | 'skipped' | 'warnings';

/** What a row of the ledger is, in one word. */
export function stateOf(entry: LedgerEntry): 'indexed' | 'skipped' | 'ignored' | 'warned' {
  if (entry.state === 'skipped') return entry.reason === 'ignored' ? 'ignored' : 'skipped';
  return entry.warnings.length ? 'warned' : 'indexed';
}

/** The rows of a kind whose name or reason holds the words. */
export function chosen(entries: LedgerEntry[], kind: Kind, words: string): LedgerEntry[] {
  const part = words.trim().toLowerCase();
  return entries.filter(
    (entry) =>
      (kind === 'all' || (kind === 'warnings' ? entry.warnings.length > 0 : entry.state === kind)) &&
      (part === '' || entry.document.toLowerCase().includes(part) || (entry.detail ?? '').toLowerCase().includes(part)),
  );
}
