import type { NotesBackend } from '../contract';
import { reading } from './reading';

const missing = (): Promise<never> => Promise.reject({ code: 'internal', message: 'not built yet', hint: '' });

export const notes = new Proxy(reading as NotesBackend, {
  get: (target, name) => target[name as keyof NotesBackend] ?? missing,
});
