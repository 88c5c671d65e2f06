import type { ask as en } from '../en/ask';

export const ask: typeof en = {};
