// A small search over the fake notes: words by BM25, meaning by shared pairs of characters and a few translations, both mixed and then reordered. Real
// enough that tests of the page mean something. It must not know who searches.

import type { Filter, Passage, Scores } from '../wire';
import { chunksOf, corpus, type FakeChunk, type FakeNote } from './corpus';
import { passageOf } from './passages';

/** Candidates of each leg. */
const CANDIDATES = 40;
/** Pairs that mean the same. */
const SAME: [string, string][] = [
  ['cache', '缓存'],
  ['quantization', '量化'],
  ['attention', '注意力'],
  ['distillation', '蒸馏'],
  ['hallucination', '幻觉'],
  ['retrieval', '检索'],
  ['position', '位置'],
  ['decoding', '解码'],
  ['memory', '显存'],
  ['faster', '加速'],
];

interface Indexed {
  chunk: FakeChunk;
  /** Everything that words are looked for in, in lower case. */
  hay: string;
  grams: Set<string>;
}

const cache = new WeakMap<FakeNote, { text: string; chunks: Indexed[] }>();

function grams(text: string): Set<string> {
  const found = new Set<string>();
  for (const run of text.match(/[a-z0-9]+|[一-鿿]+|[\u0590-\u06ff]+/g) ?? []) {
    if (/[a-z0-9]/.test(run)) found.add(run);
    else for (let at = 0; at < run.length - 1 || at === 0; at++) found.add(run.slice(at, at + 2));
  }
  for (const [english, chinese] of SAME) {
    if (found.has(english)) for (const gram of grams(chinese)) found.add(gram);
  }
  return found;
}

function indexed(note: FakeNote): Indexed[] {
  const known = cache.get(note);
  if (known?.text === note.text) return known.chunks;
  const chunks = chunksOf(note).map((chunk) => {
    const hay = `${note.title} ${chunk.heading.join(' ')} ${chunk.text}`.toLowerCase();
    return { chunk, hay, grams: grams(hay) };
  });
  cache.set(note, { text: note.text, chunks });
  return chunks;
}

/** The words of a query as they are looked for: Latin words, and pairs of Chinese characters. */
export function termsOf(query: string): string[] {
  const plain = query
    .normalize('NFKC')
    .toLowerCase()
    .replace(/什么|怎么|怎样|如何|为何|哪些|多少|吗|呢|的|是|了/g, ' ');
  const terms = new Set<string>();
  for (const run of plain.match(/[a-z0-9][a-z0-9+#.-]*|[一-鿿]+|[\u0590-\u06ff]+/g) ?? []) {
    if (/[a-z0-9]/.test(run)) terms.add(run.replace(/[.-]+$/, ''));
    else for (let at = 0; at < Math.max(1, run.length - 1); at++) terms.add(run.slice(at, at + 2));
  }
  return [...terms];
}

function inside(note: FakeNote, filter: Filter): boolean {
  const under = (folder: string) => `${note.library}/${note.path}`.startsWith(`${folder}/`);
  return (
    (filter.libraries.length === 0 || filter.libraries.includes(note.library)) &&
    (filter.folders.length === 0 || filter.folders.some(under)) &&
    (filter.tags.length === 0 || filter.tags.some((tag) => note.tags.includes(tag))) &&
    (filter.notes.length === 0 || filter.notes.includes(note.id)) &&
    (!filter.since || note.date >= filter.since) &&
    (!filter.until || note.date <= filter.until)
  );
}

function count(hay: string, term: string): number {
  let times = 0;
  for (let at = hay.indexOf(term); at >= 0; at = hay.indexOf(term, at + term.length)) times += 1;
  return times;
}

/** Chunks that hold a word, anywhere. */
export function frequency(term: string): number {
  return corpus.notes.reduce((sum, note) => sum + indexed(note).filter((each) => each.hay.includes(term)).length, 0);
}

export function holds(passage: Passage, term: string): boolean {
  return `${passage.title} ${passage.heading.join(' ')} ${passage.text}`.toLowerCase().includes(term);
}

/** Passages for a query, best first, with what every stage thought of them. The same text in another note is told with the first. */
export function rank(query: string, filter: Filter, limit: number): Passage[] {
  const terms = termsOf(query);
  const wanted = grams(query.normalize('NFKC').toLowerCase());
  const all = corpus.notes.filter((note) => inside(note, filter)).flatMap(indexed);
  const idf = new Map(
    terms.map((term) => [term, Math.log(1 + all.length / (1 + all.filter((each) => each.hay.includes(term)).length))]),
  );
  const scored = all.map((each) => {
    const lexical = terms.reduce((sum, term) => {
      const times = count(each.hay, term);
      return sum + (idf.get(term) ?? 0) * ((times * 2.2) / (times + 0.9 + each.hay.length / 200));
    }, 0);
    const shared = [...wanted].filter((gram) => each.grams.has(gram)).length;
    return { ...each, lexical, vector: shared / Math.sqrt(Math.max(1, wanted.size) * Math.max(1, each.grams.size)) };
  });
  const byWords = scored.filter((each) => each.lexical > 0).sort((a, b) => b.lexical - a.lexical);
  const byMeaning = scored.filter((each) => each.vector > 0.08).sort((a, b) => b.vector - a.vector);
  const candidates = new Set([...byWords.slice(0, CANDIDATES), ...byMeaning.slice(0, CANDIDATES)]);
  const place = (list: typeof scored, each: (typeof scored)[number]) => {
    const at = list.indexOf(each);
    return at >= 0 && at < CANDIDATES ? at + 1 : null;
  };
  const [topWords, topMeaning] = [byWords[0]?.lexical ?? 1, byMeaning[0]?.vector ?? 1];
  const hits = [...candidates].map((each) => {
    const fused = (0.6 * each.lexical) / topWords + (0.4 * each.vector) / topMeaning;
    const covered = terms.length ? terms.filter((term) => each.hay.includes(term)).length / terms.length : 0;
    const scores: Scores = {
      lexical: each.lexical || null,
      lexical_rank: place(byWords, each),
      vector: each.vector || null,
      vector_rank: place(byMeaning, each),
      fused,
      reranked: 0.5 * fused + 0.5 * covered - (each.chunk.item ? 0.05 : 0),
      cross_encoder: null,
    };
    return { chunk: each.chunk, scores };
  });
  hits.sort(
    (a, b) =>
      (b.scores.reranked ?? 0) - (a.scores.reranked ?? 0) || a.chunk.note.id - b.chunk.note.id || a.chunk.start - b.chunk.start,
  );
  const found: Passage[] = [];
  for (const hit of hits) {
    const same = found.find((other) => other.text === hit.chunk.text);
    if (same) {
      const { library, path, title } = hit.chunk.note;
      if (same.document_id !== hit.chunk.note.id) same.also_in.push({ library, document: path, title, line: hit.chunk.line });
    } else if (found.length < limit) found.push(passageOf(hit.chunk, terms, hit.scores));
  }
  return found;
}
