// The notes that the fake backend knows: a dozen of the shipped ones, as they are in the repository, and a few of one's own. It must not know
// what is asked of them.

import type { NoteInfo } from '../wire';
import { byteLength } from '../utf8';
import { scene } from './scene';

export interface FakeNote extends NoteInfo {
  /** The whole file; offsets are bytes of it. */
  text: string;
  unlisted?: boolean;
}

const files = import.meta.glob<string>(
  [
    '../../../../../notes/检索/RAG.md',
    '../../../../../notes/检索/知识检索方法.md',
    '../../../../../notes/检索/什么时候不需要向量库.md',
    '../../../../../notes/推理/KV缓存.md',
    '../../../../../notes/推理/投机解码.md',
    '../../../../../notes/微调/LoRA.md',
    '../../../../../notes/注意力/多头注意力.md',
    '../../../../../notes/注意力/自注意力.md',
    '../../../../../notes/位置编码/旋转位置编码.md',
    '../../../../../notes/压缩/量化.md',
    '../../../../../notes/压缩/知识蒸馏.md',
    '../../../../../notes/安全/幻觉.md',
  ],
  { query: '?raw', import: 'default', eager: true },
);

const OWN: [path: string, text: string][] = [
  [
    'Meeting 2026-03-02.md',
    '---\ntags: [meeting, caching]\ndate: 2026-03-02\n---\n# Meeting 2026-03-02\n\nWe decided to keep the KV cache in int8 and to evict the oldest pages first. 👍\n\n- Lin writes the eviction test.\n- Rollout is on Monday, behind a flag.\n\n> The budget is 12 GiB per card.\n\nFormula: $m = 2 \\cdot l \\cdot h \\cdot d$. See [[KV缓存]] and <https://example.org/paging>.\n\n```rust\nfn evict(pages: &mut Vec<Page>) {\n    pages.retain(|page| page.pinned);\n}\n```\n',
  ],
  [
    '读书笔记.md',
    '---\ntags: [读书]\ndate: 2026-02-11\n---\n# 读书笔记\n\n“学而不思则罔，思而不学则殆。”——读到这里想起[[幻觉]]：模型学得多，却不会想。\n\n## 摘抄\n\n1. 知之为知之，不知为不知，是知也。\n2. 敏而好学，不耻下问。😀\n',
  ],
];

/** In languages that run from the right. */
const FROM_THE_RIGHT: [path: string, text: string][] = [
  [
    'القهوة العربية.md',
    '---\ntags: [قهوة]\ndate: 2026-03-10\n---\n# القهوة العربية\n\nتُحضَّر القهوة العربية من حبوب محمصة تحميصاً خفيفاً مع الهيل، وتُقدَّم في فناجين صغيرة (finjān). See [[KV缓存]].\n\n## كيف تُحضَّر القهوة العربية؟\n\n- تُغلى الحبوب المطحونة في الماء عشر دقائق.\n- يُضاف الهيل (cardamom) قبل نهاية الغليان.\n- The pot is called *dallah*.\n\n1. صب الفنجان الأول للضيف.\n2. اهتزاز الفنجان يعني الاكتفاء.\n\n> الكيف للضيف، والسيف للسيف.\n\n| المادة | المقدار |\n| --- | --- |\n| بن | 3 ملاعق |\n| هيل | ملعقة |\n\n```sh\nboil --minutes 10 # ماء\n```\n',
  ],
  ['רשימת קריאה.md', '# רשימת קריאה\n\nלקרוא את המאמר על RAG עד יום שני.\n\nAn English line between.\n\nשורה אחרונה בעברית.\n'],
];

/** The text of a PDF of several pages. */
const REPORT = [
  '蓝鲸观测报告',
  ...Array.from(
    { length: 150 },
    (_, n) => `第 ${n + 1} 号浮标在这一季记录了海水的温度、盐度和水声，数据每隔六小时传回岸上一次，由值班的人核对之后写入日志。`,
  ),
  '蓝鲸的叫声频率低至十四赫兹，人耳听不到，水下可以传到一千公里以外。',
  ...Array.from({ length: 20 }, (_, n) => `附录 ${n + 1}：浮标的位置和校准记录，供以后的观测比对。`),
].join('\n');

function tagsOf(text: string): string[] {
  const list = /^tags:\s*\[(.*)\]\s*$/m.exec(text)?.[1];
  return list ? list.split(',').map((tag) => tag.trim()) : [];
}

function note(id: number, library: string, path: string, text: string): FakeNote {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.md$/, '');
  return {
    id,
    library,
    path,
    title: /^title:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? /^#\s+(.+)$/m.exec(text)?.[1]?.trim() ?? name,
    tags: tagsOf(text),
    date: /^date:\s*(\S+)$/m.exec(text)?.[1] ?? '2026-01-15',
    format: 'markdown',
    encoding: 'UTF-8',
    editable: library === OWN_LIBRARY,
    text,
  };
}

export const SHIPPED_LIBRARY = 'study-notes';
export const OWN_LIBRARY = 'Sidenote';

