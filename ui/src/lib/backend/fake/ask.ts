// Questions, in the page: the lines of the notes that share most with the question, streamed as the program streams. Conversations last until the
// page is reloaded; `history` begins with some, `generative` writes sentences of every kind of support, and questions to practise with (考考我), `taken-back`
// takes one back, `breaks` fails in the middle of an answer.

import type { AskBackend } from '../contract';
import type {
  Answer,
  AskEvent,
  Citation,
  CitationNow,
  Conversation,
  Filter,
  FollowUp,
  NoteInfo,
  Passage,
  Sentence,
  Turn,
} from '../wire';
import { chunksOf, corpus, noteById, type FakeChunk, gramsOf, likeness, OWN_LIBRARY } from './corpus';
import { passageOf, scoresOf } from './passages';
import { garbled, pause, repeated, scene } from './scene';

const EXAMPLES = [
  'RAG 的流程有哪些步骤？',
  'KV 缓存为什么能加速推理？',
  'LoRA 的原理是什么？',
  'How does speculative decoding keep the output unchanged?',
];
const NEXT = ['它有什么缺点？', '和微调相比呢？', '量化有哪些方法？'];
const ENOUGH = 0.34;
const ASIDE = 'As a rule of thumb, this pays off from the second week on.';

interface Kept extends Conversation {
  turns: Turn[];
}

const kept: Kept[] = [];
let nextId = 1;

/** What was asked, for tests. */
const asked: unknown[] = [];
Object.assign(globalThis, { asked });

function inFilter(chunk: FakeChunk, filter: Filter): boolean {
  const { note } = chunk;
  const any = (list: readonly unknown[], holds: boolean): boolean => list.length === 0 || holds;
  return (
    any(filter.libraries, filter.libraries.includes(note.library)) &&
    any(
      filter.folders,
      filter.folders.some((folder) => `${note.library}/${note.path}`.startsWith(`${folder}/`)),
    ) &&
    any(
      filter.tags,
      note.tags.some((tag) => filter.tags.includes(tag)),
    ) &&
    any(filter.notes, filter.notes.includes(note.id))
  );
}

/** The standalone form: a short question with a pronoun is about what was asked before. */
function standaloneOf(
  question: string,
  before: Turn | undefined,
  wished: string | null | undefined,
): { standalone: string; followup: FollowUp | null } {
  if (wished) return { standalone: wished, followup: { kind: 'edited', turn: null, subject: null } };
  const subject =
    before &&
    (/[A-Za-z][\w.+-]*(?:\s?[\p{Script=Han}]{2})?|[\p{Script=Han}]{2,4}/u.exec(before.answer.standalone_question)?.[0] ?? null);
  if (!before || !subject) return { standalone: question, followup: null };
  if (/它|这个|\bit\b/.test(question)) {
    return { standalone: question.replace(/它|这个|\bit\b/, subject), followup: { kind: 'pronoun', turn: 1, subject } };
  }
  if (/^和|相比|^那/.test(question))
    return { standalone: `${subject}${question}`, followup: { kind: 'comparison', turn: 1, subject } };
  return { standalone: question, followup: null };
}

interface Found {
  passages: Passage[];
  chunks: FakeChunk[];
  enough: boolean;
}

