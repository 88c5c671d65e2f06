// Which heading of a note a link means, by what the link says: where it leads to inside of a note is not in what the program renders. Pure.

import type { OutlineEntry } from '../backend';

const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** What a link names inside of a note: `Note#Heading`, or all of `Heading`. */
export function namedIn(link: string): string {
  return link.slice(link.lastIndexOf('#') + 1);
}

/** The byte at which the heading begins; null where there is none of this name. */
export function headingAt(outline: readonly OutlineEntry[], name: string): number | null {
  const wanted = plain(name);
  return outline.find((entry) => wanted !== '' && plain(entry.title) === wanted)?.at ?? null;
}
