// Reading and writing as one.

import type { NotesBackend } from '../contract';
import type { Failure } from '../wire';
import { reading } from './reading';
import { scene } from './scene';
import { writing } from './writing';

const unreadable: Failure = {
  code: 'io',
  message: 'the list of notes cannot be read: catalog.sqlite is on a disk that is gone',
  hint: 'Connect the disk, then try again.',
};

/** How often the whole list was asked for: for tests. */
const counts = { lists: 0 };
Object.assign(globalThis, { counts });

export const notes: NotesBackend = {
  ...reading,
  ...writing,
  list: () => {
    counts.lists += 1;
    return scene('failing') ? Promise.reject(unreadable) : reading.list();
  },
};
