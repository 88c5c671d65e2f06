// A backend in the page: notes, questions and folders that exist only until it is reloaded. For tests and for looking at screens in a browser.
// `?scene=…` in the address chooses a state that is hard to reach otherwise (see scene.ts).

import type { Backend } from '../contract';
import { app } from './app';
import { ask } from './ask';
import { libraries } from './libraries';
import { notes } from './notes';
import { search } from './search';

export const fake: Backend = { ask, search, notes, libraries, app };
