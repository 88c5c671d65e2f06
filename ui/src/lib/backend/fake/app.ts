import type { AppBackend } from '../contract';

const missing = (): Promise<never> => Promise.reject({ code: 'internal', message: 'not built yet', hint: '' });

export const app = new Proxy({} as AppBackend, { get: () => missing });
