// Which place in a note a link means, by what stands behind its `#`: `Heading`, `heading-as-an-address`, `Chapter#Heading`, `^block`. Pure.

import type { OutlineEntry } from '../backend';

const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** The name of the block that is meant; null where it is a heading. */
export function blockIn(name: string): string | null {
  return /(?:^|#)\^([A-Za-z0-9-]+)$/u.exec(name)?.[1] ?? null;
}

/** The byte at which the heading begins; null where there is none of this name. */
export function headingAt(outline: readonly OutlineEntry[], name: string): number | null {
  let found = -1;
  for (const part of name.split('#')) {
    found = next(outline, part, found + 1);
    if (found === -1) return null;
  }
  return outline[found]?.at ?? null;
}

function next(outline: readonly OutlineEntry[], name: string, from: number): number {
  const called = (wanted: string): number[] =>
    outline.flatMap((entry, at) => (at >= from && wanted !== '' && plain(entry.title) === wanted ? [at] : []));
  const [exact] = called(plain(name));
  if (exact !== undefined) return exact;
  // Of headings that are called the same, addresses number those after the first.
  const [, same = '', number = ''] = /^(.+)-(\d+)$/u.exec(name) ?? [];
  return called(plain(same))[Number(number)] ?? -1;
}
