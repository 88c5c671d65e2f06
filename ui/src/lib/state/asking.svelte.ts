// The open conversation and the answer that is being written. It goes on while other views are looked at. It must not know how it is shown.

import {
  backend,
  type AskEvent,
  type Answerer,
  type Citation,
  type Mark,
  type Passage,
  type Sentence,
  type SyncProgress,
  type Turn,
} from '../backend';
import { conversations } from './conversations.svelte';
import { type Scope, filterOf, scopeOf } from './scope';
import { Typed } from './typed.svelte';
import { place } from './view.svelte';

/** An answer under way. */
export interface Live {
  question: string;
  /** As it is searched with, once known. */
  standalone: string | null;
  /** How far the notes are read that it waits for. */
  indexing: SyncProgress | null;
  passages: Passage[] | null;
  /** Who writes, once known. */
  answerer: Answerer | null;
  sentences: Sentence[];
  citations: Citation[];
  /** The finished sentences as one text, with their line breaks and list marks. */
  text: string;
  /** What is written of the next sentence. */
  pieces: string;
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
}

const text = (key: string): Typed<string> => new Typed(key, '', (value) => value === '');

class Asking {
  id = $state<number | null>(null);
  title = $state('');
  turns = $state.raw<Turn[]>([]);
  live = $state<Live | null>(null);
  loading = $state(false);
  failure = $state.raw<unknown>(null);
  scope = $state.raw<Scope>({ kind: 'all' });
  /** Grows when the question box is to have the focus. */
  focus = $state(0);
  private controller: AbortController | null = null;
  private last: { question: string; wish: Wish } | null = null;
  private readonly box = text('asking.draft');
  /** A question that was asked and is in no conversation yet. */
  private readonly asked = text('asking.asked');

  /** A question that was cut off by the end of the window is in the box again. */
  constructor() {
    this.draft = [this.asked.value, this.draft].filter(Boolean).join('\n');
    this.asked.clear();
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
    this.leave();
    this.id = null;
    this.title = '';
    this.turns = [];
    this.failure = null;
    this.loading = false;
    this.scope = { kind: 'all' };
    this.wantFocus();
  }

  async open(id: number): Promise<void> {
    this.leave();
    this.id = id;
    this.title = '';
    this.turns = [];
    this.failure = null;
    this.loading = true;
    try {
      const { title, turns } = await backend.ask.conversation(id);
      if (this.id !== id) return;
      this.title = title;
      this.turns = turns;
      this.restoreScope();
    } catch (error) {
      if (this.id === id) this.failure = error;
    } finally {
      if (this.id === id) this.loading = false;
    }
  }

  /** Looks the citations up again: notes have changed. */
  async refresh(): Promise<void> {
    const { id } = this;
    // What is not kept is only here.
    if (id === null || this.live || this.turns.some((turn) => !isKept(turn))) return;
    try {
      const { turns } = await backend.ask.conversation(id);
      if (this.id === id && !this.live) this.turns = turns;
    } catch {
      // What is shown stays; opening it again will say what is wrong.
    }
  }

  async ask(question: string, wish: Wish = {}): Promise<void> {
    const text = question.trim();
    if (!text) return;
    this.controller?.abort();
    const controller = new AbortController();
    const replaces = wish.replaces ?? null;
    this.controller = controller;
    this.last = { question: text, wish };
    this.asked.value = this.turns.some((turn) => turn.answer.question === text) ? '' : text;
    this.live = {
      question: text,
      standalone: null,
      indexing: null,
      passages: null,
      answerer: null,
      sentences: [],
      citations: [],
      text: '',
      pieces: '',
      replaced: null,
      failure: null,
      stopping: false,
      replaces,
    };
    const { live } = this;
    try {
      const { conversation, turn } = await backend.ask.ask(
        {
          conversation: this.id,
          question: text,
          standalone: wish.standalone ?? null,
          replaces: replaces !== null && replaces < 0 ? null : replaces,
          filter: filterOf(wish.scope ?? this.scope),
          ...(wish.extractive ? { extractive: true } : {}),
        },
        (event) => take(live, event),
        controller.signal,
      );
      void conversations.refresh();
      if (this.live !== live) return;
      this.turns = [...this.before, turn];
      this.live = null;
      this.asked.clear();
      if (!conversation) return;
      this.id = conversation.id;
      this.title = conversation.title;
      if (place.view.name === 'ask') place.go({ name: 'ask', conversation: conversation.id });
    } catch (error) {
      live.failure = error;
    } finally {
      if (this.controller === controller) this.controller = null;
    }
  }

  /** Asks once more what failed. */
  retry(): void {
    if (this.last) void this.ask(this.last.question, this.last.wish);
  }

  /** Takes back what failed, so that it can be asked differently. */
  dismiss(): void {
    this.draft ||= this.live?.question ?? '';
    this.live = null;
    this.asked.clear();
    this.wantFocus();
  }

  stop(): void {
    if (!this.live) return;
    this.live.stopping = true;
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

  private leave(): void {
    this.controller?.abort();
    this.controller = null;
    this.live = null;
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
  } else if (event.type === 'piece') live.pieces += event.text;
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