function search(question: string, filter: Filter): Found {
  const words = gramsOf(question);
  const ranked = corpus.notes
    .filter((note) => !/^\d+\/note-/.test(note.path))
    .flatMap(chunksOf)
    .filter((chunk) => !chunk.text.startsWith('|') && inFilter(chunk, filter))
    .map((chunk) => {
      const around = `${chunk.note.title} ${chunk.heading.join(' ')}`;
      return { chunk, score: 0.6 * likeness(question, chunk.text) + 0.5 * likeness(question, around) };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  const top = ranked[0];
  const best = ranked.slice(0, 4);
  // What stands with the best one in its list belongs to the answer, and so does the list that it opens.
  const section = top ? chunksOf(top.chunk.note).filter((chunk) => chunk.heading.join() === top.chunk.heading.join()) : [];
  const opens = top?.chunk.text.endsWith('：');
  const from = top ? section.findIndex((chunk) => chunk.start === top.chunk.start) : 0;
  const list =
    top && (top.chunk.item || opens)
      ? section
          .slice(opens ? from : 0)
          .filter((chunk, index) => chunk.item || (opens && index === 0))
          .slice(0, 7)
      : [];
  const chunks = list.length > 1 ? list : best.filter(({ score }) => top && score > 0.7 * top.score).map(({ chunk }) => chunk);
  return {
    passages: best.map(({ chunk, score }) => passageOf(chunk, gramsOf(question), scoresOf(Math.min(1, score)))),
    chunks,
    enough: words.length > 0 && (top?.score ?? 0) > ENOUGH,
  };
}

const plain = (text: string): string => text.replace(/\*\*|`|\[\[(?:[^\]|]*\|)?|\]\]/g, '');

/** The sentences of the answer, their citations and the text with markers. */
function write(found: Found, quiz = false): { sentences: Sentence[]; citations: Citation[]; items: boolean[] } {
  const citations = found.chunks.map((chunk, index): Citation => {
    const lines = chunk.note.text.split('\n');
    return {
      n: index + 1,
      passage: Math.min(index, found.passages.length - 1),
      library: chunk.note.library,
      document: chunk.note.path,
      document_id: chunk.note.id,
      title: chunk.note.title,
      heading: chunk.heading,
      before: lines.slice(Math.max(0, chunk.line - 3), chunk.line - 1).join('\n'),
      quote: chunk.text,
      after: `\n${lines[chunk.line] ?? ''}`,
      start: chunk.start,
      end: chunk.end,
      line: chunk.line,
      page: null,
    };
  });
  const sentences: Sentence[] = citations.map((citation) => ({
    text: plain(citation.quote),
    support: 'supported',
    citations: [citation.n],
    reply: false,
  }));
  const items = found.chunks.map((chunk) => chunk.item);
  if (scene('generative') && quiz) {
    const asked = (index: number): Sentence => ({
      text: `第 ${index + 1} 点是什么？`,
      support: 'no_claim',
      citations: [],
      reply: false,
    });
    const both = sentences.flatMap((each, index) => [asked(index), { ...each, text: `答案：${each.text}`, reply: true }]);
    return { sentences: both, citations, items: both.map((each) => !each.reply) };
  }
  if (scene('generative')) {
    const second = sentences[1];
    if (second) second.support = 'partly';
    sentences.push({ text: ASIDE, support: 'unsupported', citations: [], reply: false });
    items.push(false);
  }
  return { sentences, citations, items };
}

function textOf(sentences: readonly Sentence[], items: readonly boolean[]): string {
  let out = '';
  for (const [index, sentence] of sentences.entries()) {
    if (items[index]) out += `${out ? '\n' : ''}- `;
    else if (sentence.reply) out += '\n';
    else if (out) out += items[index - 1] ? '\n\n' : ' ';
    out += `${sentence.text}${sentence.citations.map((n) => ` [${n}]`).join('')}`;
  }
  return out;
}

function answerer(): Answer['answerer'] {
  if (scene('remote')) return { kind: 'generative', model: 'large', leaves_machine_to: 'models.example' };
  if (scene('generative')) return { kind: 'generative', model: 'qwen3-1.7b', leaves_machine_to: null };
  return { kind: 'extractive', model: null, leaves_machine_to: null };
}

function answerOf(
  question: string,
  standalone: string,
  followup: FollowUp | null,
  found: Found,
  written: ReturnType<typeof write>,
): Answer {
  return {
    version: 1,
    coverage: null,
    question,
    standalone_question: standalone,
    followup,
    outcome: found.enough ? 'answered' : 'not_in_notes',
    confidence: found.enough ? 0.86 : 0.12,
    answerer: answerer(),
    answer: found.enough ? textOf(written.sentences, written.items) : '',
    sentences: found.enough ? written.sentences : [],
    citations: found.enough ? written.citations : [],
    passages: found.passages,
    notices: repeated([
      ...(scene('indexing') ? ['notes are being indexed: the newest may be missing from these results'] : []),
      ...(scene('noticed')
        ? [
            'no embedding model: results are by keywords only',
            'results are by keywords only: the model bge-m3 is not installed; download it with `sidenote models pull bge-m3` (about 2290 MB)',
          ]
        : []),
    ]),
    timings_ms: { search: 12 },
    generation: 1,
  };
}

/** What became of the citations: `changed` edits the cited notes, one in four ways. */
function citationsNow(answer: Answer): CitationNow[] {
  return answer.citations.map((citation, index): CitationNow => {
    const as = { n: citation.n, document_id: citation.document_id, start: citation.start, end: citation.end, text: null };
    if (!corpus.notes.some((note) => note.id === citation.document_id)) return { ...as, state: 'gone', document_id: null };
    if (!scene('changed')) return { ...as, state: 'exact' };
    if (index % 4 === 1) return { ...as, state: 'changed', text: `${citation.quote.slice(0, 12)}……（这里后来改写过）` };
    if (index % 4 === 2) return { ...as, state: 'gone', document_id: null };
    return { ...as, state: index % 4 === 3 ? 'moved' : 'exact' };
  });
}

function asMarkdown(turns: readonly Turn[]): string {
  const parts = turns.map((turn) => {
    const notes = turn.answer.citations.map(
      (each) => `[^${each.n}]: ${each.title}, ${each.document}:${each.line}: “${each.quote}”`,
    );
    return `## ${turn.answer.question}\n\n${turn.answer.answer.replace(/\[(\d+)\]/g, '[^$1]')}\n\n${notes.join('\n')}\n`;
  });
  return parts.join('\n');
}

