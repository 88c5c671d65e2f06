// Folders of notes, in the page: the fake notes by library, files that were skipped, and an indexing that takes a moment.

import type { LibrariesBackend } from '../contract';
import { byteLength } from '../utf8';
import type { LedgerEntry, LibraryInfo, SkipReason, SyncProgress } from '../wire';
import { chunksOf, corpus, OWN_LIBRARY, SHIPPED_LIBRARY } from './corpus';
import { currentGeneration, emit, notesChanged } from './events';
import { pause, repeated, scene } from './scene';
import { legs } from './workshop';

interface Library {
  id: number;
  name: string;
  folder: string;
  shipped: boolean;
  present: boolean;
  synced: boolean;
}

const failing = {
  code: 'data_damaged',
  message: 'the catalog is damaged: database disk image is malformed',
  hint: 'move `catalog.sqlite` away and run `sidenote sync`: your notes are untouched and are indexed again',
};
const full = {
  code: 'io',
  message: 'cannot write catalog.sqlite: no space left on the disk',
  hint: 'free some space and try again',
};

const SKIPPED: [name: string, reason: SkipReason, detail: string, size: number][] = [
  ['附件/扫描的合同.pdf', 'no_text_layer', 'its pages are pictures without a text layer; recognise it with OCR first', 8_412_233],
  ['附件/密码.pdf', 'encrypted', 'it needs a password; save it without one', 93_120],
  ['inbox/export.txt', 'binary', 'the file holds binary data, not text', 20_480],
  ['inbox/empty.md', 'empty', 'the file has no text', 2],
  ['inbox/日志.md', 'too_large', 'the file has 52 MiB; the limit is 32 MiB', 52_428_800],
];

let shelf: Library[] = [
  { id: 1, name: OWN_LIBRARY, folder: '/home/lin/Documents/Sidenote', shipped: false, present: true, synced: true },
  { id: 2, name: SHIPPED_LIBRARY, folder: '/usr/share/sidenote/notes', shipped: true, present: true, synced: true },
];
if (scene('many'))
  shelf.push({ id: 3, name: 'archive', folder: '/home/lin/archive', shipped: false, present: true, synced: true });
if (scene('nested'))
  shelf.push({ id: 5, name: 'Documents', folder: '/home/lin/Documents', shipped: false, present: true, synced: true });
if (scene('missing'))
  shelf.push({ id: 4, name: 'usb', folder: '/media/lin/usb/notes', shipped: false, present: false, synced: true });
if (scene('empty')) shelf = [];

const skipped: LedgerEntry[] = scene('empty')
  ? []
  : SKIPPED.map(([document, reason, detail, size], index) => ({
      library: OWN_LIBRARY,
      document,
      document_id: 900 + index,
      state: 'skipped',
      reason,
      detail,
      size,
      chars: 0,
      furniture_chars: 0,
      chunks: 0,
      warnings: [],
    }));

const ignored = new Set<string>();

function ledgerOf(library: string): LedgerEntry[] {
  const read = corpus.notes
    .filter((note) => note.library === library)
    .map((note): LedgerEntry => {
      const left = ignored.has(`${library}/${note.path}`);
      return {
        library,
        document: note.path,
        document_id: note.id,
        state: left ? 'skipped' : 'indexed',
        reason: left ? 'ignored' : null,
        detail: null,
        size: byteLength(note.text),
        chars: left ? 0 : [...note.text].length,
        furniture_chars: 0,
        chunks: left ? 0 : chunksOf(note).length,
        warnings: note.path.startsWith('Meeting')
          ? repeated(['The front matter has a date without a time zone; the local one was taken.'])
          : [],
      };
    });
  const left = skipped
    .filter((entry) => entry.library === library)
    .map((entry) =>
      ignored.has(`${library}/${entry.document}`) ? { ...entry, reason: 'ignored' as const, detail: null } : entry,
    );
  return [...read, ...left].sort((a, b) => a.document.localeCompare(b.document, 'zh'));
}

function info(library: Library): LibraryInfo {
  const rows = library.present ? ledgerOf(library.name) : [];
  const read = rows.filter((row) => row.state === 'indexed');
  return {
    ...library,
    own: library.name === OWN_LIBRARY,
    apart: shelf.filter((other) => other.folder.startsWith(`${library.folder}/`)).map((other) => other.name),
    indexed: library.synced ? read.length : 0,
    skipped: rows.length - read.length,
    chunks: library.synced ? read.reduce((sum, row) => sum + row.chunks, 0) : 0,
    chars: read.reduce((sum, row) => sum + row.chars, 0),
    furniture_chars: 0,
  };
}

