// The models and what goes on with them: downloads and switches, which go on while other views are open. It must not know how they look.

import { backend, type Failure, type ModelInfo, type ModelProgress } from '../../backend';
import { failureOf, wasCancelled } from '../../state/failure';

/** A download: under way, stopped by the person, or failed. */
export interface Download {
  state: 'running' | 'stopped' | 'failed';
  progress: ModelProgress | null;
  failure: Failure | null;
}

class Workbench {
  models = $state.raw<ModelInfo[] | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** By the model's name. */
  downloads = $state<Record<string, Download>>({});
  /** The embedder that takes over once it has read everything. */
  next = $state<string | null>(null);
  private readonly stops = new Map<string, AbortController>();
  #calls = 0;

  async load(): Promise<void> {
    const call = ++this.#calls;
    try {
      const [models, status] = await Promise.all([backend.app.models(), backend.libraries.status()]);
      if (call !== this.#calls) return;
      this.models = models;
      this.next = status.legs.next_embedder;
      this.failure = null;
    } catch (error) {
      if (call === this.#calls) this.failure = failureOf(error);
    }
  }

  /** True when it is here; false when it was stopped or failed, which the download then says. */
  async pull(name: string): Promise<boolean> {
    const stop = new AbortController();
    this.stops.set(name, stop);
    const before = this.downloads[name]?.progress ?? null;
    this.downloads[name] = { state: 'running', progress: before, failure: null };
    try {
      await backend.app.pullModel(
        name,
        (progress) => {
          if (this.stops.get(name) === stop) this.downloads[name] = { state: 'running', progress, failure: null };
        },
        stop.signal,
      );
      delete this.downloads[name];
      await this.load();
      return true;
    } catch (error) {
      const progress = this.downloads[name]?.progress ?? null;
      this.downloads[name] = wasCancelled(error)
        ? { state: 'stopped', progress, failure: null }
        : { state: 'failed', progress, failure: failureOf(error) };
      return false;
    } finally {
      if (this.stops.get(name) === stop) this.stops.delete(name);
    }
  }

  stop(name: string): void {
    this.stops.get(name)?.abort();
  }

  async use(name: string): Promise<void> {
    await backend.app.useModel(name);
    await this.load();
  }

  async useNone(kind: 'reranker' | 'generator'): Promise<void> {
    await backend.app.useNone(kind);
    await this.load();
  }

  async remove(name: string): Promise<void> {
    await backend.app.removeModel(name);
    delete this.downloads[name];
    await this.load();
  }

  /** The model that was added, or null if the person thought better of it. */
  async import(): Promise<ModelInfo | null> {
    const model = await backend.app.importModel();
    if (model) await this.load();
    return model;
  }
}

export const workbench = new Workbench();