function conversationOf(id: number): Kept {
  const found = kept.find((each) => each.id === id);
  if (!found)
    throw { code: 'not_found', message: `there is no conversation with the id ${id}`, hint: 'It may have been deleted.' };
  return found;
}
function turnOf(id: number): { conversation: Kept; turn: Turn } {
  for (const conversation of kept) {
    const turn = conversation.turns.find((each) => each.id === id);
    if (turn) return { conversation, turn };
  }
  throw { code: 'not_found', message: `there is no answer with the id ${id}`, hint: '' };
}

const everything: Filter = { libraries: [], folders: [], tags: [], notes: [], since: null, until: null };

function keep(conversation: Kept | null, turn: Turn, replaces: number | null): Kept {
  const to = conversation ?? { id: nextId++, title: turn.answer.question, updated_at: turn.asked_at, turns: [] };
  const at = replaces === null ? -1 : to.turns.findIndex((each) => each.id === replaces);
  to.turns = [...(at < 0 ? to.turns : to.turns.slice(0, at)), turn];
  to.updated_at = turn.asked_at;
  if (!conversation) kept.unshift(to);
  return to;
}

if (scene('history') || scene('changed')) {
  for (const [day, questions] of [
    [1, ['知识蒸馏的温度有什么用？']],
    [9, ['RAG 效果不好时怎么排查？', '它有什么缺点？']],
    [15, ['LoRA 的原理是什么？']],
  ] as const) {
    let conversation: Kept | null = null;
    for (const question of questions) {
      const { standalone, followup } = standaloneOf(question, (conversation as Kept | null)?.turns.at(-1), null);
      const found = search(standalone, everything);
      const answer = answerOf(question, standalone, followup, found, write(found));
      const turn = {
        id: nextId++,
        asked_at: `2026-03-${String(day).padStart(2, '0')}T09:30:00Z`,
        filter: everything,
        asked_of: [],
        answer,
        mark: null,
        citations_now: [],
      };
      conversation = keep(conversation, turn, null);
    }
  }
}

