import type { LibrariesBackend } from '../contract';

const missing = (): Promise<never> => Promise.reject({ code: 'internal', message: 'not built yet', hint: '' });

export const libraries = new Proxy({} as LibrariesBackend, { get: () => missing });
