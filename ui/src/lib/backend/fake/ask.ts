import type { AskBackend } from '../contract';

const missing = (): Promise<never> => Promise.reject({ code: 'internal', message: 'not built yet', hint: '' });

export const ask = new Proxy({} as AskBackend, { get: () => missing });
