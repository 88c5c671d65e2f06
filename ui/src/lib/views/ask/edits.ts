// Questions that are being edited, as far as they were changed: kept over views and starts. It must not know how they are edited.

import { Typed } from '../../state/typed.svelte';

export interface Edit {
  turn: number;
  /** As it was asked: a turn's number may be given again. */
  question: string;
  what: 'question' | 'standalone';
  text: string;
}

const edits = new Typed<Edit[]>('asking.edits', [], (all) => all.length === 0);

const others = (turn: number): Edit[] => edits.value.filter((edit) => edit.turn !== turn);

export function editOf(turn: number, question: string): Edit | null {
  return edits.value.find((edit) => edit.turn === turn && edit.question === question) ?? null;
}

export function keepEdit(edit: Edit): void {
  edits.value = [...others(edit.turn), edit];
}

export function forgetEdit(turn: number): void {
  edits.value = others(turn);
}
