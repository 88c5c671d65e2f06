// Whether what is shown somewhere is what was quoted, and where it is otherwise. A quote is a piece of a note's text with its marks; what is shown has none
// of them, so that only letters and numbers are compared. Pure; it must not know the page.

import { byteLength } from '../backend/utf8';
import { readable } from '../components/readable';
import type { Shown } from './find';
import { locate, textOf, type Piece, type Run } from './locate';

type ShownRun = Run & Shown;

/** Signs that are most likely no text. */
const MARKS = /[\s#>*_`~|+[\]-]/gu;
const LETTER = /[\p{L}\p{N}]/u;
/** What stands before the words of a line: marks of quotes, headings, items, tasks. */
const LEAD = /^(?:\s*>)*\s*(?:#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?|\d+[.)]\s+)?(?:\[![\w-]+\][+-]?)?/u;
/** What a line holds that is not shown as text: formulas, notes at the foot, comments and marks of HTML. */
const NOT_TEXT = /\$\$?[^$\n]+\$\$?|\[\^[^\]]+\]|<[^>\n]*>/u;
/** Letters that may stand between two parts of a quote: what of it is not shown as text. */
const BETWEEN = 80;

const letters = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '');

/** The parts of a quote that are shown one after the other. */
function partsOf(quote: string): string[] {
  return quote
    .split('\n')
    .filter((line) => !/^\s*(?:```|~~~)/u.test(line))
    .flatMap((line) => line.replace(LEAD, '').split(NOT_TEXT))
    .map((part) => letters(readable(part).text))
    .filter(Boolean);
}

/** What of the runs shows the quote: where it was, or else at the nearest place; nothing where it is not shown any more. */
export function quoted(runs: readonly ShownRun[], there: Piece[], quote: string, near: number): Piece[] {
  if (letters(textOf(runs, there)) === partsOf(quote).join('')) return there;
  const elsewhere = seek(runs, quote, near);
  if (elsewhere.length > 0) return elsewhere;
  return holds(runs, there, quote) ? there : [];
}

/** Whether all that these pieces show is of the quote, although not all of its marks are understood: runs are cut out of the note's text, so that what they
 *  hold stands in the quote as it is, in the same order. */
function holds(runs: readonly Run[], pieces: readonly Piece[], quote: string): boolean {
  const whole = letters(quote);
  let at = 0;
  for (const piece of pieces) {
    const part = letters(textOf(runs, [piece]));
    const found = whole.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at > 0;
}

/** Where the quote is shown, at the place that is nearest to a byte. */
function seek(runs: readonly ShownRun[], quote: string, near: number): Piece[] {
  const [first, ...rest] = partsOf(quote);
  if (first === undefined) return [];
  const text = lettersOf(runs);
  let best: Piece[] = [];
  let least = Infinity;
  for (let at = text.letters.indexOf(first); at >= 0; at = text.letters.indexOf(first, at + 1)) {
    const distance = Math.abs(text.byteOf(at) - near);
    // Further away than what was found, and going on.
    if (distance >= least) break;
    const spans = follow(text.letters, first, rest, at);
    if (!spans) continue;
    least = distance;
    best = spans.flatMap(([from, to]) => locate(runs, text.byteOf(from), text.endOf(to - 1)));
  }
  return widened(runs, best, quote);
}

/** With the signs that the quote begins and ends with, as far as they are shown. */
function widened(runs: readonly Run[], pieces: Piece[], quote: string): Piece[] {
  const [opening, closing] = [/^[^\p{L}\p{N}]*/u, /[^\p{L}\p{N}]*$/u].map((edge) =>
    (edge.exec(quote)?.[0] ?? '').replace(MARKS, ''),
  );
  const [first, last] = [pieces[0], pieces.at(-1)];
  if (!first || !last) return pieces;
  const before = runs[first.run]?.text ?? '';
  const after = runs[last.run]?.text ?? '';
  while (first.from > 0 && opening?.includes(before[first.from - 1]!)) first.from -= 1;
  while (last.to < after.length && closing?.includes(after[last.to]!)) last.to += 1;
  return pieces;
}

/** The parts from the first one on, each soon after the one before it. */
function follow(text: string, first: string, rest: readonly string[], at: number): [number, number][] | null {
  const spans: [number, number][] = [[at, at + first.length]];
  let end = at + first.length;
  for (const part of rest) {
    const next = text.slice(end, end + BETWEEN + part.length).indexOf(part);
    if (next < 0) return null;
    spans.push([end + next, end + next + part.length]);
    end += next + part.length;
  }
  return spans;
}

interface Letters {
  letters: string;
  /** The byte of the note's text at which a letter begins, and the one after it. */
  byteOf(index: number): number;
  endOf(index: number): number;
}

function lettersOf(runs: readonly Run[]): Letters {
  const bytes: number[] = [];
  const ends: number[] = [];
  let all = '';
  for (const { at, text } of runs) {
    let byte = at;
    for (const character of text) {
      const end = byte + byteLength(character);
      if (LETTER.test(character)) {
        all += character;
        // A letter may be two units of the text.
        for (let unit = 0; unit < character.length; unit += 1) {
          bytes.push(byte);
          ends.push(end);
        }
      }
      byte = end;
    }
  }
  return { letters: all, byteOf: (index) => bytes[index] ?? 0, endOf: (index) => ends[index] ?? 0 };
}

/** What pieces show, a line for each block, as a quote that can be sought. */
export function quoteOf(runs: readonly ShownRun[], pieces: readonly Piece[]): string {
  let quote = '';
  let block: unknown;
  for (const piece of pieces) {
    const run = runs[piece.run];
    if (quote && run?.block !== block) quote += '\n';
    block = run?.block;
    quote += textOf(runs, [piece]);
  }
  return quote;
}
