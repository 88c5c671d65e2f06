// What crosses the border between window and engine, as JSON. Made from the Rust types (crates/engine/src/wire.rs, src-tauri/src/wire.rs) by
// `make types`: change those, not this file. Offsets are bytes of UTF-8 in a document's text (see utf8.ts).

/**
 * How an `ask` ended.
 */
export type Outcome = 'answered' | 'not_in_notes' | 'cancelled';

/**
 * How far the notes support a sentence of the answer.
 */
export type Support = 'supported' | 'partly' | 'unsupported' | 'no_claim';

/**
 * Who wrote the answer.
 */
export type Answerer = {
  /**
   * `extractive` or `generative`.
   */
  kind: string;
  /**
   * The generative model's name.
   */
  model: string | null;
  /**
   * The host that the question, the passages and what was said before are sent to; null for a model on this machine.
   */
  leaves_machine_to: string | null;
};

/**
 * How a standalone question was made.
 */
export type FollowUpKind = 'as_is' | 'pronoun' | 'ellipsis' | 'comparison' | 'swap' | 'continuation' | 'edited';

/**
 * How a question was made self-contained.
 */
export type FollowUp = {
  /**
   * Never [`Kind::AsIs`].
   */
  kind: FollowUpKind;
  /**
   * The earlier question it was made from, from 1, oldest first.
   */
  turn: number | null;
  /**
   * What it is about, where that came from before.
   */
  subject: string | null;
};

/**
 * One sentence of an answer.
 */
export type Sentence = {
  /**
   * Without markup and markers.
   */
  text: string;
  /**
   * Verified by us.
   */
  support: Support;
  /**
   * Numbers of [`Citation::n`].
   */
  citations: Array<number>;
  /**
   * Whether it answers a question to practise with that stands before it: shown when the person wants to see it.
   */
  reply: boolean;
};

/**
 * A quote in a note, found there at the moment it was reported.
 */
export type Citation = {
  /**
   * From 1, in order of first use.
   */
  n: number;
  /**
   * Index into `passages`.
   */
  passage: number;
  /**
   * Library name.
   */
  library: string;
  /**
   * Path relative to the library's folder.
   */
  document: string;
  /**
   * Stable while the note is indexed.
   */
  document_id: number;
  /**
   * Title.
   */
  title: string;
  /**
   * Heading path.
   */
  heading: Array<string>;
  /**
   * Text just before the quote.
   */
  before: string;
  /**
   * The note's own text.
   */
  quote: string;
  /**
   * Text just after the quote.
   */
  after: string;
  /**
   * Byte offset of the quote in the document's text.
   */
  start: number;
  /**
   * Byte offset of its end.
   */
  end: number;
  /**
   * Line of the file, from 1.
   */
  line: number;
  /**
   * Page, for formats with pages.
   */
  page: number | null;
};

/**
 * A place where the same passage also stands.
 */
export type AlsoIn = {
  /**
   * Library name.
   */
  library: string;
  /**
   * Path relative to the library's folder.
   */
  document: string;
  /**
   * Title.
   */
  title: string;
  /**
   * Line of the file, from 1.
   */
  line: number;
};

/**
 * Every score of a hit.
 */
export type Scores = {
  /**
   * The light reranker's score: the order of results. Null for what came too late to be looked into, which follows.
   */
  reranked: number | null;
  /**
   * Both legs, fused: which results are looked into, and the order of the others.
   */
  fused: number;
  /**
   * BM25 over the fields.
   */
  lexical: number | null;
  /**
   * Rank among keyword candidates, from 1.
   */
  lexical_rank: number | null;
  /**
   * Cosine.
   */
  vector: number | null;
  /**
   * Rank among vector candidates, from 1.
   */
  vector_rank: number | null;
  /**
   * The cross-encoder's score, for the first results where one is installed.
   */
  cross_encoder: number | null;
};

/**
 * A passage: a hit made readable.
 */
