// What can be asked to begin with: questions that the notes answer, or else notes to ask about. It must not know how they are shown.

import { backend } from '../../backend';

const MOST = 4;

export interface Examples {
  questions: string[];
  /** Titles of the newest notes, where none of them asks anything itself. */
  titles: string[];
  /** Whether there is no note at all. */
  none: boolean;
}

export async function examples(): Promise<Examples> {
  const questions = await backend.ask.suggestions(null);
  if (questions.length > 0) return { questions, titles: [], none: false };
  const { documents } = await backend.libraries.status();
  if (documents === 0) return { questions, titles: [], none: true };
  const notes = await backend.notes.list();
  const newest = notes.sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0)).map(({ title }) => title);
  return { questions, titles: [...new Set(newest)].slice(0, MOST), none: false };
}
