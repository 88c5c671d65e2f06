// The program's own sentences (notices, errors, hints, reasons) in the interface's language. The program writes them once, in English, with values put in;
// here each sentence is known by its form. A form that nobody translated is shown as it came. It must not know who shows them.

import { told as en } from './en/told';
import { type Language, ui } from './index.svelte';
import { moment } from './moment';
import { told as zh } from './zh/told';

interface Form {
  pattern: RegExp;
  /** With `{}` for the next value, `{2}` for the second. */
  shown: string;
}

interface Book {
  exact: Map<string, string>;
  forms: Form[];
}

function bookOf(words: Record<string, string>): Book {
  const entries = Object.entries(words);
  const forms = entries.filter(([form]) => form.includes('{}'));
  // What says more in its own words comes first: `there is no folder …` before `there is …`.
  forms.sort(([a], [b]) => b.replaceAll('{}', '').length - a.replaceAll('{}', '').length);
  return {
    exact: new Map(entries.filter(([form]) => !form.includes('{}'))),
    forms: forms.map(([form, shown]) => ({ pattern: patternOf(form), shown })),
  };
}

function patternOf(form: string): RegExp {
  const parts = form.split('{}').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('(.*?)')}$`, 's');
}

const books: Record<Language, Book> = { en: bookOf(en), zh: bookOf(zh) };

function translated(text: string, book: Book, depth: number): string {
  const exact = book.exact.get(text);
  if (exact !== undefined) return exact;
  for (const { pattern, shown } of book.forms) {
    const values = pattern.exec(text)?.slice(1);
    if (!values) continue;
    let next = 0;
    return shown.replace(/\{(\d*)\}/g, (_, number: string) => {
      const value = values[number ? Number(number) - 1 : next++] ?? '';
      // A value may be a sentence itself: what failed, and what to do.
      return depth > 0 ? translated(value, book, depth - 1) : value;
    });
  }
  return text;
}

/** A moment as the program writes it. */
const STAMP = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** A sentence of the program's. */
export function said(text: string, language: Language = ui.language): string {
  const shown = translated(text.trim(), books[language], 2).replace(STAMP, (iso) => moment(iso, language));
  return language === 'en' ? sentence(shown) : shown;
}

/** With a capital letter where it begins with a word. */
function sentence(text: string): string {
  return text.replace(/^[a-z](?=[a-z]*[ ,':])/, (first) => first.toUpperCase());
}
