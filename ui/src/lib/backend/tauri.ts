// The program's commands, over Tauri's bridge. The only file that knows there is a shell around the page.

import { Channel, invoke, type InvokeArgs, type InvokeOptions } from '@tauri-apps/api/core';
import type { Backend } from './contract';
import type * as w from './wire';
import { systemLanguage } from '../i18n/index.svelte';

let jobs = 0;

/** A call that can be stopped: the program knows it by a number. */
async function stoppable<T>(signal: AbortSignal, call: (job: number) => Promise<T>): Promise<T> {
  const job = ++jobs;
  // What became of the call, the call itself says.
  const stop = (): void => void invoke('stop', { job }).catch(() => undefined);
  signal.addEventListener('abort', stop);
  try {
    return await call(job);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** What the bridge itself rejects with is a text. */
async function call<T>(command: string, args?: InvokeArgs, options?: InvokeOptions): Promise<T> {
  try {
    return await invoke<T>(command, args, options);
  } catch (reason) {
    if (typeof reason === 'object' && reason !== null && 'code' in reason) throw reason;
    const failure: w.Failure = { code: 'internal', message: String(reason), hint: 'please report this as a bug' };
    throw failure;
  }
}

function channel<T>(on: (message: T) => void): Channel<T> {
  const made = new Channel<T>();
  made.onmessage = on;
  return made;
}

export const tauri: Backend = {
  ask: {
    ask: (request, onEvent, signal) => stoppable(signal, (job) => call('ask', { job, request, events: channel(onEvent) })),
    conversations: (query) => call('conversations', { query }),
    conversation: (id) => call('conversation', { id }),
    rename: (id, title) => call('rename_conversation', { id, title }),
    remove: (id) => call('remove_conversation', { id }),
    markdown: (id, turn) => call('markdown', { id, turn }),
    exportMarkdown: (id) => call('export_markdown', { id }),
    mark: (turn, mark) => call('mark', { turn, mark }),
    suggestions: async (turn) => {
      const { language } = await call<w.Settings>('settings');
      return call('suggestions', { turn, language: language === 'system' ? systemLanguage() : language });
    },
    saveAsNote: (turn) => call('save_as_note', { turn }),
  },
  search: {
    search: (query, filter, limit, signal) => stoppable(signal, (job) => call('search', { job, query, filter, limit })),
    explain: (query, filter, document) => call('explain', { query, filter, document }),
    tags: () => call('tags'),
    folders: () => call('folders'),
  },
  notes: {
    list: () => call('list'),
    view: (id, at) => call('view', { id, at }),
    pages: (id, start, end) => call('pages', { id, start, end }),
    related: (id, start, end) => call('related', { id, start, end }),
    openExternally: (id) => call('open_externally', { id }),
    reveal: (id) => call('reveal', { id }),
    source: (id) => call('source', { id }),
    create: (title, text) => call('create', { title, text }),
    copyToOwn: (id) => call('copy_to_own', { id }),
    save: (id, text, hash) => call('save', { id, text, hash }),
    draft: (id, text) => call('draft', { id, text }),
    drafts: () => call('drafts'),
    keepDraft: (draft) => call('keep_draft', { draft }),
    discardDraft: (draft) => call('discard_draft', { draft }),
    remove: (id) => call('remove_note', { id }),
    rename: (id, title) => call('rename_note', { id, title }),
    updateLinks: (links) => call('update_links', { links }),
    attach: (id, image) => call('attach', image.bytes, { headers: { note: String(id), mime: image.mime } }),
    attachDropped: (id, offer) => call('attach_dropped', { id, offer }),
    attachCopied: (id) => call('attach_copied', { id }),
  },
  libraries: {
    status: () => call('status'),
    ledger: (library) => call('ledger', { library }),
    add: () => call('add_library'),
    addOffered: (offer) => call('add_offered', { offer }),
    remove: (library) => call('remove_library', { library }),
    sync: (library, documents) => call('sync', { library, documents: documents ?? null }),
    stopSync: () => call('stop_sync'),
    ignore: (library, document, ignored) => call('ignore', { library, document, ignored }),
  },
  app: {
    info: () => call('info'),
    settings: () => call('settings'),
    saveSettings: (settings) => call('save_settings', { settings }),
    chooseNotesFolder: () => call('choose_notes_folder'),
    models: () => call('models'),
    pullModel: (name, onProgress, signal) =>
      stoppable(signal, (job) => call('pull_model', { job, name, progress: channel(onProgress) })),
    importModel: () => call('import_model'),
    useModel: (name) => call('use_model', { name }),
    useNone: (kind) => call('use_none', { kind }),
    removeModel: (name) => call('remove_model', { name }),
    events: (onEvent) => call('begin', { events: channel(onEvent) }),
    close: () => call('close'),
    stay: () => call('stay'),
    present: () => call('present'),
    copy: (text) => call('copy', { text }),
    openLink: (url) => call('open_link', { url }),
  },
};
