// A note as a PDF would be: its text set into lines on pages, which are drawings. It must not know who reads it.

import { byteLength, indexOf } from '../utf8';
import type { PageBox, Pages } from '../wire';

const [WIDTH, HEIGHT, MARGIN] = [600, 840, 60];
const SIZE = 12;
const LEADING = 24;
const PER_LINE = (WIDTH - 2 * MARGIN) / SIZE;
const PER_PAGE = Math.floor((HEIGHT - 2 * MARGIN) / LEADING);

interface Line {
  text: string;
  /** UTF-16 units of the whole text. */
  from: number;
  page: number;
  top: number;
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let from = 0;
  for (const paragraph of text.split('\n')) {
    for (let at = 0; at === 0 || at < paragraph.length; at += PER_LINE) {
      const n = lines.length;
      lines.push({
        text: paragraph.slice(at, at + PER_LINE),
        from: from + at,
        page: 1 + Math.floor(n / PER_PAGE),
        top: MARGIN + (n % PER_PAGE) * LEADING,
      });
    }
    from += paragraph.length + 1;
  }
  return lines;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function drawing(lines: Line[]): string {
  const texts = lines.map(
    ({ text, top }) => `<text x="${MARGIN}" y="${top + SIZE}" textLength="${text.length * SIZE}">${escaped(text)}</text>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-size="${SIZE}"><rect width="100%" height="100%" fill="#fff"/>${texts.join('')}</svg>`;
  // What is put behind the address is not part of the drawing.
  return `data:image/svg+xml,${encodeURIComponent(svg)}#`;
}

/** The pages of a text, and where its bytes are on them. */
export function pagesOf(text: string, start: number, end: number): Pages {
  const lines = linesOf(text);
  const pages = Array.from({ length: lines.at(-1)?.page ?? 0 }, (_, index) => ({
    width: WIDTH,
    height: HEIGHT,
    address: drawing(lines.filter((line) => line.page === index + 1)),
  }));
  const [from, to] = end > start ? [indexOf(text, start), indexOf(text, Math.min(end, byteLength(text)))] : [0, 0];
  const marks = lines.flatMap((line): PageBox[] => {
    const [first, last] = [Math.max(from - line.from, 0), Math.min(to - line.from, line.text.length)];
    if (last <= first) return [];
    return [{ page: line.page, left: MARGIN + first * SIZE, top: line.top, width: (last - first) * SIZE, height: 1.3 * SIZE }];
  });
  return { pages, marks };
}
