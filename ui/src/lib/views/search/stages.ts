// The places that each stage gave to the passages of a search. Pure. It must not know how they are drawn.

import type { Passage, Scores } from '../../backend';

export type Stage = 'lexical' | 'vector' | 'fused' | 'reranked' | 'cross';
export type Standing = { rank: number | null; score: number | null };

/** Places by a score, best first, among these passages only. */
function placesBy(hits: Passage[], score: (scores: Scores) => number | null): (number | null)[] {
  const order = hits
    .map((hit, index) => ({ index, score: score(hit.scores) }))
    .filter((hit) => hit.score !== null)
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0) || a.index - b.index);
  const places: (number | null)[] = hits.map(() => null);
  order.forEach((hit, place) => (places[hit.index] = place + 1));
  return places;
}

/** Which stages scored any of the passages, in the order of their work. */
export function stages(hits: Passage[]): Stage[] {
  const used = (score: (scores: Scores) => number | null) => hits.some((hit) => score(hit.scores) !== null);
  const list: Stage[] = [];
  if (used((s) => s.lexical_rank)) list.push('lexical');
  if (used((s) => s.vector_rank)) list.push('vector');
  list.push('fused');
  if (used((s) => s.reranked)) list.push('reranked');
  if (used((s) => s.cross_encoder)) list.push('cross');
  return list;
}

/** What a stage made of every passage. The two legs tell their own places, counted over all candidates; those of the later stages are counted here. */
export function standings(hits: Passage[], stage: Stage): Standing[] {
  const score: Record<Stage, (scores: Scores) => number | null> = {
    lexical: (s) => s.lexical,
    vector: (s) => s.vector,
    fused: (s) => s.fused,
    reranked: (s) => s.reranked,
    cross: (s) => s.cross_encoder,
  };
  const ranks =
    stage === 'lexical'
      ? hits.map((hit) => hit.scores.lexical_rank)
      : stage === 'vector'
        ? hits.map((hit) => hit.scores.vector_rank)
        : placesBy(hits, score[stage]);
  return hits.map((hit, index) => ({ rank: ranks[index] ?? null, score: score[stage](hit.scores) }));
}

/** The passages worth drawing: the first ones shown, and those that a leg had among its own first ones. */
export function drawn(hits: Passage[], shown: number, leg: number): Passage[] {
  const high = (rank: number | null) => rank !== null && rank <= leg;
  return hits.filter((hit, index) => index < shown || high(hit.scores.lexical_rank) || high(hit.scores.vector_rank));
}

/** What the picture and the table of it show. */
export interface Shown {
  /** Those shown, best first. */
  hits: Passage[];
  /** All that were found: places of the later stages are counted among them. */
  all: Passage[];
  stages: Stage[];
  onopen: (hit: Passage) => void;
}
