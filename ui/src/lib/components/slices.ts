// A text cut at byte ranges. Pure.

import { indexOf } from '../backend/utf8';

export interface Slice {
  text: string;
  marked: boolean;
}

/** The parts of `text` in and between the ranges (bytes; overlapping ones are joined, what lies outside is ignored). */
export function slices(text: string, ranges: readonly (readonly [number, number])[]): Slice[] {
  const parts: Slice[] = [];
  let at = 0;
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const start = Math.max(at, indexOf(text, from));
    const end = indexOf(text, to);
    if (end <= start) continue;
    if (start > at) parts.push({ text: text.slice(at, start), marked: false });
    parts.push({ text: text.slice(start, end), marked: true });
    at = end;
  }
  if (at < text.length) parts.push({ text: text.slice(at), marked: false });
  return parts;
}
