// A chunk of the fake's notes as the passage that the program would give. It must not know why it was found.

import type { Passage } from '../wire';
import { byteLength } from '../utf8';
import { type FakeChunk, gramsOf } from './corpus';

/** The bytes of `text` that hold words of the query, joined where they touch. */
export function highlightsIn(text: string, query: string): [number, number][] {
  const lower = text.toLowerCase();
  const found: [number, number][] = [];
  for (const gram of gramsOf(query)) {
    for (let at = lower.indexOf(gram); at >= 0; at = lower.indexOf(gram, at + gram.length)) {
      const start = byteLength(text.slice(0, at));
      found.push([start, start + byteLength(text.slice(at, at + gram.length))]);
    }
  }
  found.sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [start, end] of found) {
    const last = joined.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

export function passageOf(chunk: FakeChunk, query: string, score: number): Passage {
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
    highlights: highlightsIn(chunk.text, query),
    also_in: [],
    scores: {
      reranked: score,
      fused: score,
      lexical: 10 * score,
      lexical_rank: 1,
      vector: score,
      vector_rank: 2,
      cross_encoder: null,
    },
  };
}
