// The models of the fake program, and what each leg of the search does with them. It must not know who asks.

import type { Legs, ModelInfo, ModelKind, ModelProgress, WriterInfo } from '../wire';
import { emit, notesChanged } from './events';
import { pause, scene } from './scene';

const MB = 1_000_000;

type Known = Omit<ModelInfo, 'installed' | 'chosen' | 'used' | 'preparing' | 'bundled' | 'elsewhere'>;
const known = (name: string, kind: ModelKind, languages: string, licence: string, download: number, memory: number): Known => ({
  name,
  kind,
  languages,
  licence,
  download_bytes: download * MB,
  memory_bytes: memory * MB,
  fits: kind === 'generator' ? true : null,
  tokens_per_s: kind === 'generator' ? 24 : null,
  suggested: kind === 'generator',
});

const BUNDLED = 'sidenote-static-256';
const KNOWN: Known[] = [
  known(BUNDLED, 'embedder', 'Chinese, English', 'MIT', 0, 40),
  known('bge-small-zh-v1.5', 'embedder', 'Chinese', 'MIT', 96, 300),
  known('multilingual-e5-small', 'embedder', 'Chinese, English, 90+ more', 'MIT', 490, 800),
  known('bge-m3', 'embedder', 'Chinese, English, 100+ more', 'MIT', 2290, 2900),
  known('qwen3-0.6b', 'generator', 'Chinese, English, 100+ more', 'Apache-2.0', 484, 900),
  known('bge-reranker-base', 'reranker', 'Chinese, English', 'MIT', 484, 1500),
];

const installed = new Set([BUNDLED, 'multilingual-e5-small']);
const ENDPOINT = 'endpoint';
const HOST = 'models.example.org';
const used: Record<ModelKind, string | null> = {
  embedder: BUNDLED,
  reranker: scene('elsewhere') ? 'bge-reranker-base' : null,
  generator: scene('elsewhere') ? ENDPOINT : null,
};
let next: { name: string; done: number; total: number } | null = null;
const partial = new Map<string, number>();
const imported: Known[] = [];

export function legs(chunks: number, generation: number): Legs {
  return {
    lexical_generation: generation,
    embedder: used.embedder,
    embedder_problem: null,
    vector_generation: generation,
    embedded: chunks,
    vector_search: chunks > 10_000 ? 'graph' : 'exact',
    next_embedder: next?.name ?? null,
    next_embedded: next ? Math.round((chunks * next.done) / next.total) : 0,
    reranker: used.reranker,
    generator: used.generator,
  };
}

/** The model that writes answers. */
export function writer(): WriterInfo | null {
  if (used.generator === ENDPOINT) return { name: 'large-writer', sends_to: HOST };
  return used.generator === null ? null : { name: used.generator, sends_to: null };
}

export function models(): ModelInfo[] {
  const here = [...KNOWN, ...imported].map((model) => ({
    ...model,
    installed: installed.has(model.name),
    chosen: used[model.kind] === model.name,
    used: used[model.kind] === model.name && installed.has(model.name),
    preparing: next?.name === model.name,
    bundled: model.name === BUNDLED,
    elsewhere: null,
  }));
  if (!scene('elsewhere')) return here;
  const chosen = used.generator === ENDPOINT;
  const away = { ...known(ENDPOINT, 'generator', '', '', 0, 0), memory_bytes: null, tokens_per_s: null, suggested: false };
  const elsewhere = { host: HOST, model: 'large-writer', local: false };
  return [...here, { ...away, installed: true, chosen, used: chosen, preparing: false, bundled: false, elsewhere }];
}

function find(name: string): ModelInfo {
  const model = models().find((each) => each.name === name);
  if (!model) throw { code: 'not_found', message: `there is no model named \`${name}\``, hint: 'look at the list of models' };
  return model;
}

/** Downloads in steps; stopping keeps what has come. Offline it fails half-way. */
export async function pull(name: string, onProgress: (progress: ModelProgress) => void, signal: AbortSignal): Promise<void> {
  const total = find(name).download_bytes;
  for (let done = partial.get(name) ?? 0; done < total; done = Math.min(total, done + total / 20)) {
    partial.set(name, done);
    onProgress({ name, stage: 'download', done: Math.round(done), total });
    if (scene('offline') && done > 0.3 * total)
      throw {
        code: 'download',
        message: `the hub cannot be reached: ${name} came only in part`,
        hint: 'Check the connection; the next attempt goes on from there.',
      };
    await pause(60, signal);
    if (signal.aborted) throw { code: 'cancelled', message: 'the download was stopped', hint: '' };
  }
  onProgress({ name, stage: 'check', done: total, total });
  await pause(40, signal);
  partial.delete(name);
  installed.add(name);
}

/** An embedder takes over when it has read everything; the others at once. */
export async function use(name: string): Promise<void> {
  await pause(20);
  const model = find(name);
  if (!model.installed) throw { code: 'model_unavailable', message: `${name} is not installed`, hint: 'download it first' };
  if (scene('full'))
    throw { code: 'io', message: 'cannot write settings.toml: no space left on the disk', hint: 'free some space and try again' };
  if (model.kind !== 'embedder' || model.bundled || model.used) {
    used[model.kind] = name;
    if (model.kind === 'embedder') next = null;
    return;
  }
  const total = 420;
  const mine = { name, done: 0, total };
  next = mine;
  void (async () => {
    for (; mine.done < total; mine.done = Math.min(total, mine.done + 20)) {
      emit({ type: 'model', progress: { name, stage: 'embed', done: mine.done, total } });
      await pause(60);
      if (next !== mine) return;
    }
    next = null;
    used.embedder = name;
    emit({ type: 'model', progress: { name, stage: 'embed', done: total, total } });
    notesChanged();
  })();
}

export async function useNone(kind: 'reranker' | 'generator'): Promise<void> {
  await pause(10);
  used[kind] = null;
}

export async function remove(name: string): Promise<void> {
  await pause(20);
  const model = find(name);
  if (model.bundled) throw { code: 'invalid_input', message: `${name} is part of the program`, hint: '' };
  if (model.used) throw { code: 'busy', message: `${name} is in use`, hint: 'use another model first' };
  installed.delete(name);
}

export async function addImported(): Promise<ModelInfo> {
  await pause(40);
  const name = 'my-embedder';
  if (!imported.some((model) => model.name === name)) imported.push(known(name, 'embedder', 'unknown', 'unknown', 210, 500));
  installed.add(name);
  return find(name);
}
