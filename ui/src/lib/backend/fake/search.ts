import type { SearchBackend } from '../contract';

const missing = (): Promise<never> => Promise.reject({ code: 'internal', message: 'not built yet', hint: '' });

export const search = new Proxy({} as SearchBackend, { get: () => missing });
