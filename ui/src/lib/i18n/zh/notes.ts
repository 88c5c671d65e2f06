import type { notes as en } from '../en/notes';

export const notes: typeof en = {};
