// Everything the window can ask of the program. Ids go in, never paths. Every promise is rejected with a `Failure`. Calls that take a while report
// through a callback and end early on `signal`. Two implementations: tauri.ts (the program) and fake/ (in the page, for tests and design).

import type * as w from './wire';

/** Questions and the conversations they are kept in. */
export interface AskBackend {
  /** Asks in a conversation; null begins one. Aborting keeps what was written, with outcome `cancelled`. `standalone` replaces what is made of a follow-up;
   *  `replaces` is the turn that is asked again: it and what followed it are replaced, unless the new answer is stopped before its first sentence. */
  ask(
    request: {
      conversation: number | null;
      question: string;
      standalone?: string | null;
      replaces?: number | null;
      filter: w.Filter;
      extractive?: boolean;
      instead?: w.Instead;
    },
    onEvent: (event: w.AskEvent) => void,
    signal: AbortSignal,
  ): Promise<w.Asked>;
  /** Newest first; those that hold the words, where some are given. */
  conversations(query: string | null): Promise<w.ConversationInfo[]>;
  /** Its citations are looked up in the notes as they are now. */
  conversation(id: number): Promise<w.Conversation>;
  rename(id: number, title: string): Promise<void>;
  remove(id: number): Promise<void>;
  /** As Markdown with footnotes: a whole conversation, or one turn. */
  markdown(id: number, turn: number | null): Promise<string>;
  /** Asks where, and writes it there; false if the person thought better of it. */
  exportMarkdown(id: number): Promise<boolean>;
  mark(turn: number, mark: w.Mark | null): Promise<void>;
  /** Questions that the notes answer: about a turn, or to begin with. */
  suggestions(turn: number | null): Promise<string[]>;
  /** Saves an answer as a note with its footnotes, in the person's own folder. */
  saveAsNote(turn: number): Promise<w.NoteInfo>;
}

/** Looking things up. */
export interface SearchBackend {
  search(query: string, filter: w.Filter, limit: number, signal: AbortSignal): Promise<w.Search>;
  explain(query: string, filter: w.Filter, document: number): Promise<w.Explanation>;
  tags(): Promise<w.TagInfo[]>;
  folders(): Promise<w.FolderInfo[]>;
}

/** Reading and writing notes. */
export interface NotesBackend {
  /** Every note, by title. */
  list(): Promise<w.NoteInfo[]>;
  /** Of a very long note the part around a byte of its text. */
  view(id: number, at: number): Promise<w.NoteView>;
  /** A PDF's pages, and where bytes of its text are on them. */
  pages(id: number, start: number, end: number): Promise<w.Pages>;
  related(id: number, start: number, end: number): Promise<w.Passage[]>;
  openExternally(id: number): Promise<void>;
  reveal(id: number): Promise<void>;
  source(id: number): Promise<w.Source>;
  /** Makes a note in the person's own folder. The file's name comes from the title. */
  create(title: string, text: string): Promise<w.NoteInfo>;
  /** A shipped note becomes a note of one's own first. */
  copyToOwn(id: number): Promise<w.NoteInfo>;
  /** Writes if the file still is what was read (`hash`). */
  save(id: number, text: string, hash: string): Promise<w.Saved>;
  /** Keeps what was typed until it reached the file; null forgets it. */
  draft(id: number, text: string | null): Promise<void>;
  /** What was typed and did not reach its file, from earlier: the file is gone, or says something else. */
  drafts(): Promise<w.Draft[]>;
  /** A draft becomes a note of its own. */
  keepDraft(draft: number): Promise<w.NoteInfo>;
  discardDraft(draft: number): Promise<void>;
  /** Into the system's trash. */
  remove(id: number): Promise<void>;
  /** Also tells which notes link to it by its old name: their files are not touched. */
  rename(id: number, title: string): Promise<w.Renamed>;
  /** Has these links lead to it again, and tells of each note whether they do. */
  updateLinks(links: number): Promise<w.Relinked[]>;
  /** Stores a pasted image beside the note; the Markdown that shows it. */
  attach(id: number, image: { mime: string; bytes: Uint8Array }): Promise<string>;
  /** Likewise an image that was dropped on the window (`image_dropped`). */
  attachDropped(id: number, offer: number): Promise<string>;
  /** Likewise the image on the clipboard, which a page under WebKitGTK is not given; null where there is none. */
  attachCopied(id: number): Promise<string | null>;
}

/** Folders of notes and their state. */
export interface LibrariesBackend {
  status(): Promise<w.Status>;
  ledger(library: number): Promise<w.LedgerEntry[]>;
  /** Asks for a folder; null if the person thought better of it. It is indexed in the background. */
  add(): Promise<w.LibraryInfo | null>;
  addOffered(offer: number): Promise<w.LibraryInfo>;
  /** Forgets it; its files stay. */
  remove(library: number): Promise<void>;
  /** Looks at everything (or one library, or the named files of it) again, in the background. */
  sync(library: number | null, documents?: string[]): Promise<void>;
  stopSync(): Promise<void>;
  /** A file that is to be left alone from now on, or no longer. */
  ignore(library: number, document: string, ignored: boolean): Promise<void>;
}

/** Models, settings, and the program itself. */
export interface AppBackend {
  info(): Promise<w.AppInfo>;
  settings(): Promise<w.Settings>;
  saveSettings(settings: w.Settings): Promise<w.Settings>;
  chooseNotesFolder(): Promise<w.Settings | null>;
  models(): Promise<w.ModelInfo[]>;
  pullModel(name: string, onProgress: (progress: w.ModelProgress) => void, signal: AbortSignal): Promise<void>;
  /** From a file that the person picks: a `.gguf`, or the `.onnx` in a folder with a model's files. Null if the person thought better of it. */
  importModel(): Promise<w.ModelInfo | null>;
  useModel(name: string): Promise<void>;
  /** Stops using the model of a kind that the program can do without. */
  useNone(kind: 'reranker' | 'generator'): Promise<void>;
  removeModel(name: string): Promise<void>;
  /** Calls back for what happens without being asked for; once, at start. */
  events(onEvent: (event: w.AppEvent) => void): Promise<void>;
  /** The window goes: after `closing`, once everything is written. */
  close(): Promise<void>;
  /** The window stays: after `closing`, until the person has decided. Without it or `close` the window goes by itself. */
  stay(): Promise<void>;
  /** Someone is at the window: for a second from now, work in the background leaves them the processor. */
  present(): Promise<void>;
  copy(text: string): Promise<void>;
  openLink(url: string): Promise<void>;
}

export interface Backend {
  ask: AskBackend;
  search: SearchBackend;
  notes: NotesBackend;
  libraries: LibrariesBackend;
  app: AppBackend;
}
