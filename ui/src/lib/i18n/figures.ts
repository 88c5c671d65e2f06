// Sizes, times and lists as a person reads them. Pure.

import type { Language } from './index.svelte';

const STEPS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `8.4 MB`; thousands, as file managers count. */
export function size(bytes: number): string {
  let value = bytes;
  let step = 0;
  while (value >= 999.5 && step < STEPS.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${step === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1).replace(/\.0$/, '')} ${STEPS[step]}`;
}

/** A number, with marks between its thousands where the language has them. */
export function count(n: number, language: Language): string {
  return n.toLocaleString(language === 'zh' ? 'zh-CN' : 'en');
}

/** A rate in two or three figures. */
export function rounded(value: number): number {
  return value >= 100 ? Math.round(value / 10) * 10 : value >= 10 ? Math.round(value) : Math.round(value * 10) / 10;
}

/** Titles in quotes that are named at most. */
const NAMED = 5;

/** The first of some titles, and what is said of the others. */
export function named(titles: string[], between: string, others: (left: number, all: number) => string): string {
  const first = titles.slice(0, NAMED).map((title) => `“${title}”`);
  return first.join(between) + (titles.length > NAMED ? others(titles.length - NAMED, titles.length) : '');
}