export type Passage = {
  /**
   * Library name.
   */
  library: string;
  /**
   * Path relative to the library's folder.
   */
  document: string;
  /**
   * Stable while the note is indexed.
   */
  document_id: number;
  /**
   * Title.
   */
  title: string;
  /**
   * Heading path.
   */
  heading: Array<string>;
  /**
   * The note's own text.
   */
  text: string;
  /**
   * Byte offset in the document's text.
   */
  start: number;
  /**
   * Byte offset of its end.
   */
  end: number;
  /**
   * Line of the file, from 1.
   */
  line: number;
  /**
   * Page, for formats with pages.
   */
  page: number | null;
  /**
   * Byte ranges of `text` that match the query's words.
   */
  highlights: Array<[number, number]>;
  /**
   * Where the same text also stands.
   */
  also_in: Array<AlsoIn>;
  /**
   * Every score.
   */
  scores: Scores;
};

/**
 * How much of the notes an answer was made from, where all of something was asked for.
 */
export type Coverage = {
  /**
   * Notes that were read.
   */
  read: number;
  /**
   * Notes that were to be read.
   */
  of: number;
  /**
   * Notes that have something of it.
   */
  having: number;
};

/**
 * The answer to a question.
 */
export type Answer = {
  /**
   * [`VERSION`].
   */
  version: number;
  /**
   * As asked.
   */
  question: string;
  /**
   * As searched: self-contained.
   */
  standalone_question: string;
  /**
   * How it was made of the one before, where it was.
   */
  followup: FollowUp | null;
  /**
   * How it ended.
   */
  outcome: Outcome;
  /**
   * 0 to 1: how likely the notes answer the question.
   */
  confidence: number;
  /**
   * Who wrote it.
   */
  answerer: Answerer;
  /**
   * The sentences with their markers, as one text; empty unless answered.
   */
  answer: string;
  /**
   * The sentences.
   */
  sentences: Array<Sentence>;
  /**
   * The quotes.
   */
  citations: Array<Citation>;
  /**
   * How many notes were read, where all of something was asked for.
   */
  coverage: Coverage | null;
  /**
   * The passages the answer was made from; the nearest ones where it is not in the notes.
   */
  passages: Array<Passage>;
  /**
   * What the person should know.
   */
  notices: Array<string>;
  /**
   * Milliseconds by stage.
   */
  timings_ms: { [key in string]: number };
  /**
   * The catalog's generation.
   */
  generation: number;
};

/**
 * A step of an answer that a model writes, in the order in which they come. The whole [`super::Answer`] follows as the result of the call.
 */
export type AnswerEvent =
  | {
      type: 'started';
      /**
       * As searched: self-contained.
       */
      standalone_question: string;
      /**
       * Who writes.
       */
      answerer: Answerer;
      /**
       * What it was given to read, best first; [`Citation::passage`] is an index into them. None of a summary, for which all of a folder may be read.
       */
      passages: Array<Passage>;
      /**
       * Whether they are questions to practise with: what answers them is not to be seen before it is wanted ([`Sentence::reply`]).
       */
      quiz: boolean;
    }
  | {
      type: 'reading';
      /**
       * Passages that were read.
       */
      done: number;
      /**
       * Passages in all.
       */
      of: number;
    }
  | {
      type: 'piece';
      /**
       * Whole characters.
       */
      text: string;
    }
  | {
      type: 'sentence';
      /**
       * From 0.
       */
      index: number;
      /**
       * It takes the place of the pieces it was made of.
       */
      sentence: Sentence;
      /**
       * Whether it is an item of a list.
       */
      item: boolean;
      /**
       * The quotes that are new with it.
       */
      citations: Array<Citation>;
    }
  | {
      type: 'replaced';
      /**
       * Why, for the person.
       */
      reason: string;
    }
  | {
      type: 'done';
      /**
       * How it ended.
       */
      outcome: Outcome;
    };

/**
 * The result of a search.
 */
export type Search = {
  /**
   * [`VERSION`].
   */
  version: number;
  /**
   * As typed.
   */
  query: string;
  /**
   * Best first.
   */
  hits: Array<Passage>;
  /**
   * What the person should know.
   */
  notices: Array<string>;
  /**
   * Milliseconds by stage.
   */
  timings_ms: { [key in string]: number };
  /**
   * The catalog's generation.
   */
  generation: number;
};

/**
 * A word of a query and what it is worth.
 */
export type ExplainedTerm = {
  /**
   * As indexed: a stem.
   */
  term: string;
  /**
   * As it was written.
   */
  word: string;
  /**
   * Chunks that hold it.
   */
  chunks: number;
  /**
   * Whether the passage holds it.
   */
  matched: boolean;
};

