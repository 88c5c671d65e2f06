// Marks in the text that is shown: puts them around parts of runs and takes them away again. It must not know why something is marked.

import type { Piece, Run } from './locate';

const BLOCKS = 'p, li, h1, h2, h3, h4, h5, h6, th, td, pre, blockquote, div';

/** The elements that hold the runs, in order. */
export function elements(root: HTMLElement): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>('[data-at]')];
}

/** What they hold. */
export function runs(of: readonly HTMLElement[]): (Run & { block: Element | null })[] {
  return of.map((element) => ({
    at: Number(element.dataset.at),
    text: element.textContent ?? '',
    block: element.closest(BLOCKS),
  }));
}

/** Marks parts of runs; gives the marks in order. */
export function mark(of: readonly HTMLElement[], pieces: readonly Piece[], name: string): HTMLElement[] {
  const marks: HTMLElement[] = [];
  for (const { run, from, to } of pieces) {
    const element = of[run];
    if (!element) continue;
    let at = 0;
    for (const node of textNodes(element)) {
      const length = node.data.length;
      const start = Math.max(from - at, 0);
      const end = Math.min(to - at, length);
      at += length;
      if (end <= start) continue;
      const range = document.createRange();
      range.setStart(node, start);
      range.setEnd(node, end);
      const around = document.createElement('mark');
      around.className = name;
      range.surroundContents(around);
      marks.push(around);
    }
  }
  return marks;
}

/** Takes marks away; the text is as before. */
export function unmark(marks: readonly HTMLElement[]): void {
  for (const each of marks) {
    const parent = each.parentNode;
    each.replaceWith(...each.childNodes);
    parent?.normalize();
  }
}

function textNodes(element: HTMLElement): Text[] {
  const nodes: Text[] = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) nodes.push(walker.currentNode as Text);
  return nodes;
}