const broken = {
  code: 'internal',
  message: 'the answer ended early: the model stopped responding',
  hint: 'Ask again; what was written so far is kept above.',
};

async function tell(
  answer: Answer,
  written: ReturnType<typeof write>,
  onEvent: (event: AskEvent) => void,
  signal: AbortSignal,
): Promise<number> {
  for (const [index, sentence] of answer.sentences.entries()) {
    const lead = sentence.reply ? '\n' : written.items[index] ? '\n- ' : index > 0 && written.items[index - 1] ? '\n\n' : '';
    const letters = [...`${lead}${sentence.text}`];
    for (let at = 0; at < letters.length; at += 6) {
      if (signal.aborted) return index;
      onEvent({ type: 'piece', text: letters.slice(at, at + 6).join('') });
      await pause(12, signal);
    }
    if (signal.aborted) return index;
    onEvent({
      type: 'sentence',
      index,
      sentence,
      item: written.items[index] ?? false,
      citations: answer.citations.filter((each) => sentence.citations.includes(each.n)),
    });
    if (scene('breaks') && index === 1) throw broken;
  }
  return answer.sentences.length;
}

export const ask: AskBackend = {
  async ask(request, onEvent, signal) {
    asked.push(request);
    const conversation = request.conversation === null ? null : conversationOf(request.conversation);
    const at = conversation?.turns.findIndex((turn) => turn.id === request.replaces) ?? -1;
    const before = at < 0 ? conversation?.turns.at(-1) : conversation?.turns[at - 1];
    const { standalone, followup } = standaloneOf(request.question, before, request.standalone);
    await pause(120, signal);
    if (scene('failing')) {
      throw {
        code: 'data_damaged',
        message: 'the catalog is damaged: database disk image is malformed',
        hint: 'move `catalog.sqlite` away and run `sidenote sync`: your notes are untouched and are indexed again',
      };
    }
    if (scene('first')) {
      const progress = { library: 'notes', stage: 'read', done: 40, total: 126, rate: null, remaining_s: null } as const;
      onEvent({ type: 'indexing', progress });
      await pause(1500, signal);
    }
    const found = search(standalone, request.filter);
    const { instead } = request;
    // There is one other answer, in another order, and then none.
    const other = instead?.times === 1 && found.chunks.length > 1;
    if (other) found.chunks.reverse();
    const quiz = /考考我|quiz me/i.test(request.question);
    const written = write(found, quiz);
    const last = instead && !other ? conversation?.turns[at] : undefined;
    if (last && conversation) {
      const { id, title, updated_at, turns } = conversation;
      return { conversation: { id, title, updated_at, turns: turns.length, snippet: null }, turn: last, told: [] };
    }
    const answer = answerOf(request.question, standalone, followup, found, written);
    const passages = scene('summing') ? [] : found.passages;
    onEvent({ type: 'started', standalone_question: standalone, answerer: answer.answerer, passages, quiz });
    if (scene('summing')) {
      for (const done of [0, 12]) {
        onEvent({ type: 'reading', done, of: 40 });
        await pause(300, signal);
      }
      onEvent({ type: 'reading', done: 40, of: 40 });
    }
    if (scene('taken-back') && !request.extractive) {
      onEvent({ type: 'piece', text: 'The moon is made of cheese, as everyone knows.' });
      await pause(150, signal);
      onEvent({ type: 'replaced', reason: "2 of 3 sentences of the model's answer are not in the notes" });
    }
    const told = await tell(answer, written, onEvent, signal);
    if (signal.aborted) {
      answer.outcome = 'cancelled';
      answer.sentences = answer.sentences.slice(0, told);
      answer.citations = answer.citations.filter((each) =>
        answer.sentences.some((sentence) => sentence.citations.includes(each.n)),
      );
      answer.answer = textOf(answer.sentences, written.items);
    }
    const turn: Turn = {
      id: nextId++,
      asked_at: new Date().toISOString(),
      filter: request.filter,
      asked_of: request.filter.notes.map((id) => noteById(id).title),
      answer,
      mark: null,
      citations_now: [],
    };
    if (scene('full')) {
      answer.notices.push(
        'this answer could not be kept: the disk is full: database or disk is full; free some space and run the command again; nothing was lost',
      );
      return { conversation: null, turn: { ...turn, id: -turn.id }, told: [] };
    }
    // Stopped before its first sentence, an answer takes the place of none.
    const old = told === 0 && signal.aborted && at >= 0 ? conversation?.turns[at] : undefined;
    const sent =
      old && scene('remote') ? [`the question and ${passages.length} passage(s) of your notes were sent to models.example`] : [];
    const { id, title, updated_at, turns } =
      conversation && old ? conversation : keep(conversation, turn, request.replaces ?? null);
    return { conversation: { id, title, updated_at, turns: turns.length, snippet: null }, turn: old ?? turn, told: sent };
  },
  async conversations(query) {
    await pause(15);
    const wanted = query?.toLowerCase() ?? '';
    return kept.flatMap(({ id, title, updated_at, turns }) => {
      const text = turns.map((turn) => `${turn.answer.question} ${turn.answer.answer}`).join(' ');
      const where = text.toLowerCase().indexOf(wanted);
      if (wanted && where < 0 && !title.toLowerCase().includes(wanted)) return [];
      return [
        {
          id,
          title,
          updated_at,
          turns: turns.length,
          snippet: wanted && where >= 0 ? text.slice(Math.max(0, where - 12), where + 40) : null,
        },
      ];
    });
  },
  async conversation(id) {
    await pause(40);
    const { title, updated_at, turns } = conversationOf(id);
    const [first] = turns;
    if (first && garbled('conversation'))
      return {
        id,
        title,
        updated_at,
        turns: [{ ...first, answer: { ...first.answer, citations: null as never } }, ...turns.slice(1)],
      };
    return { id, title, updated_at, turns: turns.map((turn) => ({ ...turn, citations_now: citationsNow(turn.answer) })) };
  },
  async rename(id, title) {
    await pause(10);
    conversationOf(id).title = title;
  },
  async remove(id) {
    await pause(10);
    kept.splice(kept.indexOf(conversationOf(id)), 1);
  },
  async markdown(id, turn) {
    await pause(10);
    const { turns } = conversationOf(id);
    return asMarkdown(turn === null ? turns : turns.filter((each) => each.id === turn));
  },
  async exportMarkdown(id) {
    await pause(10);
    conversationOf(id);
    return true;
  },
  async mark(turn, mark) {
    await pause(10);
    turnOf(turn).turn.mark = mark;
  },
  async suggestions(turn) {
    await pause(30);
    if (corpus.notes.length === 0 || (turn === null && scene('unasked'))) return [];
    if (turn === null) return repeated(EXAMPLES);
    const { turn: of, conversation } = turnOf(turn);
    const left = NEXT.filter(
      (question) => !conversation.turns.some((each) => each.answer.question === question) && question !== of.answer.question,
    );
    return repeated(left.slice(0, 3));
  },
  async saveAsNote(turn) {
    await pause(20);
    const { turn: of } = turnOf(turn);
    const title = of.answer.question.replace(/[?？]$/, '');
    const note: NoteInfo = {
      id: 1000 + turn,
      library: OWN_LIBRARY,
      path: `${title}.md`,
      title,
      tags: [],
      date: '2026-03-20',
      format: 'markdown',
      encoding: 'UTF-8',
      editable: true,
    };
    corpus.notes.push({ ...note, text: `# ${title}\n\n${asMarkdown([of])}` });
    return note;
  },
};