/**
 * Why a note is, or is not, among the results.
 */
export type Explanation = {
  /**
   * [`VERSION`].
   */
  version: number;
  /**
   * As typed.
   */
  query: string;
  /**
   * The note's best passage for the query, if it has any.
   */
  best: Passage | null;
  /**
   * Its rank among all passages, from 1, if it is among the candidates.
   */
  rank: number | null;
  /**
   * How many passages a search shows.
   */
  shown: number;
  /**
   * The query's words and whether that passage holds them.
   */
  terms: Array<ExplainedTerm>;
  /**
   * The first result's scores, to compare.
   */
  first: Scores | null;
  /**
   * The reason, in sentences.
   */
  reasons: Array<string>;
  /**
   * What the person should know.
   */
  notices: Array<string>;
  /**
   * The catalog's generation.
   */
  generation: number;
};

/**
 * One library in lists.
 */
export type LibraryInfo = {
  /**
   * Which.
   */
  id: number;
  /**
   * Name.
   */
  name: string;
  /**
   * The folder.
   */
  folder: string;
  /**
   * Whether it came with the program.
   */
  shipped: boolean;
  /**
   * Whether new notes go into it.
   */
  own: boolean;
  /**
   * Whether its folder is there now.
   */
  present: boolean;
  /**
   * Whether it was ever indexed.
   */
  synced: boolean;
  /**
   * Libraries whose folders lie in its folder: what is in them is theirs alone.
   */
  apart: Array<string>;
  /**
   * Files indexed.
   */
  indexed: number;
  /**
   * Files skipped.
   */
  skipped: number;
  /**
   * Chunks.
   */
  chunks: number;
  /**
   * Characters.
   */
  chars: number;
  /**
   * Characters set aside as page furniture.
   */
  furniture_chars: number;
};

/**
 * Why a file has no text in the index. Part of the ledger's JSON.
 */
export type SkipReason =
  | 'empty'
  | 'binary'
  | 'encoding'
  | 'too_large'
  | 'too_slow'
  | 'damaged'
  | 'encrypted'
  | 'no_text_layer'
  | 'garbled'
  | 'bomb'
  | 'not_a_file'
  | 'link'
  | 'unreadable'
  | 'changing'
  | 'name'
  | 'ignored';

/**
 * A row of the ledger.
 */
export type LedgerEntry = {
  /**
   * Library name.
   */
  library: string;
  /**
   * Path relative to the library's folder.
   */
  document: string;
  /**
   * Stable while the note is indexed; none for a file that is not.
   */
  document_id: number | null;
  /**
   * `indexed` or `skipped`.
   */
  state: 'indexed' | 'skipped';
  /**
   * Stable reason of a skip.
   */
  reason: SkipReason | null;
  /**
   * The reason in words.
   */
  detail: string | null;
  /**
   * Bytes.
   */
  size: number;
  /**
   * Characters extracted.
   */
  chars: number;
  /**
   * Characters set aside as page furniture.
   */
  furniture_chars: number;
  /**
   * Chunks.
   */
  chunks: number;
  /**
   * What was odd.
   */
  warnings: Array<string>;
};

/**
 * What each leg of the search is doing.
 */
export type Legs = {
  /**
   * Generation of the keyword index.
   */
  lexical_generation: number | null;
  /**
   * The embedding model.
   */
  embedder: string | null;
  /**
   * Why there is none, or why it does not work.
   */
  embedder_problem: string | null;
  /**
   * Generation of the vector index.
   */
  vector_generation: number | null;
  /**
   * Chunks with a vector.
   */
  embedded: number;
  /**
   * `exact` or `graph`.
   */
  vector_search: 'exact' | 'graph';
  /**
   * The embedding model that is being prepared to take over.
   */
  next_embedder: string | null;
  /**
   * Chunks with a vector of that model.
   */
  next_embedded: number;
  /**
   * The cross-encoder.
   */
  reranker: string | null;
  /**
   * The model that writes answers.
   */
  generator: string | null;
};

/**
 * The state of everything.
 */
