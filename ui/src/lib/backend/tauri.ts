// The program's commands, over Tauri's bridge. The only file that knows there is a shell around the page.

import type { Backend } from './contract';

export const tauri = {} as Backend;
