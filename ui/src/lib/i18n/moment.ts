// Moments as a person reads them, in each language. Pure.

import type { Language } from './index.svelte';

/** The time if it was today, the day too if not. */
export function moment(iso: string, language: Language): string {
  const date = new Date(iso);
  const today = new Date().toDateString() === date.toDateString();
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  return date.toLocaleString(locale, today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' });
}
