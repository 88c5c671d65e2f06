// The open conversation and the answer that is being written. It goes on while other views are looked at. It must not know how it is shown.

import {
  backend,
  type AskEvent,
  type Answerer,
  type Citation,
  type Instead,
  type Mark,
  type Passage,
  type Sentence,
  type SyncProgress,
  type Turn,
} from '../backend';
import { said } from '../i18n/told';
import { conversations } from './conversations.svelte';
import { type Scope, filterOf, scopeOf } from './scope';
import { toasts } from './toasts.svelte';
import { Typed } from './typed.svelte';
import { place } from './view.svelte';

/** A conversation: it gets its number with its first answer. */
class Talk {
  id = $state<number | null>(null);

  constructor(id: number | null) {
    this.id = id;
  }
}

/** An answer under way. */
export interface Live {
  /** Where it was asked. */
  talk: Talk;
  question: string;
  /** What it is asked over. */
  scope: Scope;
  /** As it is searched with, once known. */
  standalone: string | null;
  /** How far the notes are read that it waits for. */
  indexing: SyncProgress | null;
  passages: Passage[] | null;
  /** How much of a note or folder was read that is to be summarised. */
  read: { done: number; of: number } | null;
  /** Who writes, once known. */
  answerer: Answerer | null;
  sentences: Sentence[];
  citations: Citation[];
  /** The finished sentences as one text, with their line breaks and list marks. */
  text: string;
  /** What is written of the next sentence. */
  pieces: string;
  /** Whether questions to practise with are written. */
  quiz: boolean;
  /** Why what was written was taken back. */
  replaced: string | null;
  failure: unknown;
  stopping: boolean;
  /** The turn it takes the place of. */
  replaces: number | null;
}

interface Wish {
  standalone?: string | null;
  replaces?: number | null;
  extractive?: boolean;
  scope?: Scope;
  instead?: Instead;
}

/** What came of a question. */
interface Came {
  turn: Turn;
  stopped: boolean;
}

const text = (key: string): Typed<string> => new Typed(key, '', (value) => value === '');

class Asking {
  title = $state('');
  turns = $state.raw<Turn[]>([]);
  loading = $state(false);
  failure = $state.raw<unknown>(null);
  scope = $state.raw<Scope>({ kind: 'all' });
  /** Grows when the question box is to have the focus. */
  focus = $state(0);
  /** The conversation that is open. */
  private talk = $state.raw(new Talk(null));
  /** The answer that is being written, or failed. It may belong to a conversation that was left meanwhile; there is never more than one. */
  private answering = $state<Live | null>(null);
  /** Until the call has returned. */
  private controller: AbortController | null = null;
  private ended: Promise<unknown> = Promise.resolve();
  private last: { question: string; wish: Wish } | null = null;
  private wishes = 0;
  /** What was shown before a turn that was asked for instead. */
  private readonly instead = new Map<number, Instead>();
  /** Readings of the open conversation: only the last one is shown. */
  private readings = 0;
  private reading = false;
  private readonly box = text('asking.draft');
  /** A question that was asked and is in no conversation yet. */
  private readonly asked = text('asking.asked');

  /** A question that was cut off by the end of the window is in the box again. */
  constructor() {
    this.putBack();
  }

  get id(): number | null {
    return this.talk.id;
  }

  /** The answer under way in the open conversation. */
  get live(): Live | null {
    return this.answering?.talk === this.talk ? this.answering : null;
  }

  /** What stands in the question box. */
  get draft(): string {
    return this.box.value;
  }

  set draft(draft: string) {
    this.box.value = draft;
  }

  /** The turns before the live one, or all. */
  get before(): Turn[] {
    const replaces = this.live?.replaces ?? null;
    const at = replaces === null ? -1 : this.turns.findIndex((turn) => turn.id === replaces);
    return at < 0 ? this.turns : this.turns.slice(0, at);
  }

  /** Whether an answer is on its way (and not only what failed of one). */
  get busy(): boolean {
    return this.live !== null && this.live.failure === null;
  }

  within(scope: Scope): void {
    this.scope = scope;
  }

  wantFocus(): void {
    this.focus += 1;
  }

  /** An empty conversation; it is kept once something was asked. */
  fresh(): void {
    this.show(null);
    this.loading = false;
    this.scope = { kind: 'all' };
    this.wantFocus();
  }

