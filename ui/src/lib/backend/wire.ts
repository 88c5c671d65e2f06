// What crosses the border between window and engine, as JSON. GENERATED from the Rust types (crates/engine/src/wire, src-tauri/src/wire.rs):
// change those, not this file. Offsets are bytes of UTF-8 in a document's text (see utf8.ts).

export type Outcome = 'answered' | 'not_in_notes' | 'cancelled';
export type Support = 'supported' | 'partly' | 'unsupported';
export type Answerer = { kind: string; model: string | null };
export type FollowUp = { kind: string; turn: number | null; subject: string | null };
export type Sentence = { text: string; support: Support; citations: number[] };
export type Citation = {
  n: number;
  passage: number;
  library: string;
  document: string;
  document_id: number;
  title: string;
  heading: string[];
  before: string;
  quote: string;
  after: string;
  start: number;
  end: number;
  line: number;
  page: number | null;
};
export type AlsoIn = { library: string; document: string; title: string; line: number };
export type Scores = {
  reranked: number | null;
  fused: number;
  lexical: number | null;
  lexical_rank: number | null;
  vector: number | null;
  vector_rank: number | null;
  cross_encoder: number | null;
};
export type Passage = {
  library: string;
  document: string;
  document_id: number;
  title: string;
  heading: string[];
  text: string;
  start: number;
  end: number;
  line: number;
  page: number | null;
  highlights: [number, number][];
  also_in: AlsoIn[];
  scores: Scores;
};
export type Timings = Record<string, number>;
export type Answer = {
  version: number;
  question: string;
  standalone_question: string;
  followup: FollowUp | null;
  outcome: Outcome;
  confidence: number;
  answerer: Answerer;
  answer: string;
  sentences: Sentence[];
  citations: Citation[];
  passages: Passage[];
  notices: string[];
  timings_ms: Timings;
  generation: number;
};
export type Search = {
  version: number;
  query: string;
  hits: Passage[];
  notices: string[];
  timings_ms: Timings;
  generation: number;
};
export type ExplainedTerm = { term: string; chunks: number; matched: boolean };
export type Explanation = {
  version: number;
  query: string;
  best: Passage | null;
  rank: number | null;
  shown: number;
  terms: ExplainedTerm[];
  first: Scores | null;
  reasons: string[];
  notices: string[];
  generation: number;
};
export type LibraryInfo = {
  id: number;
  name: string;
  folder: string;
  shipped: boolean;
  /** The library that new notes go into. */
  own: boolean;
  /** Whether its folder is there now. */
  present: boolean;
  synced: boolean;
  indexed: number;
  skipped: number;
  chunks: number;
  chars: number;
  furniture_chars: number;
};
export type LedgerEntry = {
  library: string;
  document: string;
  /** Names the row in calls; null for a name that is not UTF-8. */
  document_id: number | null;
  state: 'indexed' | 'skipped';
  reason: string | null;
  detail: string | null;
  size: number;
  chars: number;
  furniture_chars: number;
  chunks: number;
  warnings: string[];
};
export type Legs = {
  lexical_generation: number | null;
  embedder: string | null;
  embedder_problem: string | null;
  vector_generation: number | null;
  embedded: number;
  vector_search: 'exact' | 'graph';
  next_embedder: string | null;
  next_embedded: number;
  reranker: string | null;
};
export type Status = {
  version: number;
  data_folder: string;
  generation: number;
  synced_at: string | null;
  stale_files: number;
  documents: number;
  chunks: number;
  libraries: LibraryInfo[];
  legs: Legs;
  files: LedgerEntry[] | null;
  notices: string[];
};

/** Where a question or a search looks. Empty lists are no limit. */
export type Filter = {
  libraries: string[];
  /** Folders, as `library/folder`. */
  folders: string[];
  tags: string[];
  /** Document ids. */
  notes: number[];
  /** `YYYY-MM-DD`, inclusive. */
  since: string | null;
  until: string | null;
};

/** A step of an answer that a model writes, in the order in which they come. The whole answer follows as the result of the call. */
export type AnswerEvent =
  /** The notes answer, and the model begins. */
  | { type: 'started'; standalone_question: string; answerer: Answerer; passages: Passage[] }
  /** Text as it is written: not yet verified. */
  | { type: 'piece'; text: string }
  /** A sentence is complete and was verified; it takes the place of the pieces since the one before. */
  | { type: 'sentence'; index: number; sentence: Sentence; item: boolean; citations: Citation[] }
  /** What was written is void: the notes' own sentences take its place. */
  | { type: 'replaced'; reason: string }
  | { type: 'done'; outcome: Outcome };

