// Two texts line by line: which lines are in both, and which in one only. Pure. It must not know where the texts come from.

export interface Row {
  kind: 'same' | 'mine' | 'theirs';
  text: string;
}

/** Rows, or a number of equal lines that are not shown. */
export type Piece = { rows: Row[] } | { hidden: number };

/** More different lines than this are not compared one by one: time and memory grow with their square. */
const MOST = 2000;

export function compare(mine: string, theirs: string): Row[] {
  const a = mine.split('\n');
  const b = theirs.split('\n');
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const same = (text: string): Row => ({ kind: 'same', text });
  return [
    ...a.slice(0, start).map(same),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ];
}

/** The longest common subsequence by the table of its lengths. */
function middle(a: string[], b: string[]): Row[] {
  const rows: Row[] = [];
  let i = 0;
  let j = 0;
  if (a.length <= MOST && b.length <= MOST) {
    const width = b.length + 1;
    const length = new Uint16Array((a.length + 1) * width);
    const at = (x: number, y: number): number => length[x * width + y] ?? 0;
    for (let x = a.length - 1; x >= 0; x -= 1) {
      for (let y = b.length - 1; y >= 0; y -= 1) {
        length[x * width + y] = a[x] === b[y] ? at(x + 1, y + 1) + 1 : Math.max(at(x + 1, y), at(x, y + 1));
      }
    }
    while (i < a.length && j < b.length) {
      if (a[i] === b[j]) {
        rows.push({ kind: 'same', text: a[i] ?? '' });
        i += 1;
        j += 1;
      } else if (at(i + 1, j) >= at(i, j + 1)) {
        rows.push({ kind: 'mine', text: a[i] ?? '' });
        i += 1;
      } else {
        rows.push({ kind: 'theirs', text: b[j] ?? '' });
        j += 1;
      }
    }
  }
  for (; i < a.length; i += 1) rows.push({ kind: 'mine', text: a[i] ?? '' });
  for (; j < b.length; j += 1) rows.push({ kind: 'theirs', text: b[j] ?? '' });
  return rows;
}

/** Leaves out equal lines that are more than `around` lines away from a difference. */
export function fold(rows: Row[], around = 2): Piece[] {
  const shown = new Uint8Array(rows.length);
  rows.forEach((row, at) => {
    if (row.kind === 'same') return;
    for (let near = Math.max(0, at - around); near <= Math.min(rows.length - 1, at + around); near += 1) shown[near] = 1;
  });
  const pieces: Piece[] = [];
  for (let at = 0; at < rows.length;) {
    let to = at;
    while (to < rows.length && shown[to] === shown[at]) to += 1;
    // One line takes as much room as the words that would stand for it.
    if (shown[at] || to - at === 1) {
      const last = pieces.at(-1);
      if (last && 'rows' in last) last.rows.push(...rows.slice(at, to));
      else pieces.push({ rows: rows.slice(at, to) });
    } else pieces.push({ hidden: to - at });
    at = to;
  }
  return pieces;
}
