// What a call was rejected with, as far as it can be known. Pure.

import type { ErrorCode, Failure } from '../backend';

const CODES: readonly ErrorCode[] = [
  'invalid_input',
  'not_found',
  'nothing_to_ask',
  'busy',
  'data_too_new',
  'data_damaged',
  'model_unavailable',
  'download',
  'io',
  'cancelled',
  'internal',
];

/** The failure in whatever was thrown. */
export function failureOf(error: unknown): Failure {
  if (error && typeof error === 'object') {
    const { code, message, hint } = error as Partial<Failure>;
    if (code && CODES.includes(code)) return { code, message: message ?? '', hint: hint ?? '' };
    if (message) return { code: 'internal', message, hint: '' };
  }
  return { code: 'internal', message: String(error), hint: '' };
}

/** Whether a call ended because it was told to. */
export function wasCancelled(error: unknown): boolean {
  return failureOf(error).code === 'cancelled' || (error instanceof DOMException && error.name === 'AbortError');
}
