// The backend of this build. The fake one is not in the build for the window.

import type { Backend } from './contract';

export const backend: Backend = import.meta.env.MODE === 'fake' ? (await import('./fake')).fake : (await import('./tauri')).tauri;
export type * from './contract';
export type * from './wire';