export type Status = {
  /**
   * [`VERSION`].
   */
  version: number;
  /**
   * The data folder.
   */
  data_folder: string;
  /**
   * The catalog's generation.
   */
  generation: number;
  /**
   * When the last sync finished, RFC 3339.
   */
  synced_at: string | null;
  /**
   * Files that differ from what was indexed.
   */
  stale_files: number;
  /**
   * Notes.
   */
  documents: number;
  /**
   * Chunks.
   */
  chunks: number;
  /**
   * The libraries.
   */
  libraries: Array<LibraryInfo>;
  /**
   * The search legs.
   */
  legs: Legs;
  /**
   * Every file, where asked for.
   */
  files: Array<LedgerEntry> | null;
  /**
   * What is missing, with its remedy.
   */
  notices: Array<string>;
};

/**
 * What the person thinks of an answer.
 */
export type Mark = 'right' | 'wrong';

/**
 * What became of a citation since it was made.
 */
export type CitationState = 'exact' | 'moved' | 'changed' | 'gone';

/**
 * Where a citation of an earlier answer is now.
 */
export type CitationNow = {
  /**
   * Number of the citation.
   */
  n: number;
  /**
   * What became of it.
   */
  state: CitationState;
  /**
   * The note, unless it is gone.
   */
  document_id: number | null;
  /**
   * Byte offset in the document's text as it is indexed now.
   */
  start: number;
  /**
   * Byte offset of its end.
   */
  end: number;
  /**
   * With `changed`: what stands there now.
   */
  text: string | null;
};

/**
 * A question and its answer.
 */
export type Turn = {
  /**
   * Which.
   */
  id: number;
  /**
   * When it was asked, RFC 3339.
   */
  asked_at: string;
  /**
   * Where it was asked: a filter, as it was given.
   */
  filter: Filter;
  /**
   * Titles of the notes that this names, as they are called now; of one that is gone there is none.
   */
  asked_of: Array<string>;
  /**
   * An [`Answer`](super::Answer), as it was given.
   */
  answer: Answer;
  /**
   * What the person thinks of it.
   */
  mark: Mark | null;
  /**
   * Its citations in the notes as they are now.
   */
  citations_now: Array<CitationNow>;
};

/**
 * A conversation in lists.
 */
export type ConversationInfo = {
  /**
   * Which.
   */
  id: number;
  /**
   * Its first question, or the name that the person gave it.
   */
  title: string;
  /**
   * When it was last asked in, RFC 3339.
   */
  updated_at: string;
  /**
   * Questions asked.
   */
  turns: number;
  /**
   * Where the words that were looked for stand.
   */
  snippet: string | null;
};

/**
 * A conversation.
 */
export type Conversation = {
  /**
   * Which.
   */
  id: number;
  /**
   * Its first question, or the name that the person gave it.
   */
  title: string;
  /**
   * When it was last asked in, RFC 3339.
   */
  updated_at: string;
  /**
   * Oldest first.
   */
  turns: Array<Turn>;
};

/**
 * The formats that ingest reads.
 */
export type Format = 'markdown' | 'plain' | 'html' | 'pdf' | 'docx' | 'epub' | 'ipynb';

/**
 * A note in lists.
 */
export type NoteInfo = {
  /**
   * Stays the same while the note is indexed.
   */
  id: number;
  /**
   * Library name.
   */
  library: string;
  /**
   * Path relative to the library's folder.
   */
  path: string;
  /**
   * Title.
   */
  title: string;
  /**
   * Tags.
   */
  tags: Array<string>;
  /**
   * `YYYY-MM-DD`.
   */
  date: string;
  /**
   * Format.
   */
  format: Format;
  /**
   * The encoding that its file was read in: `UTF-8`, `GB18030`, ….
   */
  encoding: string;
  /**
   * Whether it can be edited as text: UTF-8 Markdown or plain text that did not come with the program.
   */
  editable: boolean;
};

/**
 * A heading of a note.
 */
export type OutlineEntry = {
  /**
   * 1 is the highest.
   */
  level: number;
  /**
   * Without markup.
   */
  title: string;
  /**
   * Byte offset in the document's text.
   */
  at: number;
};

/**
 * A place in another note that links here.
 */
export type Link = {
  /**
   * The note that links.
   */
  document_id: number;
  /**
   * Its title.
   */
  title: string;
  /**
   * Its library.
   */
  library: string;
  /**
   * Its path.
   */
  path: string;
  /**
   * The line with the link.
   */
  context: string;
};

/**
 * A note to be read.
 */
