// Writing notes, on a disk that is a list in the page. `window.fakeDisk` lets a test do what another program would: change a file, fill the disk. The
// scene `conflict` changes a note once while it is being edited; `failing` has no room for writes.

import type { NotesBackend } from '../contract';
import type { Failure, NoteInfo } from '../wire';
import { corpus, infoOf, noteById, OWN_LIBRARY, type FakeNote } from './corpus';
import { notesChanged as indexed } from './events';
import { pause, scene } from './scene';

type Writing = Pick<
  NotesBackend,
  | 'source'
  | 'create'
  | 'copyToOwn'
  | 'save'
  | 'draft'
  | 'drafts'
  | 'keepDraft'
  | 'discardDraft'
  | 'remove'
  | 'rename'
  | 'updateLinks'
  | 'attach'
  | 'attachDropped'
  | 'attachCopied'
>;

/** Left by an earlier run. */
let left: { number: number; title: string; words: string; orphan: boolean }[] = scene('left')
  ? [
      { number: 1, title: '会议记录', words: '周三的会改到周五，地点不变。', orphan: true },
      { number: 2, title: 'Reading list', words: 'Two more papers on retrieval.', orphan: false },
    ]
  : [];
const drafts = new Map<number, string>();
const meddled = new Set<number>();
let room = true;
let images = 0;
let copied = false;
let stale: { other: FakeNote; old: string; now: string }[] = [];

/** As after indexing: a moment later. */
function notesChanged(): void {
  setTimeout(indexed, 150);
}

const full: Failure = {
  code: 'io',
  message: 'the note could not be written: no space left on the disk',
  hint: 'Make room on the disk; the text is kept and written as soon as there is some.',
};

function demandRoom(): void {
  if (!room || scene('failing')) throw full;
}

