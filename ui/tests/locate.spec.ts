import { expect, test } from '@playwright/test';
import { byteLength, indexOf } from '../src/lib/backend/utf8';
import { formulaText } from '../src/lib/components/formula';
import { slices } from '../src/lib/components/slices';
import { readable } from '../src/lib/components/readable';
import { find } from '../src/lib/reader/find';
import { locate, runAt, textOf, type Run } from '../src/lib/reader/locate';

/** Numbers that are the same in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const CHARACTERS = [...'ab Z0*`[]#\n汉字，。é～ñß', '😀', '👍🏽', '𠮷', '한'];

function anyText(next: (below: number) => number, most: number): string {
  return Array.from({ length: next(most) }, () => CHARACTERS[next(CHARACTERS.length)]).join('');
}

/** A text cut into runs, with bytes between them that are not shown, as marks of Markdown are not. */
function anyRuns(next: (below: number) => number): { source: string; runs: Run[] } {
  let source = '';
  const runs: Run[] = [];
  for (let count = 1 + next(8); count > 0; count -= 1) {
    source += anyText(next, 4);
    const text = anyText(next, 10);
    runs.push({ at: byteLength(source), text });
    source += text;
  }
  return { source: source + anyText(next, 3), runs };
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOfBytes = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test('what is located are exactly the shown characters whose bytes are in the range', () => {
  const next = random(7);
  for (let round = 0; round < 300; round += 1) {
    const { source, runs } = anyRuns(next);
    const edges = [...source].reduce((offsets, character) => [...offsets, (offsets.at(-1) ?? 0) + byteLength(character)], [0]);
    const [a, b] = [edges[next(edges.length)] ?? 0, edges[next(edges.length)] ?? 0];
    const [start, end] = [Math.min(a, b), Math.max(a, b)];
    const shown = runs
      .flatMap(({ at, text }) => {
        const bytes = bytesOf(text);
        return [textOfBytes(bytes.slice(Math.max(0, start - at), Math.max(0, end - at)))];
      })
      .join('');
    expect(textOf(runs, locate(runs, start, end))).toBe(shown);
  }
});

test('pieces are in order, not empty, and never cut a character', () => {
  const next = random(11);
  for (let round = 0; round < 300; round += 1) {
    const { source, runs } = anyRuns(next);
    const length = byteLength(source);
    const start = next(length + 1);
    const end = start + next(length + 1 - start);
    let before = -1;
    for (const { run, from, to } of locate(runs, start, end)) {
      const text = runs[run]?.text ?? '';
      expect(run).toBeGreaterThan(before);
      before = run;
      expect(to).toBeGreaterThan(from);
      expect(text.slice(from, to)).not.toMatch(/\p{Surrogate}/u);
    }
  }
});

test('a character that the range cuts is taken whole', () => {
  const runs = [{ at: 0, text: 'a汉😀b' }];
  expect(textOf(runs, locate(runs, 2, 3))).toBe('汉');
  expect(textOf(runs, locate(runs, 5, 6))).toBe('😀');
  expect(textOf(runs, locate(runs, 3, 5))).toBe('汉😀');
});

test('an empty range and a range of what is not shown locate nothing', () => {
  const runs = [
    { at: 2, text: '粗体' },
    { at: 10, text: '后' },
  ];
  expect(locate(runs, 2, 2)).toEqual([]);
  expect(locate(runs, 0, 2)).toEqual([]);
  expect(locate(runs, 8, 10)).toEqual([]);
  expect(locate([], 0, 5)).toEqual([]);
});

test('the run at a byte is the one that holds it, or the next that is shown', () => {
  const runs = [
    { at: 2, text: '粗体' },
    { at: 10, text: '后' },
  ];
  expect([0, 2, 7, 8, 10, 99].map((offset) => runAt(runs, offset))).toEqual([0, 0, 0, 1, 1, 1]);
  expect(runAt([], 0)).toBe(-1);
});

test('an index and its bytes go forth and back', () => {
  const next = random(3);
  for (let round = 0; round < 200; round += 1) {
    const text = anyText(next, 20);
    let at = 0;
    for (const character of text) {
      expect(indexOf(text, byteLength(text.slice(0, at)))).toBe(at);
      at += character.length;
    }
    expect(byteLength(text)).toBe(bytesOf(text).length);
  }
});

test('words are found across runs of one block, and never across blocks', () => {
  const runs = [
    { text: 'see the KV', block: 1 },
    { text: '缓存', block: 1 },
    { text: '缓存 again', block: 2 },
  ];
  expect(find(runs, 'kv缓存')).toEqual([
    [
      { run: 0, from: 8, to: 10 },
      { run: 1, from: 0, to: 2 },
    ],
  ]);
  expect(find(runs, '缓存')).toHaveLength(2);
  expect(find(runs, '存缓')).toEqual([]);
  expect(find(runs, ' ')).toEqual([]);
});

test('slices give back the text, and mark what the ranges say', () => {
  const next = random(5);
  for (let round = 0; round < 100; round += 1) {
    const text = anyText(next, 30);
    const ranges = Array.from({ length: next(4) }, (): [number, number] => {
      const start = next(byteLength(text) + 1);
      return [start, start + next(8)];
    });
    expect(
      slices(text, ranges)
        .map((slice) => slice.text)
        .join(''),
    ).toBe(text);
  }
  expect(slices('a汉b', [[1, 4]])).toEqual([
    { text: 'a', marked: false },
    { text: '汉', marked: true },
    { text: 'b', marked: false },
  ]);
});

test('a passage without its marks keeps its highlights on the same words', () => {
  const text = '## 量化\n\n**权重**量化，见[[剪枝]]与[文](https://x.y/z)';
  const at = byteLength(text.slice(0, text.indexOf('剪枝')));
  const { text: shown, ranges } = readable(text, [[at, at + 6]]);
  expect(shown).toBe('量化\n权重量化，见剪枝与文');
  expect(slices(shown, ranges).find((slice) => slice.marked)?.text).toBe('剪枝');
});

test('formulas are text where text can say them, and stay as they are where not', () => {
  const cases: [string, string | null][] = [
    ['O(n^2)', 'O(n²)'],
    ['W_0', 'W₀'],
    ['d\\times k', 'd × k'],
    ['r(d+k)', 'r(d+k)'],
    ['\\frac{\\alpha}{r}BA', 'α/r BA'],
    ['\\sqrt{d_k}', '√(dₖ)'],
    ['\\text{softmax}(x)', 'softmax(x)'],
    ['x^{n+1}', 'xⁿ⁺¹'],
    ['x^{a+b}', 'x^(a+b)'],
    ['\\begin{matrix}a&b\\end{matrix}', null],
    ['{a', null],
    ['a}', null],
    ['\\unknown x', null],
  ];
  for (const [source, text] of cases) expect(formulaText(source)).toBe(text);
});

test('a text with formulas and a table keeps its highlights on the same words', () => {
  const text = '| 从 $O(n^2)$ 降到 | 线性 |\n| --- | --- |\n| 价格 $5 和 $6 | **显存** |';
  for (const word of ['降到', '线性', '价格', '显存']) {
    const at = byteLength(text.slice(0, text.indexOf(word)));
    const { text: shown, ranges } = readable(text, [[at, at + byteLength(word)]]);
    expect(slices(shown, ranges).find((slice) => slice.marked)?.text).toBe(word);
  }
  expect(readable('红色的浮标。 ^a1b2\n^table\n按 ^C').text).toBe('红色的浮标。\n\n按 ^C');
  expect(readable('cat x | grep __init__ # $5-$6').text).toBe('cat x | grep __init__ # $5-$6');
  expect(readable(text).text).toBe('从 O(n²) 降到 · 线性\n价格 $5 和 $6 · 显存');
});
