// Puts something that floats next to what it belongs to, inside the window. It must not know what floats.

import type { Attachment } from 'svelte/attachments';

const GAP = 4;
const EDGE = 8;

/** Where a box of this size goes: below the anchor, above it where there is no room, never over the window's edge. */
export function position(
  anchor: { left: number; right: number; top: number; bottom: number },
  box: { width: number; height: number },
  room: { width: number; height: number },
): { left: number; top: number } {
  const below = anchor.bottom + GAP;
  const above = anchor.top - GAP - box.height;
  const top =
    below + box.height + EDGE > room.height && above >= EDGE
      ? above
      : Math.min(below, Math.max(EDGE, room.height - box.height - EDGE));
  const start = anchor.left + box.width + EDGE > room.width ? anchor.right - box.width : anchor.left;
  return { left: Math.max(EDGE, Math.min(start, room.width - box.width - EDGE)), top };
}

/** Keeps a `position: fixed` element beside its anchor while it is there. */
export function beside(anchor: () => Element | null | undefined): Attachment<HTMLElement> {
  return (box) => {
    const put = (): void => {
      const to = anchor();
      if (!to) return;
      const place = position(to.getBoundingClientRect(), box.getBoundingClientRect(), { width: innerWidth, height: innerHeight });
      box.style.left = `${place.left}px`;
      box.style.top = `${place.top}px`;
    };
    put();
    const observer = new ResizeObserver(put);
    observer.observe(box);
    addEventListener('resize', put);
    addEventListener('scroll', put, true);
    return () => {
      observer.disconnect();
      removeEventListener('resize', put);
      removeEventListener('scroll', put, true);
    };
  };
}
