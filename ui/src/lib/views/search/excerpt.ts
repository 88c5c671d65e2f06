// A passage in a few lines: it begins near the first match. Pure.

import { readable } from '../../components/readable';
import { slices, type Slice } from '../../components/slices';

/** Characters shown before the first match, so that it is in sight. */
const LEAD = 48;
const ENDS = ['。', '！', '？', '；', '\n', '. '];

/** The end of a text, from a sentence's or word's beginning if one is near. */
function tail(text: string): string {
  const near = [...text].slice(-LEAD).join('');
  const sentence = Math.max(-1, ...ENDS.filter((end) => near.includes(end)).map((end) => near.lastIndexOf(end) + end.length));
  return `… ${(sentence > 0 ? near.slice(sentence) : near).trimStart()}`;
}

/** The words of a passage without marks of Markdown, from shortly before the first match (byte ranges). */
export function excerpt(text: string, highlights: readonly [number, number][]): Slice[] {
  const plain = readable(text, highlights);
  const parts = slices(plain.text, plain.ranges);
  const [first, ...rest] = parts;
  if (!first || first.marked || rest.length === 0 || first.text.length <= 1.5 * LEAD) return parts;
  return [{ text: tail(first.text), marked: false }, ...rest];
}
