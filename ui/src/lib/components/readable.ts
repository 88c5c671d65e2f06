// A passage's text without the marks of Markdown that only get in the way of reading it, and its ranges moved along. Pure.

import { byteLength } from '../backend/utf8';

/** Marks that go: emphasis, code ticks, heading and quote marks, link brackets, the rule under a table's head, empty lines. */
const MARKS =
  /^[ \t]*#{1,6}[ \t]+|^[ \t]*>[ \t]?|^[ \t]*\|?[ \t]*:?-{3,}[-| :\t]*$\n?|\*\*|__|`|!?\[\[|\]\]|\]\([^)\s]*\)|\[(?=[^\]\n]*\]\()|\n(?=\n)/gm;

/** What is left of `text`, and where `ranges` (bytes, in order) are in it. */
export function readable(text: string, ranges: readonly [number, number][]): { text: string; ranges: [number, number][] } {
  let out = '';
  let last = 0;
  const removed: { at: number; bytes: number }[] = [];
  let bytes = 0;
  for (const match of text.matchAll(MARKS)) {
    const kept = text.slice(last, match.index);
    out += kept;
    bytes += byteLength(kept);
    const gone = byteLength(match[0]);
    removed.push({ at: bytes, bytes: gone });
    bytes += gone;
    last = match.index + match[0].length;
  }
  out += text.slice(last);
  const moved = (offset: number): number =>
    offset - removed.reduce((sum, cut) => sum + Math.max(0, Math.min(cut.bytes, offset - cut.at)), 0);
  const places = ranges.map(([from, to]): [number, number] => [moved(from), moved(to)]);
  return { text: out, ranges: places };
}
