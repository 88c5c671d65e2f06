// The words of the interface. Each area has a file per language; a missing word fails the type check. Where words depend on numbers the entry is a
// function. It must not know who shows them.

import { ask as enAsk } from './en/ask';
import { common as enCommon } from './en/common';
import { libraries as enLibraries } from './en/libraries';
import { notes as enNotes } from './en/notes';
import { reader as enReader } from './en/reader';
import { search as enSearch } from './en/search';
import { settings as enSettings } from './en/settings';
import { ask as zhAsk } from './zh/ask';
import { common as zhCommon } from './zh/common';
import { libraries as zhLibraries } from './zh/libraries';
import { notes as zhNotes } from './zh/notes';
import { reader as zhReader } from './zh/reader';
import { search as zhSearch } from './zh/search';
import { settings as zhSettings } from './zh/settings';

const words = {
  en: {
    common: enCommon,
    ask: enAsk,
    reader: enReader,
    search: enSearch,
    libraries: enLibraries,
    settings: enSettings,
    notes: enNotes,
  },
  zh: {
    common: zhCommon,
    ask: zhAsk,
    reader: zhReader,
    search: zhSearch,
    libraries: zhLibraries,
    settings: zhSettings,
    notes: zhNotes,
  },
};

export type Language = keyof typeof words;

/** The first language of the system that there are words for. */
export function systemLanguage(): Language {
  const known = (code: string | undefined): code is Language => code !== undefined && code in words;
  return navigator.languages.map((tag) => tag.toLowerCase().split('-')[0]).find(known) ?? 'en';
}

class Interface {
  language = $state<Language>(systemLanguage());

  /** The words now: `ui.words.ask.send`. */
  get words(): (typeof words)['en'] {
    return words[this.language];
  }
}

export const ui = new Interface();