  async open(id: number): Promise<void> {
    this.show(id);
    this.loading = true;
    await this.read();
  }

  /** A conversation was deleted: what is being answered in it has no place any more. */
  removed(id: number): void {
    if (this.answering?.talk.id === id) {
      this.asked.clear();
      this.stop();
    }
    if (this.id === id) this.fresh();
  }

  /** Looks the citations up again: notes have changed. */
  async refresh(): Promise<void> {
    await this.read();
  }

  /** Asks what stands in the box; it stands there until it is asked. */
  async send(): Promise<void> {
    if (!this.draft.trim() || !(await this.free())) return;
    const question = this.draft.trim();
    if (!question) return;
    this.draft = '';
    await this.answer(question, {});
  }

  async ask(question: string, wish: Wish = {}): Promise<Came | null> {
    const text = question.trim();
    return text && (await this.free()) ? this.answer(text, wish) : null;
  }

  /** Asks for another answer than a turn has and those that it took the place of. False where the notes have none: then it stays, and the next time they are
   *  gone through from the beginning. */
  async another(turn: Turn, wish: Wish): Promise<boolean> {
    const { times, shown } = this.instead.get(turn.id) ?? { times: 0, shown: [] };
    const cited = turn.answer.citations.map(({ document_id, start, end }) => ({ document_id, start, end }));
    const instead = { times: times + 1, shown: [...shown, ...cited] };
    const came = await this.ask(turn.answer.question, { ...wish, replaces: turn.id, instead });
    if (!came) return true;
    const same = came.turn.id === turn.id;
    if (!same) this.instead.set(came.turn.id, instead);
    else if (!came.stopped) this.instead.set(turn.id, { times: instead.times, shown: [] });
    return !same || came.stopped;
  }

  /** Stops what is being answered and waits until it is kept: nothing of it is lost, and a new conversation has its number. False where something else
   *  is wanted by then. */
  private async free(): Promise<boolean> {
    const { talk } = this;
    const mine = (this.wishes += 1);
    while (this.controller) {
      this.stop();
      await this.ended;
    }
    return mine === this.wishes && talk === this.talk;
  }

  private answer(question: string, wish: Wish): Promise<Came | null> {
    const answering = this.answerIn(this.talk, question, wish);
    this.ended = answering;
    return answering;
  }

  private async answerIn(talk: Talk, question: string, wish: Wish): Promise<Came | null> {
    const controller = new AbortController();
    const replaces = wish.replaces ?? null;
    this.controller = controller;
    this.last = { question, wish };
    // What failed before this one.
    if (this.asked.value !== question) this.putBack();
    this.asked.value = this.turns.some((turn) => turn.answer.question === question) ? '' : question;
    this.answering = {
      talk,
      question,
      scope: wish.scope ?? this.scope,
      standalone: null,
      indexing: null,
      passages: null,
      read: null,
      answerer: null,
      sentences: [],
      citations: [],
      text: '',
      pieces: '',
      quiz: false,
      replaced: null,
      failure: null,
      stopping: false,
      replaces,
    };
    const live = this.answering;
    try {
      const { conversation, turn, told } = await backend.ask.ask(
        {
          conversation: talk.id,
          question,
          standalone: wish.standalone ?? null,
          replaces: replaces !== null && replaces < 0 ? null : replaces,
          filter: filterOf(live.scope),
          ...(wish.extractive ? { extractive: true } : {}),
          ...(wish.instead ? { instead: wish.instead } : {}),
        },
        (event) => take(live, event),
        controller.signal,
      );
      void conversations.refresh();
      for (const notice of told) toasts.say(said(notice));
      if (conversation) talk.id = conversation.id;
      if (talk === this.talk) this.put(turn, controller.signal.aborted && (replaces ?? 0) > 0);
      // Neither kept nor on the screen: the question is all that there is of it.
      else if (!conversation) this.putBack();
      this.answering = null;
      this.asked.clear();
      const came = { turn, stopped: controller.signal.aborted };
      if (talk !== this.talk || !conversation) return came;
      this.title = conversation.title;
      if (place.view.name === 'ask') place.settle({ name: 'ask', conversation: conversation.id });
      return came;
    } catch (error) {
      live.failure = error;
      if (talk === this.talk) return null;
      this.putBack();
      this.answering = null;
      toasts.fail(error);
      return null;
    } finally {
      this.controller = null;
    }
  }

