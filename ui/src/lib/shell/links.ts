// Addresses that open a note or a conversation in Sidenote from anywhere, as the program reads them (src-tauri/src/links.rs). Pure.

import type { NoteInfo } from '../backend';

/** Of a note, or of a passage in it: bytes of its text. */
export function noteLink({ library, path }: NoteInfo, passage: { start: number; end: number } | null): string {
  const query = new URLSearchParams({ library, path });
  if (passage) for (const key of ['start', 'end'] as const) query.set(key, String(passage[key]));
  return `sidenote://note?${query}`;
}

export function conversationLink(id: number): string {
  return `sidenote://conversation/${id}`;
}