export type NoteView = {
  /**
   * Which.
   */
  note: NoteInfo;
  /**
   * Safe HTML: see [`crate::render`].
   */
  html: string;
  /**
   * Its headings.
   */
  outline: Array<OutlineEntry>;
  /**
   * Pages, for formats with pages.
   */
  pages: number | null;
  /**
   * Characters of its text.
   */
  chars: number;
  /**
   * Whether only a part of it is in `html` and `outline`, for it is very long.
   */
  partial: boolean;
  /**
   * Notes that link to it.
   */
  backlinks: Array<Link>;
  /**
   * What the person should know.
   */
  notices: Array<string>;
};

/**
 * A note as its file is now, for editing.
 */
export type Source = {
  /**
   * Which.
   */
  document_id: number;
  /**
   * The file's text, line ends as `\n`.
   */
  text: string;
  /**
   * Names this state of the file.
   */
  hash: string;
  /**
   * What was typed and never reached the file.
   */
  draft: string | null;
};

/**
 * What became of an edit.
 */
export type Saved =
  | {
      type: 'saved';
      /**
       * The note.
       */
      document_id: number;
      /**
       * The file's state now.
       */
      hash: string;
    }
  | {
      type: 'conflict';
      /**
       * Its text now.
       */
      text: string;
      /**
       * Its state now.
       */
      hash: string;
    };

/**
 * A tag and how many notes have it.
 */
export type TagInfo = {
  /**
   * Without `#`.
   */
  tag: string;
  /**
   * Notes.
   */
  notes: number;
};

/**
 * A folder of a library and how many notes are in it and below.
 */
export type FolderInfo = {
  /**
   * Library name.
   */
  library: string;
  /**
   * Path relative to the library's folder.
   */
  folder: string;
  /**
   * Notes.
   */
  notes: number;
};

/**
 * Stable machine-readable codes; part of the JSON contract (`{"error":{"code",…}}`).
 */
export type ErrorCode =
  | 'invalid_input'
  | 'not_found'
  | 'nothing_to_ask'
  | 'busy'
  | 'data_too_new'
  | 'data_damaged'
  | 'model_unavailable'
  | 'download'
  | 'io'
  | 'cancelled'
  | 'internal';

/**
 * What every command is rejected with.
 */
export type Failure = {
  /**
   * Stable code.
   */
  code: ErrorCode;
  /**
   * What happened, and to which thing.
   */
  message: string;
  /**
   * What to do next; may be empty.
   */
  hint: string;
};

/**
 * Where a question or a search looks. Empty lists are no limit.
 */
export type Filter = {
  /**
   * Library names.
   */
  libraries: Array<string>;
  /**
   * Folders, as `library/folder`.
   */
  folders: Array<string>;
  /**
   * Tags.
   */
  tags: Array<string>;
  /**
   * Document ids.
   */
  notes: Array<number>;
  /**
   * `YYYY-MM-DD`, inclusive.
   */
  since: string | null;
  /**
   * `YYYY-MM-DD`, inclusive.
   */
  until: string | null;
};

/**
 * A question.
 */
export type AskRequest = {
  /**
   * The conversation it is asked in; none begins one.
   */
  conversation: number | null;
  /**
   * As typed.
   */
  question: string;
  /**
   * Replaces what is made of a follow-up.
   */
  standalone: string | null;
  /**
   * The turn that is asked again: it and what followed it are replaced, unless the new answer is stopped before its first sentence.
   */
  replaces: number | null;
  /**
   * Where it is asked.
   */
  filter: Filter;
  /**
   * Whether the notes' own sentences are wanted although a model could write.
   */
  extractive: boolean;
  /**
   * Another answer is wanted than those before; where there is none, what was answered stays.
   */
  instead: Instead | null;
};

/**
 * What was answered to a question that is asked again.
 */
export type Instead = {
  /**
   * How often it was asked again, this time included.
   */
  times: number;
  /**
   * What was cited.
   */
  shown: Array<Shown>;
};

/**
 * A passage of a note that was shown, in bytes of its text.
 */
export type Shown = {
  /**
   * The note.
   */
  document_id: number;
  /**
   * Where it begins.
   */
  start: number;
  /**
   * Where it ends.
   */
  end: number;
};

/**
 * An answered question.
 */
