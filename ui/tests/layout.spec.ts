import { expect, test } from '@playwright/test';
import { position } from '../src/lib/components/beside';
import { fit } from '../src/lib/shell/fit';
import { blocksOf, repliesOf, spaced, withoutMarkers } from '../src/lib/views/ask/layout';

const sentences = (...texts: string[]): { text: string }[] => texts.map((text) => ({ text }));

test('sentences of one line are one paragraph', () => {
  expect(blocksOf('甲。 [1] 乙。 [2][3]', sentences('甲。', '乙。'))).toEqual([{ kind: 'paragraph', items: [[0, 1]] }]);
});

test('lines with dashes are a list after the sentence that opens it', () => {
  expect(blocksOf('共两步： [1]\n- 切块。 [2]\n- 召回。再排。 [3]', sentences('共两步：', '切块。', '召回。', '再排。'))).toEqual(
    [
      { kind: 'paragraph', items: [[0]] },
      { kind: 'bullets', items: [[1], [2, 3]] },
    ],
  );
});

test('numbered lines are a numbered list, and an empty line begins a paragraph', () => {
  expect(blocksOf('1. one\n2) two\n\nAfter it. [1]\n\nMore.', sentences('one', 'two', 'After it.', 'More.'))).toEqual([
    { kind: 'numbers', items: [[0], [1]], numbers: [1, 2] },
    { kind: 'paragraph', items: [[2]] },
    { kind: 'paragraph', items: [[3]] },
  ]);
});

test('a numbered list has the numbers of its text, also after a paragraph, and an answer of a quiz is none', () => {
  const text = '1. 甲？\n\n乙。\n\n2. 丙？\n丁。';
  const all = sentences('甲？', '乙。', '丙？', '丁。');
  expect(blocksOf(text, all)).toEqual([
    { kind: 'numbers', items: [[0]], numbers: [1] },
    { kind: 'paragraph', items: [[1]] },
    { kind: 'numbers', items: [[2]], numbers: [2] },
    { kind: 'paragraph', items: [[3]] },
  ]);
  const quiz = all.map((each, index) => ({ ...each, reply: index % 2 === 1 }));
  const items = [
    [0, 1],
    [2, 3],
  ];
  expect(blocksOf(text, quiz)).toEqual([{ kind: 'numbers', items, numbers: [1, 2] }]);
  expect(blocksOf('2. b\n5. e\n1. f', sentences('b', 'e', 'f'))[0]?.numbers).toEqual([2, 5, 6]);
});

test('the sentences of one answer to a question to practise with belong together', () => {
  const of = (text: string, reply: boolean) => ({ text, reply, support: 'no_claim' as const, citations: [] });
  const quiz = [of('甲？', false), of('答案：乙。', true), of('丙。', true), of('丁？', false), of('答案：戊。', true)];
  expect(repliesOf(quiz)).toEqual([null, 1, 1, null, 4]);
});

test('a sentence is found although the text has emphasis and other white space', () => {
  expect(blocksOf('- **切块**：按 标题\n- 𠮷`code` b', sentences('切块：按标题', '𠮷code b'))).toEqual([
    { kind: 'bullets', items: [[0], [1]] },
  ]);
});

test('no sentence is lost where the text does not have it', () => {
  expect(blocksOf('', sentences('a', 'b'))).toEqual([{ kind: 'paragraph', items: [[0, 1]] }]);
});

test('copying takes away markers of citations and nothing else', () => {
  expect(withoutMarkers('- a[0] is b. [1] [2]\n- c. [3]', sentences('a[0] is b.', 'c.'))).toBe('- a[0] is b.\n- c.');
  const code = sentences('`x = a[1]` takes the second.', 'See [2] of the list.');
  expect(withoutMarkers('`x = a[1]` takes the second. [1] [2] See [2] of the list. [2]', code)).toBe(
    '`x = a[1]` takes the second. See [2] of the list.',
  );
});

test('a space stands between sentences unless both sides are Chinese', () => {
  expect(spaced('甲。', '乙')).toBe(false);
  expect(spaced('One.', 'Two.')).toBe(true);
  expect(spaced('One.', '乙')).toBe(true);
});

test('what floats is below its anchor, above it where there is no room, and always inside', () => {
  const room = { width: 400, height: 300 };
  const size = { width: 200, height: 100 };
  expect(position({ left: 20, right: 40, top: 20, bottom: 40 }, size, room)).toEqual({ left: 20, top: 44 });
  expect(position({ left: 20, right: 40, top: 250, bottom: 270 }, size, room)).toEqual({ left: 20, top: 146 });
  expect(position({ left: 380, right: 398, top: 20, bottom: 40 }, size, room).left + size.width).toBeLessThanOrEqual(room.width);
  expect(position({ left: 0, right: 10, top: 0, bottom: 10 }, { width: 390, height: 290 }, room).left).toBe(8);
});

test('a name fits by its begin before its middle before scattered words', () => {
  const scores = [fit('KV 缓存', 'kv'), fit('关于 KV 缓存', 'kv'), fit('缓存与 KV', 'kv 缓存')];
  expect(scores.every((score) => score !== null)).toBe(true);
  expect([...scores].sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(scores);
  expect(fit('LoRA', 'kv')).toBeNull();
});
