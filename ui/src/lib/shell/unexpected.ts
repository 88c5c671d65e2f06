// What goes wrong where nobody expects it is said as well: what could not be drawn at its place, everything else in passing.

import type { Failure } from '../backend';
import { ui } from '../i18n/index.svelte';
import { failureOf, wasCancelled } from '../state/failure';
import { toasts } from '../state/toasts.svelte';

/** A mistake in the page itself, as a failure. */
export function broken(error: unknown): Failure {
  const { code, message, hint } = failureOf(error);
  if (code !== 'internal' || hint) return { code, message, hint };
  return { code, message: ui.words.common.broken(message), hint: ui.words.common.report };
}

/** Says what is thrown or rejected with nobody to take it. Returns what ends it. */
export function sayUnexpected(): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  addEventListener(
    'error',
    ({ error }) => {
      // Without an error it is no mistake: an observer of sizes was told in the next frame, an image did not load.
      if (error) toasts.fail(broken(error));
    },
    { signal },
  );
  addEventListener(
    'unhandledrejection',
    ({ reason }) => {
      if (!wasCancelled(reason)) toasts.fail(broken(reason));
    },
    { signal },
  );
  return () => stop.abort();
}