export type Mark = 'right' | 'wrong';
/** What became of a citation since it was made. `exact`: as it was. `moved`: the same words elsewhere in the note. `changed`: the note has other
 *  words there now. `gone`: the note is gone. */
export type CitationNow = {
  n: number;
  state: 'exact' | 'moved' | 'changed' | 'gone';
  document_id: number | null;
  start: number;
  end: number;
  /** With `changed`: what stands there now. */
  text: string | null;
};
export type Turn = {
  id: number;
  asked_at: string;
  filter: Filter;
  answer: Answer;
  mark: Mark | null;
  citations_now: CitationNow[];
};
export type ConversationInfo = { id: number; title: string; updated_at: string; turns: number; snippet: string | null };
export type Conversation = { id: number; title: string; updated_at: string; turns: Turn[] };

export type NoteInfo = {
  id: number;
  library: string;
  path: string;
  title: string;
  tags: string[];
  /** `YYYY-MM-DD`. */
  date: string;
  format: 'markdown' | 'plain' | 'html' | 'pdf' | 'docx' | 'epub' | 'ipynb';
  /** Whether it can be edited here: text that is not shipped with the program. */
  editable: boolean;
};
export type OutlineEntry = { level: number; title: string; at: number };
export type Link = {
  document_id: number;
  title: string;
  library: string;
  path: string;
  /** The line around it. */ context: string;
};
export type NoteView = {
  note: NoteInfo;
  /** Safe HTML. Every run of text is in an element with `data-at`: the byte offset of its first character in the document's text. */
  html: string;
  outline: OutlineEntry[];
  pages: number | null;
  chars: number;
  backlinks: Link[];
  notices: string[];
};
export type Related = { passage: Passage };
/** A note as it is on disk, for editing. */
export type Source = {
  document_id: number;
  text: string;
  hash: string;
  /** What was typed here and never reached the file, if anything. */ draft: string | null;
};
export type Saved =
  | { type: 'saved'; document_id: number; hash: string }
  /** The file changed since it was read; nothing was written. */
  | { type: 'conflict'; text: string; hash: string };
export type TagInfo = { tag: string; notes: number };
export type FolderInfo = { library: string; folder: string; notes: number };

export type SyncProgress = {
  library: string | null;
  stage: 'scan' | 'read' | 'index' | 'embed' | 'graph';
  done: number;
  total: number;
  /** Units per second, once known. */
  rate: number | null;
  remaining_s: number | null;
};

export type ModelKind = 'embedder' | 'reranker' | 'generator';
export type ModelInfo = {
  name: string;
  kind: ModelKind;
  installed: boolean;
  used: boolean;
  bundled: boolean;
  languages: string;
  licence: string;
  download_bytes: number;
  memory_bytes: number;
  about: string;
};
export type ModelProgress = { name: string; stage: 'download' | 'check' | 'embed'; done: number; total: number };

export type Settings = {
  language: 'system' | 'zh' | 'en';
  theme: 'system' | 'light' | 'dark';
  /** 1 is normal; 0.8 to 1.6. */
  text_scale: number;
  tray: boolean;
  hotkey: string | null;
  editor_command: string | null;
  notes_folder: string;
};
export type AppInfo = { version: string; data_folder: string; memory_bytes: number; platform: 'linux' | 'macos' | 'windows' };

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
/** What every call is rejected with. */
export type Failure = { code: ErrorCode; message: string; hint: string };

/** What happens without being asked for. */
export type AppEvent =
  /** Notes have changed: lists, results and open notes may be outdated. */
  | { type: 'notes_changed'; generation: number }
  /** Indexing goes on in the background; null when it is finished. */
  | { type: 'sync'; progress: SyncProgress | null }
  | { type: 'sync_failed'; error: Failure }
  /** Something should be opened: a `sidenote://` link, or a second start of the program. */
  | { type: 'open'; target: OpenTarget }
  /** A folder was dropped on the window or handed to the program; add it with `addOffered`. */
  | { type: 'folder_offered'; offer: number; name: string }
  | { type: 'model'; progress: ModelProgress }
  | { type: 'quick_capture' };
export type OpenTarget =
  | { type: 'note'; document_id: number; start: number | null; end: number | null }
  | { type: 'conversation'; id: number }
  | { type: 'question'; text: string };