function find(id: number): Library {
  const library = shelf.find((each) => each.id === id);
  if (!library) throw { code: 'not_found', message: `there is no library with the id ${id}`, hint: 'it was removed meanwhile' };
  return library;
}

let running: AbortController | null = null;

/** Tells of an indexing, step by step, as the program does. */
async function index(library: string | null, files: number): Promise<void> {
  running?.abort();
  const call = new AbortController();
  running = call;
  const stages: [SyncProgress['stage'], number, number][] = [
    ['scan', files, 1],
    ['read', files, 12],
    ['index', files * 9, 2],
    ['embed', files * 9, 10],
  ];
  for (const [stage, total, steps] of stages) {
    for (let step = 0; step <= steps; step++) {
      const done = Math.round((total * step) / steps);
      const rate = step > 1 ? (stage === 'embed' ? 1450.4 : 212.7) : null;
      emit({ type: 'sync', progress: { library, stage, done, total, rate, remaining_s: rate ? (total - done) / rate : null } });
      await pause(40, call.signal);
      if (call.signal.aborted) return;
    }
  }
  if (running === call) running = null;
  emit({ type: 'sync', progress: null });
  notesChanged();
}

async function added(name: string, folder: string): Promise<LibraryInfo> {
  await pause(30);
  if (scene('full')) throw full;
  if (shelf.some((library) => library.name === name))
    throw { code: 'invalid_input', message: `there already is a library named \`${name}\``, hint: 'it may be the same folder' };
  const library: Library = { id: 10 + shelf.length, name, folder, shipped: false, present: true, synced: false };
  shelf.push(library);
  const first = Math.max(0, ...corpus.notes.map((note) => note.id)) + 1;
  for (let n = 0; n < 24; n++) {
    const title = `Week ${n + 1}`;
    const text = `---\ntags: [research]\n---\n# ${title}\n\nThe greenhouse sensor logged ${40 + n} readings 温室传感器。\n`;
    const path = `2026/week-${n + 1}.md`;
    corpus.notes.push({
      id: first + n,
      library: name,
      path,
      title,
      tags: ['research'],
      date: '2026-03-10',
      format: 'markdown',
      encoding: 'UTF-8',
      editable: true,
      text,
    });
  }
  void index(name, 24).then(() => {
    library.synced = true;
    notesChanged();
  });
  return info(library);
}

if (scene('indexing')) {
  const started = setInterval(() => {
    const done = Math.min(8200, Math.round(performance.now() / 10));
    emit({
      type: 'sync',
      progress: { library: SHIPPED_LIBRARY, stage: 'embed', done, total: 8400, rate: 100, remaining_s: (8400 - done) / 100 },
    });
  }, 100);
  running = new AbortController();
  running.signal.addEventListener('abort', () => clearInterval(started));
}

export const libraries: LibrariesBackend = {
  async status() {
    await pause(10);
    if (scene('failing')) throw failing;
    const infos = shelf.map(info);
    const chunks = infos.reduce((sum, library) => sum + library.chunks, 0);
    return {
      version: 1,
      data_folder: '/home/lin/.local/share/sidenote',
      generation: currentGeneration(),
      synced_at: shelf.length ? '2026-11-23T01:02:03Z' : null,
      stale_files: 0,
      documents: infos.reduce((sum, library) => sum + library.indexed, 0),
      chunks,
      libraries: infos,
      legs: legs(chunks, currentGeneration()),
      files: null,
      notices: [],
    };
  },

  async ledger(id) {
    await pause(20);
    if (scene('failing')) throw failing;
    return ledgerOf(find(id).name);
  },

  add: () => added('research', '/home/lin/research'),
  addOffered: (offer) => added(`dropped-${offer}`, `/home/lin/dropped-${offer}`),

  async remove(id) {
    await pause(20);
    if (scene('full')) throw full;
    const { name } = find(id);
    shelf = shelf.filter((library) => library.id !== id);
    corpus.notes = corpus.notes.filter((note) => note.library !== name);
    notesChanged();
  },

  async sync(id, documents) {
    await pause(10);
    if (scene('full')) throw full;
    const name = id === null ? null : find(id).name;
    const files = documents?.length ?? corpus.notes.filter((note) => name === null || note.library === name).length;
    void index(name, files);
  },

  async stopSync() {
    await pause(5);
    running?.abort();
    running = null;
    emit({ type: 'sync', progress: null });
  },

  async ignore(id, document, on) {
    await pause(10);
    if (scene('full')) throw full;
    const key = `${find(id).name}/${document}`;
    if (on) ignored.add(key);
    else ignored.delete(key);
    notesChanged();
  },
};
