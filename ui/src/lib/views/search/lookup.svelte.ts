// What is being looked up: the words, the filter, what was found. It outlives the view, so that coming back shows what was there. It must not know how
// results look.

import { backend, type Failure, type Filter, type Search } from '../../backend';
import { failureOf } from '../../state/failure';
import { EVERYTHING } from '../../state/scope';

/** Passages asked for at first, and as many again each time. */
const STEP = 30;
/** Milliseconds after which waiting is shown. */
const SLOW = 300;
const RECENT = 8;

class Lookup {
  query = $state('');
  filter = $state.raw<Filter>(EVERYTHING);
  /** What was found last. It stays until something newer is there. */
  found = $state.raw<Search | null>(null);
  /** The words that it was found for. */
  answered = $state('');
  failure = $state.raw<Failure | null>(null);
  /** Waiting has become noticeable. */
  slow = $state(false);
  /** Index of the chosen result. */
  active = $state(0);
  recent = $state<string[]>([]);
  #running: AbortController | null = null;
  /** Passages asked for. */
  #limit = STEP;
  /** Whether there may be more than were asked for. */
  more = $state(false);

  get words(): string {
    return this.query.trim();
  }

  type(query: string): void {
    if (query === this.query) return;
    const before = this.words;
    this.query = query;
    if (this.words !== before) this.#anew();
  }

  /** These words, within this filter and no other. */
  look(query: string, filter: Filter): void {
    if (query === this.query && filter === this.filter) return;
    this.query = query;
    this.narrow(filter);
  }

  narrow(filter: Filter): void {
    this.filter = filter;
    this.#anew();
  }

  /** The next ones too; those that are shown stay until they are there. */
  async showMore(): Promise<void> {
    this.#limit += STEP;
    await this.run(true);
  }

  #anew(): void {
    this.#limit = STEP;
    void this.run();
  }

  /** Searches now; whatever was running is stopped and can no longer show anything. `again`: for the same words, so the chosen result stays chosen. */
  async run(again = false): Promise<void> {
    this.#running?.abort();
    this.#running = null;
    this.slow = false;
    if (this.words === '') {
      this.found = null;
      this.failure = null;
      this.answered = '';
      return;
    }
    const call = new AbortController();
    this.#running = call;
    const words = this.words;
    const limit = this.#limit;
    const timer = setTimeout(() => {
      if (this.#running === call) this.slow = true;
    }, SLOW);
    try {
      const found = await backend.search.search(words, this.filter, limit, call.signal);
      if (this.#running !== call) return;
      const before = again ? this.found?.hits[this.active] : undefined;
      const at = found.hits.findIndex((hit) => hit.document_id === before?.document_id && hit.start === before.start);
      this.active = Math.max(0, at);
      this.found = found;
      this.more = found.hits.length >= limit;
      this.answered = words;
      this.failure = null;
    } catch (error) {
      if (this.#running !== call) return;
      this.failure = failureOf(error);
      this.found = null;
      this.answered = words;
    } finally {
      clearTimeout(timer);
      if (this.#running === call) {
        this.#running = null;
        this.slow = false;
      }
    }
  }

  /** Keeps the words among those looked up lately: called when something came of them. */
  remember(): void {
    const words = this.words;
    if (words === '') return;
    this.recent = [words, ...this.recent.filter((other) => other !== words)].slice(0, RECENT);
  }
}

export const lookup = new Lookup();