/** FNV-1a. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16);
}

function reread(note: FakeNote): void {
  const head = /^---\n([\s\S]*?)\n---\n/.exec(note.text)?.[1] ?? '';
  const name = note.path.slice(note.path.lastIndexOf('/') + 1).replace(/\.md$/, '');
  note.title = /^title:\s*(.+)$/m.exec(head)?.[1]?.trim() ?? /^#\s+(.+)$/m.exec(note.text)?.[1]?.trim() ?? name;
  const list = /^tags:\s*\[(.*)\]/m.exec(head)?.[1];
  note.tags = list
    ? list
        .split(',')
        .map((tag) => tag.trim().replace(/^"|"$/g, ''))
        .filter(Boolean)
    : [];
}

function write(note: FakeNote, text: string): void {
  note.text = text;
  reread(note);
  notesChanged();
}

function free(title: string, but?: FakeNote): string {
  const base =
    title
      .replace(/[\\/:*?"<>|]/g, ' ')
      .trim()
      .slice(0, 80) || 'Note';
  const taken = new Set(corpus.notes.filter((note) => note.library === OWN_LIBRARY && note !== but).map((note) => note.path));
  let path = `${base}.md`;
  for (let n = 2; taken.has(path); n += 1) path = `${base} ${n}.md`;
  return path;
}

function add(title: string, text: string): NoteInfo {
  const id = Math.max(1000, ...corpus.notes.map((note) => note.id)) + 1;
  const note: FakeNote = {
    id,
    library: OWN_LIBRARY,
    path: free(title),
    title,
    tags: [],
    date: '2026-03-09',
    format: 'markdown',
    encoding: 'UTF-8',
    editable: true,
    text,
  };
  corpus.notes.push(note);
  write(note, text);
  return infoOf(note);
}

export const writing: Writing = {
  async source(id) {
    await pause(30);
    const { text, path } = noteById(id);
    if (scene('heavy'))
      throw {
        code: 'invalid_input',
        message: `\`/home/lin/Documents/Sidenote/${path}\` has 12 MB: notes of up to 8 MB can be edited here`,
        hint: 'open it in your own editor; it is still searched and cited',
      } satisfies Failure;
    return { document_id: id, text, hash: hashOf(text), draft: drafts.get(id) ?? null };
  },
  async create(title, text) {
    await pause(60);
    demandRoom();
    return add(title, text);
  },
  async copyToOwn(id) {
    await pause(60);
    demandRoom();
    const note = noteById(id);
    return add(note.title, note.text);
  },
  async save(id, text, hash) {
    await pause(60);
    const note = noteById(id);
    if (scene('conflict') && !meddled.has(id)) {
      meddled.add(id);
      fakeDisk.change(
        id,
        note.text.replace('Monday', 'Wednesday').replace('敏而好学', '敏而好学（论语）') + '\nAdded by another program.\n',
      );
    }
    if (hashOf(note.text) !== hash) return { type: 'conflict', text: note.text, hash: hashOf(note.text) };
    demandRoom();
    write(note, text);
    return { type: 'saved', document_id: id, hash: hashOf(text) };
  },
  async draft(id, text) {
    await pause(5);
    if (text === null) drafts.delete(id);
    else drafts.set(id, text);
  },
  async drafts() {
    await pause(10);
    return left;
  },
  async keepDraft(number) {
    await pause(60);
    demandRoom();
    const { title, words } = left.find((each) => each.number === number) ?? { title: '', words: '' };
    left = left.filter((each) => each.number !== number);
    return add(title, `# ${title}\n\n${words}\n`);
  },
  async discardDraft(number) {
    await pause(10);
    left = left.filter((each) => each.number !== number);
  },
  async remove(id) {
    await pause(60);
    demandRoom();
    noteById(id);
    corpus.notes = corpus.notes.filter((note) => note.id !== id);
    drafts.delete(id);
    notesChanged();
  },
  async rename(id, title) {
    await pause(60);
    demandRoom();
    const note = noteById(id);
    const was = note.title;
    note.path = free(title, note);
    const heading = /^#\s+.+$/m;
    write(note, heading.test(note.text) ? note.text.replace(heading, () => `# ${title}`) : note.text);
    note.title = title;
    const linking = corpus.notes.filter((other) => other !== note && other.text.includes(`[[${was}]]`));
    if (linking.length === 0) return { note: infoOf(note), links: null };
    stale = linking.map((other) => ({ other, old: `[[${was}]]`, now: `[[${title}]]` }));
    return { note: infoOf(note), links: { number: 1, notes: linking.map((other) => other.title) } };
  },
  async updateLinks() {
    await pause(60);
    const done = stale;
    stale = [];
    return done.map(({ other, old, now }) => {
      const failure = room ? null : full;
      if (room) write(other, other.text.replaceAll(old, now));
      return { title: other.title, failure };
    });
  },
  async attach(_id, image) {
    await pause(120);
    demandRoom();
    if (image.bytes.length === 0) {
      throw { code: 'invalid_input', message: 'the image is empty', hint: 'Copy it again.' } satisfies Failure;
    }
    images += 1;
    return `![](attachments/image-${images}.${image.mime.slice('image/'.length)})`;
  },
  async attachDropped(_id, offer) {
    await pause(120);
    demandRoom();
    return `![](attachments/dropped-${offer}.png)`;
  },
  async attachCopied() {
    await pause(120);
    demandRoom();
    return copied ? '![](attachments/copied.png)' : null;
  },
};

/** What happens to the files without the program: for tests. */
export const fakeDisk = {
  text: (id: number): string => noteById(id).text,
  idOf: (title: string): number => corpus.notes.find((note) => note.title === title)?.id ?? -1,
  draft: (id: number): string | null => drafts.get(id) ?? null,
  change(id: number, text: string): void {
    write(noteById(id), text);
  },
  /** Another program deletes it. */
  lose(id: number): void {
    corpus.notes = corpus.notes.filter((note) => note.id !== id);
    notesChanged();
  },
  /** The index knows it no more, as one that holds nothing. */
  unlist(id: number): void {
    noteById(id).unlisted = true;
    notesChanged();
  },
  /** A draft as an earlier run would have left it. */
  leave(id: number, text: string): void {
    drafts.set(id, text);
  },
  /** An image lies on the clipboard, as the page of WebKitGTK is not told. */
  copy(isThere: boolean): void {
    copied = isThere;
  },
  fill(isFull: boolean): void {
    room = !isFull;
  },
  own: (): { id: number; path: string; text: string }[] =>
    corpus.notes.filter((note) => note.library === OWN_LIBRARY).map(({ id, path, text }) => ({ id, path, text })),
};
Object.assign(globalThis, { fakeDisk });
