// Settings, models and the program itself, in the page. What would leave the page (the clipboard, links, closing, when someone was there) is kept in
// `window.left` for tests, `askToClose` is the window's close button, `tell` says what the program says without being asked,
// `keptSettings` gives the settings as they are kept, and as many of the next changes of them as `refuseSettings` says are refused.

import type { AppBackend } from '../contract';
import type { Settings } from '../wire';
import { emit, listen } from './events';
import { pause, scene } from './scene';
import * as workshop from './workshop';

const full = {
  code: 'io',
  message: 'cannot write settings.toml: no space left on the disk',
  hint: 'free some space and try again',
};
const failing = { code: 'io', message: 'settings.toml cannot be read: permission denied', hint: 'check who owns the file' };

const left: { copied: string[]; opened: string[]; closed: number; present: number[] } = {
  copied: [],
  opened: [],
  closed: 0,
  present: [],
};
Object.assign(globalThis, {
  left,
  askToClose: () => emit({ type: 'closing' }),
  tell: emit,
  keptSettings: () => settings,
  refuseSettings: 0,
});

let settings: Settings = {
  language: 'system',
  theme: 'system',
  text_scale: 1,
  tray: false,
  hotkey: null,
  editor_command: null,
  notes_folder: '/home/lin/Documents/Sidenote',
};

export const app: AppBackend = {
  async info() {
    await pause(5);
    const writer = workshop.writer();
    return {
      version: '0.4.0',
      data_folder: '/home/lin/.local/share/sidenote',
      memory_bytes: scene('garbled') ? (187_400_000n as never) : 187_400_000,
      writer,
      platform: 'linux',
    };
  },
  async settings() {
    await pause(5);
    if (scene('failing')) throw failing;
    return { ...settings };
  },
  async saveSettings(changed) {
    await pause(15);
    const tests = globalThis as unknown as { refuseSettings: number };
    if (scene('full') || tests.refuseSettings-- > 0) throw full;
    // The folder is chosen by its own call.
    settings = { ...changed, notes_folder: settings.notes_folder };
    return { ...settings };
  },
  async chooseNotesFolder() {
    await pause(15);
    if (scene('full')) throw full;
    settings = { ...settings, notes_folder: '/home/lin/notes' };
    return { ...settings };
  },
  async models() {
    await pause(15);
    if (scene('failing')) throw failing;
    return workshop.models();
  },
  pullModel: workshop.pull,
  importModel: workshop.addImported,
  useModel: workshop.use,
  useNone: workshop.useNone,
  removeModel: workshop.remove,
  async events(onEvent) {
    listen(onEvent);
  },
  async close() {
    left.closed += 1;
  },
  stay: () => Promise.resolve(),
  async present() {
    left.present.push(performance.now());
  },
  async copy(text) {
    left.copied.push(text);
  },
  async openLink(url) {
    left.opened.push(url);
  },
};
