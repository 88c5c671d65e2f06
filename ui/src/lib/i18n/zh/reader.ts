import type { reader as en } from '../en/reader';

export const reader: typeof en = {};
