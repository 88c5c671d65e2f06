// Tells the program that someone is at it, so that what it does in the background leaves them the processor. It must not know what they do.

import { backend } from '../backend';

/** Milliseconds: what is told holds for a second. */
const AT_MOST_EVERY = 500;
const SIGNS = ['scroll', 'wheel', 'keydown', 'pointerdown'] as const;

/** Begins to tell; call what it gives back to end. */
export function tellPresence(): () => void {
  const stop = new AbortController();
  let told = -Infinity;
  function tell(): void {
    const now = performance.now();
    if (now - told < AT_MOST_EVERY) return;
    told = now;
    // It is only a courtesy.
    backend.app.present().catch(() => undefined);
  }
  // On the way down: also what scrolls inside, and what somebody else stops.
  for (const sign of SIGNS) addEventListener(sign, tell, { capture: true, passive: true, signal: stop.signal });
  return () => stop.abort();
}
