// A chunk of the fake's notes as the passage that the program would give. It must not know why it was found.

import type { Passage, Scores } from '../wire';
import { byteLength } from '../utf8';
import type { FakeChunk } from './corpus';

/** The bytes of `text` that hold the terms (in lower case), joined where they touch. */
export function highlightsIn(text: string, terms: string[]): [number, number][] {
  const lower = text.toLowerCase();
  const found: [number, number][] = [];
  for (const term of terms) {
    for (let at = lower.indexOf(term); at >= 0; at = lower.indexOf(term, at + 1)) found.push([at, at + term.length]);
  }
  const joined: [number, number][] = [];
  for (const [from, to] of found.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = joined.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined.map(([from, to]) => [byteLength(text.slice(0, from)), byteLength(text.slice(0, to))]);
}

/** What every stage thinks of a passage of which only one score is known. */
export function scoresOf(score: number): Scores {
  return {
    reranked: score,
    fused: score,
    lexical: 10 * score,
    lexical_rank: 1,
    vector: score,
    vector_rank: 2,
    cross_encoder: null,
  };
}

export function passageOf(chunk: FakeChunk, terms: string[], scores: Scores): Passage {
  return {
    library: chunk.note.library,
    document: chunk.note.path,
    document_id: chunk.note.id,
    title: chunk.note.title,
    heading: chunk.heading,
    text: chunk.text,
    start: chunk.start,
    end: chunk.end,
    line: chunk.line,
    page: null,
    highlights: highlightsIn(chunk.text, terms),
    also_in: [],
    scores,
  };
}
