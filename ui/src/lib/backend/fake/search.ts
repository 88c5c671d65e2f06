// Looking things up, in the page.

import type { SearchBackend } from '../contract';
import { corpus, noteById } from './corpus';
import { currentGeneration } from './events';
import { frequency, holds, rank, termsOf } from './rank';
import { pause, repeated, scene } from './scene';

const failing = {
  code: 'io',
  message: 'the keyword index cannot be read',
  hint: 'close Sidenote and open it again; the index is then made anew',
};
const cancelled = { code: 'cancelled', message: 'the search was stopped', hint: '' };
/** Passages a search shows. */
const SHOWN = 10;

export const search: SearchBackend = {
  async search(query, filter, limit, signal) {
    await pause(20, signal);
    if (signal.aborted) throw cancelled;
    if (scene('failing')) throw failing;
    const begun = performance.now();
    const hits = rank(query, filter, limit);
    return {
      version: 1,
      query,
      hits,
      notices: repeated(scene('noticed') ? ['no embedding model: results are by keywords only'] : []),
      timings_ms: { total: performance.now() - begun },
      generation: currentGeneration(),
    };
  },

  async explain(query, filter, document) {
    await pause(15);
    if (scene('failing')) throw failing;
    const note = noteById(document);
    const all = rank(query, filter, 1000);
    const best = rank(query, { ...filter, notes: [document] }, 1)[0] ?? null;
    const at = best ? all.findIndex((hit) => hit.document_id === document && hit.start === best.start) : -1;
    const terms = termsOf(query).map((term) => ({
      term,
      word: term,
      chunks: frequency(term),
      matched: best !== null && holds(best, term),
    }));
    const lacking = terms.filter((term) => !term.matched).map((term) => term.term);
    const reasons: string[] = [];
    if (!best) reasons.push('no passage of this note shares a word with the query, and none is near it in meaning');
    else if (at >= 0 && at < SHOWN) reasons.push(`it is there: its best passage has rank ${at + 1}`);
    else {
      if (lacking.length) reasons.push(`its best passage lacks ${lacking.join(', ')}`);
      reasons.push(`none of the passages of “${note.title}” is among the first ${SHOWN}`);
    }
    return {
      version: 1,
      query,
      best,
      rank: at >= 0 ? at + 1 : null,
      shown: SHOWN,
      terms,
      first: all[0]?.scores ?? null,
      reasons: repeated(reasons),
      notices: [],
      generation: currentGeneration(),
    };
  },

  async tags() {
    await pause(5);
    if (scene('failing')) throw failing;
    const counts = new Map<string, number>();
    for (const note of corpus.notes) for (const tag of note.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    return [...counts].map(([tag, notes]) => ({ tag, notes })).sort((a, b) => b.notes - a.notes || a.tag.localeCompare(b.tag));
  },

  async folders() {
    await pause(5);
    if (scene('failing')) throw failing;
    const counts = new Map<string, { library: string; folder: string; notes: number }>();
    for (const note of corpus.notes) {
      const parts = note.path.split('/').slice(0, -1);
      for (let depth = 1; depth <= parts.length; depth++) {
        const folder = parts.slice(0, depth).join('/');
        const key = `${note.library}/${folder}`;
        const entry = counts.get(key) ?? { library: note.library, folder, notes: 0 };
        entry.notes += 1;
        counts.set(key, entry);
      }
    }
    return [...counts.values()].sort((a, b) => a.library.localeCompare(b.library) || a.folder.localeCompare(b.folder));
  },
};