export type Asked = {
  /**
   * Its conversation now; none where the answer could not be kept (its notices say why).
   */
  conversation: ConversationInfo | null;
  /**
   * The question and its answer; the turn of before where nothing replaced it. The number of one that is not kept is below 0, and names it nowhere.
   */
  turn: Turn;
  /**
   * What is to be said of an answer that was stopped, or is no other one, and is not shown: what was sent to another machine for it.
   */
  told: Array<string>;
};

/**
 * A part of a line, in points from the upper left of its page.
 */
export type PageBox = {
  /**
   * 1-based.
   */
  page: number;
  /**
   * From the page's left.
   */
  left: number;
  /**
   * From the page's top.
   */
  top: number;
  /**
   * To the right.
   */
  width: number;
  /**
   * Downwards.
   */
  height: number;
};

/**
 * A page of a PDF.
 */
export type PageImage = {
  /**
   * In points.
   */
  width: number;
  /**
   * In points.
   */
  height: number;
  /**
   * Its picture, once `/` and a width in points of the screen are put behind it.
   */
  address: string;
};

/**
 * A note that got another name.
 */
export type Renamed = {
  /**
   * As it is called now.
   */
  note: NoteInfo;
  /**
   * What links to it by its old name and leads there no more; none if nothing does.
   */
  links: StaleLinks | null;
};

/**
 * Links that lead nowhere since a note got another name: they are the person's words, and are not touched unasked.
 */
export type StaleLinks = {
  /**
   * Names them in `update_links`.
   */
  number: number;
  /**
   * Titles of the notes that they stand in.
   */
  notes: Array<string>;
};

/**
 * What became of the links in one note.
 */
export type Relinked = {
  /**
   * Its title.
   */
  title: string;
  /**
   * Why they are as they were; none if they lead there again.
   */
  failure: Failure | null;
};

/**
 * A PDF to be looked at.
 */
export type Pages = {
  /**
   * Every page, in order.
   */
  pages: Array<PageImage>;
  /**
   * Where the asked bytes of the text are.
   */
  marks: Array<PageBox>;
};

/**
 * How far indexing is.
 */
export type SyncProgress = {
  /**
   * The library that is read, where only one is.
   */
  library: string | null;
  /**
   * What is done.
   */
  stage: 'scan' | 'read' | 'index' | 'embed' | 'graph';
  /**
   * Units finished.
   */
  done: number;
  /**
   * Units known.
   */
  total: number;
  /**
   * Units per second, once known.
   */
  rate: number | null;
  /**
   * Seconds left of this stage, once known.
   */
  remaining_s: number | null;
};

/**
 * What a question waits for.
 */
export type Waiting = {
  type: 'indexing';
  /**
   * How far.
   */
  progress: SyncProgress;
};

/**
 * What is told while a question is answered.
 */
export type AskEvent = AnswerEvent | Waiting;

/**
 * What a link opens.
 */
export type OpenTarget =
  | {
      type: 'note';
      /**
       * Which.
       */
      document_id: number;
      /**
       * Byte offset in its text.
       */
      start: number | null;
      /**
       * Byte offset of the end.
       */
      end: number | null;
    }
  | {
      type: 'conversation';
      /**
       * Which.
       */
      id: number;
    }
  | {
      type: 'question';
      /**
       * As written.
       */
      text: string;
    };

/**
 * What is dragged over the window: it decides what becomes of it.
 */
export type Dragged = 'folder' | 'image' | 'file';

/**
 * What happens without being asked for.
 */
export type AppEvent =
  | {
      type: 'notes_changed';
      /**
       * The catalog's generation.
       */
      generation: number;
    }
  | {
      type: 'sync';
      /**
       * How far.
       */
      progress: SyncProgress | null;
    }
  | {
      type: 'sync_failed';
      /**
       * Which.
       */
      error: Failure;
    }
  | {
      type: 'failed';
      /**
       * Why.
       */
      error: Failure;
    }
  | {
      type: 'open';
      /**
       * What.
       */
      target: OpenTarget;
    }
  | {
      type: 'folder_offered';
      /**
       * Names it in `add_offered`.
       */
      offer: number;
      /**
       * The folder's name, for the person.
       */
      name: string;
    }
  | {
      type: 'dragged';
      /**
       * What.
       */
      what: Dragged | null;
    }
  | {
      type: 'image_dropped';
      /**
       * Names it in `attach_dropped`.
       */
      offer: number;
      /**
       * Where in the page, in its own pixels.
       */
      x: number;
      /**
       * The same, down.
       */
      y: number;
    }
  | {
      type: 'model';
      /**
       * How far.
       */
      progress: ModelProgress;
    }
  | { type: 'closing' }
  | { type: 'quick_capture' };