  /** What came of the question. One that was to replace another and was stopped may have replaced nothing: then only the program knows. */
  private put(turn: Turn, stopped: boolean): void {
    if (!stopped) this.turns = [...this.before.filter((each) => each.id !== turn.id), turn];
    // What is just being read may be without it.
    if (stopped || this.reading) void this.read();
  }

  /** Asks once more what failed. */
  retry(): void {
    if (this.last) void this.ask(this.last.question, this.last.wish);
  }

  /** Takes back what failed, so that it can be asked differently. */
  dismiss(): void {
    this.asked.value = this.live?.question ?? '';
    this.putBack();
    this.answering = null;
    this.wantFocus();
  }

  stop(): void {
    if (!this.answering) return;
    this.answering.stopping = true;
    this.controller?.abort();
  }

  async mark(turn: number, mark: Mark | null): Promise<void> {
    const set = (to: Mark | null): void => {
      this.turns = this.turns.map((each) => (each.id === turn ? { ...each, mark: to } : each));
    };
    const before = this.turns.find((each) => each.id === turn)?.mark ?? null;
    set(mark);
    try {
      await backend.ask.mark(turn, mark);
    } catch (error) {
      set(before);
      throw error;
    }
  }

  /** Another conversation, with nothing in it yet. What is being answered goes on; a question that failed is in the box again. */
  private show(id: number | null): void {
    if (this.live && !this.busy) {
      this.putBack();
      this.answering = null;
    }
    this.talk = id !== null && this.answering?.talk.id === id ? this.answering.talk : new Talk(id);
    this.title = '';
    this.turns = [];
    this.failure = null;
    this.readings += 1;
    this.reading = false;
  }

  /** Reads the open conversation, its citations as the notes are now. */
  private async read(): Promise<void> {
    const { id } = this;
    if (id === null) return;
    const mine = (this.readings += 1);
    this.reading = true;
    try {
      const { title, turns } = await backend.ask.conversation(id);
      if (mine !== this.readings) return;
      this.title = title;
      // What is not kept is only here.
      const others = this.turns.filter((turn) => !isKept(turn));
      this.turns = [...turns, ...others].sort((a, b) => Date.parse(a.asked_at) - Date.parse(b.asked_at));
      if (this.loading) this.restoreScope();
    } catch (error) {
      // What is shown stays; opening it again will say what is wrong.
      if (mine === this.readings && this.loading) this.failure = error;
    } finally {
      if (mine === this.readings) this.loading = this.reading = false;
    }
  }

  /** The question that is in no conversation goes back into the box. */
  private putBack(): void {
    this.draft = [this.asked.value, this.draft].filter(Boolean).join('\n');
    this.asked.clear();
  }

  private restoreScope(): void {
    const filter = this.turns.at(-1)?.filter;
    if (!filter) return;
    const cited = this.turns.flatMap((turn) => turn.answer.citations);
    this.scope = scopeOf(filter, (note) => cited.find((citation) => citation.document_id === note)?.title ?? null);
  }
}

/** Whether the program has a turn, so that it can be marked, saved and exported. */
export function isKept(turn: Turn): boolean {
  return turn.id > 0;
}

/** What an event changes. */
function take(live: Live, event: AskEvent): void {
  if (event.type === 'indexing') live.indexing = event.progress;
  else if (event.type === 'started') {
    live.standalone = event.standalone_question;
    live.passages = event.passages;
    live.answerer = event.answerer;
    live.quiz = event.quiz;
  } else if (event.type === 'reading') live.read = event;
  else if (event.type === 'piece') live.pieces += event.text;
  else if (event.type === 'sentence') {
    const begins = live.text === '' ? '' : event.item ? '\n' : ' ';
    live.text += begins + (event.item ? '- ' : '') + event.sentence.text;
    live.pieces = '';
    live.sentences[event.index] = event.sentence;
    for (const citation of event.citations)
      if (!live.citations.some((each) => each.n === citation.n)) live.citations.push(citation);
  } else if (event.type === 'replaced') {
    live.replaced = event.reason;
    live.sentences = [];
    live.citations = [];
    live.text = '';
    live.pieces = '';
  }
}

export const asking = new Asking();
