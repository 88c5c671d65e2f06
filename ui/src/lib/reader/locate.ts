// From bytes of a document's text to places in what is shown of it: runs of text, each of which says at which byte it begins. Pure; it must not
// know the page.

import { byteLength, indexOf } from '../backend/utf8';

/** A run of text and the byte of the document at which it begins. */
export interface Run {
  at: number;
  text: string;
}

/** A part of a run: UTF-16 units of its text, the end not included. */
export interface Piece {
  run: number;
  from: number;
  to: number;
}

/** What of the runs is shown of the bytes `[start, end)`. A character that is cut is taken whole; what is not shown (marks of Markdown) is left out. */
export function locate(runs: readonly Run[], start: number, end: number): Piece[] {
  const pieces: Piece[] = [];
  for (const [run, { at, text }] of runs.entries()) {
    if (at >= end || text === '') continue;
    const length = byteLength(text);
    if (at + length <= start) continue;
    const from = start <= at ? 0 : indexOf(text, start - at);
    const to = end >= at + length ? text.length : ceiling(text, end - at);
    if (to > from) pieces.push({ run, from, to });
  }
  return pieces;
}

/** As `indexOf`, but an offset inside a character gives the index after it. */
function ceiling(text: string, offset: number): number {
  const index = indexOf(text, offset);
  if (byteLength(text.slice(0, index)) === offset) return index;
  return index + ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1);
}

/** The text of pieces. */
export function textOf(runs: readonly Run[], pieces: readonly Piece[]): string {
  return pieces.map(({ run, from, to }) => runs[run]?.text.slice(from, to) ?? '').join('');
}

/** The run that a byte is in, or the next one; the last where nothing follows; -1 where there is none. */
export function runAt(runs: readonly Run[], offset: number): number {
  let last = -1;
  for (const [run, { at, text }] of runs.entries()) {
    if (at + byteLength(text) > offset) return run;
    last = run;
  }
  return last;
}
