// A few lines become a note: the first is its title. Pure. It must not know where the note goes.

/** Marks in front of a line that are no part of a title: of a heading, an item, a quote. */
const MARKS = /^\s*(?:#{1,6}\s+|[-*>]\s+)?/u;
/** Characters; a file is named after it. */
const LONGEST = 80;

function firstLine(text: string): { line: string; rest: string } {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.replace(MARKS, '').trim() !== '');
  const rest = lines
    .slice(at + 1)
    .join('\n')
    .replace(/^(?:[^\S\n]*\n)+/u, '')
    .trimEnd();
  return { line: (lines[at] ?? '').replace(MARKS, '').trim(), rest };
}

/** Empty for a text that says nothing. */
export function titleOf(text: string): string {
  return [...firstLine(text).line].slice(0, LONGEST).join('').trim();
}

/** The note's text: the title as heading, then the rest. A first line that is too long for a title stays whole below it. */
export function noteOf(text: string): string {
  const { line, rest } = firstLine(text);
  const title = titleOf(text);
  const body = [line === title ? '' : line, rest].filter(Boolean).join('\n\n');
  return `# ${title}\n${body === '' ? '' : `\n${body}\n`}`;
}
