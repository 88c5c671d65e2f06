import type { NotesBackend } from '../contract';

const missing = (): Promise<never> => Promise.reject({ code: 'internal', message: 'not built yet', hint: '' });

export const notes = new Proxy({} as NotesBackend, { get: () => missing });