function initial(): FakeNote[] {
  if (scene('empty')) return [];
  const shipped = Object.entries(files).map(([path, text]) => [path.slice(path.indexOf('notes/') + 6), text] as const);
  const notes = [
    ...OWN.map(([path, text], index) => note(index + 1, OWN_LIBRARY, path, text)),
    ...shipped.map(([path, text], index) => note(index + 11, SHIPPED_LIBRARY, path, text)),
  ];
  if (scene('rtl')) notes.push(...FROM_THE_RIGHT.map(([path, text], index) => note(61 + index, OWN_LIBRARY, path, text)));
  if (scene('pdf'))
    notes.push({
      ...note(51, OWN_LIBRARY, '论文/蓝鲸观测报告.pdf', REPORT),
      title: '蓝鲸观测报告',
      format: 'pdf',
      editable: false,
    });
  if (scene('foreign'))
    notes.push({
      ...note(52, OWN_LIBRARY, '旧/日记.txt', '一九九八年三月，天晴。\n'),
      title: '日记',
      format: 'plain',
      encoding: 'GB18030',
      editable: false,
    });
  if (scene('many')) {
    for (let id = 101; notes.length < 10_000; id += 1) {
      notes.push(
        note(id, 'archive', `${id % 40}/note-${id}.md`, `# Archived note ${id}\n\nNumber ${id} of the archive 归档。\n`),
      );
    }
  }
  return notes;
}

/** What is there now; the writing part of the fake changes it. */
export const corpus = { notes: initial() };

export function noteById(id: number): FakeNote {
  const found = corpus.notes.find((each) => each.id === id);
  if (!found)
    throw {
      code: 'not_found',
      message: `there is no note with the id ${id}`,
      hint: 'It was deleted or moved; look at its library.',
    };
  return found;
}

/** A note without its text. */
export function infoOf(note: FakeNote): NoteInfo {
  const info: NoteInfo & Partial<FakeNote> = { ...note };
  delete info.text;
  delete info.unlisted;
  return info;
}

/** What is searched: paragraphs, items and rows of a note with the headings above them. */
export interface FakeChunk {
  note: FakeNote;
  heading: string[];
  text: string;
  start: number;
  end: number;
  line: number;
  /** Whether it is an item of a list. */
  item: boolean;
}

/** The chunks of a note: its lines that say something, with their bytes. */
export function chunksOf(of: FakeNote): FakeChunk[] {
  const chunks: FakeChunk[] = [];
  const heading: string[] = [];
  let at = 0;
  let meta = false;
  let code = false;
  for (const [index, line] of of.text.split('\n').entries()) {
    const start = at;
    at += byteLength(line) + 1;
    if (line === '---' && (index === 0 || meta)) {
      meta = !meta;
      continue;
    }
    if (line.startsWith('```')) code = !code;
    const title = /^(#{1,6})\s+(.*)$/.exec(line);
    if (meta || code || line.trim() === '' || line.startsWith('```') || /^[|\s:-]+$/.test(line)) continue;
    if (title) {
      const level = title[1]?.length ?? 1;
      heading.length = Math.min(heading.length, Math.max(0, level - 2));
      if (level > 1) heading.push(title[2] ?? '');
      continue;
    }
    const lead = /^(\s*(?:[-*]|\d+\.)\s+|>\s?)/.exec(line)?.[0] ?? '';
    const text = line.slice(lead.length);
    chunks.push({
      note: of,
      heading: [...heading],
      text,
      start: start + byteLength(lead),
      end: start + byteLength(line),
      line: index + 1,
      item: /\S/.test(lead) && !lead.startsWith('>'),
    });
  }
  return chunks;
}

/** How many characters and words of the query a text holds, 0 to 1. */
export function likeness(query: string, text: string): number {
  const grams = gramsOf(query);
  if (grams.length === 0) return 0;
  const hay = text.toLowerCase();
  return grams.filter((gram) => hay.includes(gram)).length / grams.length;
}

const STOP = new Set([
  '什么',
  '怎么',
  '为什',
  '么是',
  '是什',
  '有什',
  '么用',
  '如何',
  '哪些',
  '的是',
  'the',
  'is',
  'are',
  'what',
  'how',
  'does',
  'do',
  'of',
  'a',
  'to',
  'in',
  'we',
  'did',
  'about',
]);

/** Words, and pairs of Chinese characters. */
export function gramsOf(query: string): string[] {
  const grams = new Set<string>();
  for (const word of query
    .toLowerCase()
    .match(/[a-z0-9][a-z0-9+#.-]*|[\p{Script=Han}]+|[\p{Script=Arabic}\p{Script=Hebrew}\p{M}]+/gu) ?? []) {
    if (!/\p{Script=Han}/u.test(word)) grams.add(word);
    else for (let at = 0; at + 2 <= word.length; at += 1) grams.add(word.slice(at, at + 2));
  }
  return [...grams].filter((gram) => !STOP.has(gram));
}
