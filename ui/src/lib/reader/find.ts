// Words in what is shown. Runs of one block are one text, so that a match may begin before a link and end in it. Pure.

import type { Piece } from './locate';

export interface Shown {
  text: string;
  /** Runs of one block have the same; a match never crosses from one to another. */
  block: unknown;
}

/** Lower case, but with every character where it was. */
function folded(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}

/** Where the words are, in order, without overlap; the first `most` of them. */
export function find(runs: readonly Shown[], words: string, most = Infinity): Piece[][] {
  const wanted = folded(words);
  if (wanted.trim() === '') return [];
  const matches: Piece[][] = [];
  for (let first = 0; first < runs.length && matches.length < most;) {
    let after = first + 1;
    while (after < runs.length && runs[after]?.block === runs[first]?.block) after += 1;
    const block = runs.slice(first, after);
    const text = folded(block.map((run) => run.text).join(''));
    for (let at = text.indexOf(wanted); at >= 0 && matches.length < most; at = text.indexOf(wanted, at + wanted.length)) {
      matches.push(pieces(block, first, at, at + wanted.length));
    }
    first = after;
  }
  return matches;
}

function pieces(block: readonly Shown[], first: number, from: number, to: number): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const [index, { text }] of block.entries()) {
    const start = Math.max(from - at, 0);
    const end = Math.min(to - at, text.length);
    if (end > start) found.push({ run: first + index, from: start, to: end });
    at += text.length;
  }
  return found;
}
