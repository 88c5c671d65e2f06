// A passage's text as one reads it: without the marks of Markdown, formulas as text; and its ranges moved along. Pure.

import { byteLength } from '../backend/utf8';
import { FORMULA, formulaText } from './formula';

/** A rule under a table's head, then marks that go, the dividers of a table, and formulas. */
const MARKS = new RegExp(
  [
    String.raw`^[ \t]*\|?[ \t]*:?-{3,}[-| :\t]*$\n?`,
    String.raw`^[ \t]*#{1,6}[ \t]+`,
    String.raw`^[ \t]*>[ \t]?(?:\[!\w+\][ \t]*)?`,
    String.raw`^[ \t]*\|[ \t]*`,
    String.raw`(?<edge>[ \t]*\|[ \t]*$)`,
    String.raw`(?<divider>[ \t]+\|[ \t]+)`,
    FORMULA,
    '\\*\\*|`',
    String.raw`!?\[\[(?:[^\]|\n]*\|)?|\]\]`,
    String.raw`\]\([^)\s]*\)|!?\[(?=[^\]\n]*\]\()`,
    String.raw`(?:^|[ \t]+)\^(?=[\d-]*[A-Za-z])[A-Za-z0-9-]{2,}[ \t]*$`,
    String.raw`\n(?=\n)`,
  ].join('|'),
  'gm',
);

interface Edit {
  /** Byte of the text as it was. */
  at: number;
  gone: number;
  come: number;
}

/** `text` as one reads it, and where `ranges` (bytes, in order) are in it. */
export function readable(text: string, ranges: readonly [number, number][] = []): { text: string; ranges: [number, number][] } {
  let out = '';
  let last = 0;
  let bytes = 0;
  const edits: Edit[] = [];
  for (const match of text.matchAll(MARKS)) {
    const { edge, divider, formula } = match.groups ?? {};
    // Elsewhere a bar is a bar.
    if ((edge ?? divider) !== undefined && !inTable(text, match.index)) continue;
    const instead = formula !== undefined ? formulaText(formula) : divider !== undefined ? ' · ' : '';
    if (instead === null) continue;
    const kept = text.slice(last, match.index);
    out += kept + instead;
    bytes += byteLength(kept);
    const gone = byteLength(match[0]);
    edits.push({ at: bytes, gone, come: byteLength(instead) });
    bytes += gone;
    last = match.index + match[0].length;
  }
  return {
    text: out + text.slice(last),
    ranges: ranges.map(([from, to]) => [moved(edits, from, false), moved(edits, to, true)]),
  };
}

/** Whether the line around an index is a table's. */
function inTable(text: string, index: number): boolean {
  return /^[ \t]*\|/.test(text.slice(text.lastIndexOf('\n', index - 1) + 1));
}

/** Where a byte is after the edits; one inside of what was replaced goes to its begin, or its end. */
function moved(edits: readonly Edit[], offset: number, end: boolean): number {
  let by = 0;
  for (const { at, gone, come } of edits) {
    if (offset >= at + gone) by += come - gone;
    else {
      if (offset > at) return at + by + (end ? come : 0);
      break;
    }
  }
  return offset + by;
}
