// Where a search looks: changes to a filter, and its parts as chips. Pure. It must not know how chips look.

import type { Filter } from '../../backend';

export type Part = 'libraries' | 'folders' | 'tags';
/** One removable part of a filter: `what` is as the engine knows it. */
export type Chip = { part: Part | 'date'; what: string };

export function isEverything(filter: Filter): boolean {
  return chips(filter).length === 0;
}

export function chips(filter: Filter): Chip[] {
  const of = (part: Part): Chip[] => filter[part].map((what) => ({ part, what }));
  const date: Chip[] = filter.since || filter.until ? [{ part: 'date', what: '' }] : [];
  return [...of('libraries'), ...of('folders'), ...of('tags'), ...date];
}

export function without(filter: Filter, chip: Chip): Filter {
  if (chip.part === 'date') return { ...filter, since: null, until: null };
  return { ...filter, [chip.part]: filter[chip.part].filter((what) => what !== chip.what) };
}

/** With the part if it was without, and the other way round. */
export function toggled(filter: Filter, part: Part, what: string): Filter {
  return filter[part].includes(what) ? without(filter, { part, what }) : { ...filter, [part]: [...filter[part], what] };
}

/** `YYYY-MM-DD` of a day in the person's own time zone. */
function day(date: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function daysAgo(days: number): string {
  const date = new Date();
  date.setDate(date.getDate() - days);
  return day(date);
}

/** Whether it is a day that exists, written as `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00`);
  return !Number.isNaN(date.getTime()) && day(date) === text;
}