/**
 * A text that was typed and did not reach its note's file.
 */
export type Draft = {
  /**
   * Names it.
   */
  number: number;
  /**
   * What it is called, or its note's file.
   */
  title: string;
  /**
   * Its first words.
   */
  words: string;
  /**
   * Whether the file is gone; otherwise it says something else, and both are shown when its note is opened.
   */
  orphan: boolean;
};

/**
 * What the person set.
 */
export type Settings = {
  /**
   * `system`, `zh` or `en`.
   */
  language: 'system' | 'zh' | 'en';
  /**
   * `system`, `light` or `dark`.
   */
  theme: 'system' | 'light' | 'dark';
  /**
   * 1 is normal.
   */
  text_scale: number;
  /**
   * A sign in the system's tray, where the window stays when it is closed.
   */
  tray: boolean;
  /**
   * A key combination that opens a quick note, from anywhere.
   */
  hotkey: string | null;
  /**
   * The program that notes are opened with; none for the system's choice.
   */
  editor_command: string | null;
  /**
   * The folder that new notes go into.
   */
  notes_folder: string;
};

/**
 * The model that writes answers.
 */
export type WriterInfo = {
  /**
   * Its name.
   */
  name: string;
  /**
   * The host that questions and passages are sent to; none where they stay on this machine.
   */
  sends_to: string | null;
};

/**
 * The program.
 */
export type AppInfo = {
  /**
   * Of the program.
   */
  version: string;
  /**
   * Where the index is.
   */
  data_folder: string;
  /**
   * Memory of the program, without the page's; none where the system does not say.
   */
  memory_bytes: number | null;
  /**
   * The model that writes answers, if one does.
   */
  writer: WriterInfo | null;
  /**
   * `linux`, `macos` or `windows`.
   */
  platform: 'linux' | 'macos' | 'windows';
};

/**
 * What a model does.
 */
export type ModelKind = 'embedder' | 'reranker' | 'generator';

/**
 * A model behind an address instead of on the disk.
 */
export type Elsewhere = {
  /**
   * Its host, with the port.
   */
  host: string;
  /**
   * Its name there.
   */
  model: string;
  /**
   * Whether that is this machine after all.
   */
  local: boolean;
};

/**
 * A model.
 */
export type ModelInfo = {
  /**
   * Names it in calls.
   */
  name: string;
  /**
   * What it does.
   */
  kind: ModelKind;
  /**
   * Whether it is on this machine.
   */
  installed: boolean;
  /**
   * Whether the person chose it, be it here or not.
   */
  chosen: boolean;
  /**
   * Whether it is in use.
   */
  used: boolean;
  /**
   * Whether its vectors are being made; it is in use afterwards.
   */
  preparing: boolean;
  /**
   * Whether it is inside the program.
   */
  bundled: boolean;
  /**
   * Where it is asked, for one that is not on the disk.
   */
  elsewhere: Elsewhere | null;
  /**
   * Languages it is made for.
   */
  languages: string;
  /**
   * SPDX name of its licence.
   */
  licence: string;
  /**
   * Bytes to download, or on the disk.
   */
  download_bytes: number;
  /**
   * Bytes of memory in use, approximate; none where nobody knows.
   */
  memory_bytes: number | null;
  /**
   * Whether it fits into the memory that is free; none where nobody knows, and for other kinds than generators.
   */
  fits: boolean | null;
  /**
   * Tokens per second that it is expected to write on this machine; none for other kinds than generators.
   */
  tokens_per_s: number | null;
  /**
   * Whether it is the one generator that suits this machine best.
   */
  suggested: boolean;
};

/**
 * How far a model on its way here is.
 */
export type ModelProgress = {
  /**
   * Which.
   */
  name: string;
  /**
   * What is done.
   */
  stage: 'download' | 'mirror' | 'check' | 'embed';
  /**
   * Bytes, or passages, finished.
   */
  done: number;
  /**
   * Of so many.
   */
  total: number;
};
