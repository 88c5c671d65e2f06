import { expect, test } from '@playwright/test';
import { byteLength } from '../src/lib/backend/utf8';
import { locate, textOf, type Piece, type Run } from '../src/lib/reader/locate';
import { quoted, quoteOf } from '../src/lib/reader/quote';

type Shown = Run & { block: number };

/** Runs of a text: each piece between marks that are not shown, by its block. */
function runsOf(source: string, ...blocks: string[][]): Shown[] {
  let from = 0;
  return blocks.flatMap((texts, block) =>
    texts.map((text) => {
      const index = source.indexOf(text, from);
      expect(index).toBeGreaterThanOrEqual(0);
      from = index + text.length;
      return { at: byteLength(source.slice(0, index)), text, block };
    }),
  );
}

/** What is marked for a quote that was said to be at these bytes. */
function marked(runs: Shown[], quote: string, start: number): { text: string; pieces: Piece[] } {
  const pieces = quoted(runs, locate(runs, start, start + byteLength(quote)), quote, start);
  return { text: textOf(runs, pieces), pieces };
}

test('a quote that is where it was said to be is marked there, whatever marks it holds', () => {
  const source = '- **切块**：按`标题`切，见[[RAG|这里]]和 $x^2$ 的说明 <br> 完';
  const runs = runsOf(source, ['切块', '：按', '标题', '切，见', '这里', '和 ', ' 的说明 ', ' 完']);
  expect(marked(runs, source, 0).text).toBe('切块：按标题切，见这里和  的说明  完');
});

test('a quote of which the place now holds something else is marked where it is nearest', () => {
  const source = '甲乙丙丁。别的句子在这里。甲乙丙丁。中间还有很多很多的字。甲乙丙丁。';
  const runs = runsOf(source, [source]);
  const near = byteLength('甲乙丙丁。别的句子在这里。甲乙丙丁。');
  const { pieces } = marked(runs, '甲乙丙丁。', near);
  expect(pieces).toEqual([{ run: 0, from: 13, to: 18 }]);
});

test('a quote over several blocks is found part by part', () => {
  const quote = '## 量化\n\n- **权重**量化\n- 激活量化\n\n1. 先校准';
  const source = `前言加了一段。\n\n${quote}\n`;
  const runs = runsOf(source, ['前言加了一段。'], ['量化'], ['权重', '量化'], ['激活量化'], ['先校准']);
  expect(marked(runs, quote, 0).text).toBe('量化权重量化激活量化先校准');
});

test('a quote that is nowhere any more marks nothing', () => {
  const source = '一段完全不同的文字。';
  expect(marked(runsOf(source, [source]), '原来的句子。', 0).pieces).toEqual([]);
});

test('half of a quote at its old place is not taken for it where all of it is elsewhere', () => {
  const source = 'new. The cache is kept in int8. End';
  const runs = runsOf(source, [source]);
  expect(marked(runs, '**The cache is kept in int8.**', 10).text).toBe('The cache is kept in int8.');
});

test('what is marked can be sought again as a quote, block by block', () => {
  const source = '一甲\n\n二乙丙';
  const runs = runsOf(source, ['一甲'], ['二', '乙丙']);
  const all = locate(runs, 0, byteLength(source));
  const quote = quoteOf(runs, all);
  expect(quote).toBe('一甲\n二乙丙');
  const moved = runs.map((run) => ({ ...run, at: run.at + 30 }));
  expect(textOf(moved, quoted(moved, locate(moved, 0, byteLength(source)), quote, 0))).toBe('一甲二乙丙');
});
