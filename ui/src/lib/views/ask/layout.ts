// How the sentences of an answer stand: in paragraphs and lists. The answer's text knows it; the sentences know their support. Pure.

import type { Sentence } from '../../backend';

/** Sentences by their index. Items of a list may hold several; a paragraph is one item. */
export interface Block {
  kind: 'paragraph' | 'bullets' | 'numbers';
  items: number[][];
  /** Of a numbered list, the number of each item. */
  numbers?: number[];
}

const MARKER = /\[\d+\]/g;
const LEAD = /^\s*(?:([-*•])|(\d+)[.)、])\s+/;

/** The blocks of `answer` (the sentences with line breaks, list marks and markers). A sentence that is not found there ends the block it follows, and an answer
 * to a question to practise with stands with it. */
export function blocksOf(answer: string, sentences: readonly { text: string; reply?: boolean }[]): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  for (const [index, { text, reply }] of sentences.entries()) {
    const found = search(answer, text, at);
    const between = answer.slice(at, found?.start ?? at).replace(MARKER, '');
    if (found) at = found.end;
    const broken = between.includes('\n');
    const line = between.slice(between.lastIndexOf('\n') + 1);
    const lead = broken || index === 0 ? LEAD.exec(line) : null;
    const last = blocks.at(-1);
    if (lead) {
      const kind = lead[1] ? 'bullets' : 'numbers';
      const goesOn = last?.kind === kind;
      if (goesOn) last.items.push([index]);
      else blocks.push({ kind, items: [[index]], ...(lead[2] && { numbers: [] }) });
      // Some models number every item 1.
      const numbers = blocks.at(-1)?.numbers;
      numbers?.push(Math.max(Number(lead[2]), (numbers.at(-1) ?? -1) + 1));
    } else if (!last || (broken && !reply && (last.kind !== 'paragraph' || /\n\s*\n/.test(between))))
      blocks.push({ kind: 'paragraph', items: [[index]] });
    else last.items.at(-1)?.push(index);
  }
  return blocks;
}

/** Of each sentence the first one of the answer to a question to practise with that it is part of; null of the others. */
export function repliesOf(sentences: readonly Pick<Sentence, 'reply'>[]): (number | null)[] {
  const out: (number | null)[] = [];
  for (const [index, { reply }] of sentences.entries()) out.push(reply ? (out.at(-1) ?? index) : null);
  return out;
}

/** Where a sentence stands in the answer from `from` on: exactly, or but for white space and marks of emphasis. */
function search(answer: string, text: string, from: number): { start: number; end: number } | null {
  const exact = answer.indexOf(text, from);
  if (exact >= 0) return { start: exact, end: exact + text.length };
  const letters = (of: string, offset: number): { char: string; at: number }[] => {
    const kept = [];
    let at = offset;
    for (const char of of) {
      if (!/[\s*_`]/.test(char)) kept.push({ char, at });
      at += char.length;
    }
    return kept;
  };
  const wanted = letters(text, 0)
    .map((each) => each.char)
    .join('');
  const there = letters(answer.slice(from), from);
  const where = there
    .map((each) => each.char)
    .join('')
    .indexOf(wanted);
  if (wanted === '' || where < 0) return null;
  // Characters beyond the basic plane are two units of the joined text but one entry.
  let units = 0;
  const first = there.findIndex((each) => {
    const here = units === where;
    units += here ? 0 : each.char.length;
    return here;
  });
  const count = [...wanted].length;
  const end = there[first + count - 1];
  const start = there[first];
  return start && end ? { start: start.at, end: end.at + end.char.length } : null;
}

/** The text without its markers, for copying. Markers stand behind sentences; an `a[1]` within one is its own. */
export function withoutMarkers(answer: string, sentences: readonly { text: string }[]): string {
  let out = '';
  let at = 0;
  for (const { text } of sentences) {
    const found = search(answer, text, at);
    if (!found) continue;
    out += unmarked(answer.slice(at, found.start)) + answer.slice(found.start, found.end);
    at = found.end;
  }
  return out + unmarked(answer.slice(at));
}

const unmarked = (between: string): string => between.replace(/ ?\[\d+\]/g, '');

/** Whether a space belongs between two sentences: not where a Chinese one ends or begins. */
export function spaced(before: string, after: string): boolean {
  return !/[\p{Script=Han}\u3000-\u303f\uff00-\uffef”’]$/u.test(before) || !/^[\p{Script=Han}\u3000-\u303f“‘]/u.test(after);
}

/** Whether a sentence is marked: what claims nothing needs nothing to rest on. */
export function doubted(sentence: Sentence): boolean {
  return sentence.support === 'partly' || sentence.support === 'unsupported';
}
