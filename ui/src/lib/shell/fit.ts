// How names are found by what is typed. Pure.

/** How well a name fits what was typed: its begin before its middle before scattered letters; null if it does not. */
export function fit(name: string, typed: string): number | null {
  const [there, wanted] = [name.toLowerCase(), typed.toLowerCase().trim()];
  if (wanted === '') return 0;
  const at = there.indexOf(wanted);
  if (at >= 0) return at === 0 ? 0 : 1 + at / 1000;
  const words = wanted.split(/\s+/);
  return words.length > 1 && words.every((word) => there.includes(word)) ? 3 : null;
}
