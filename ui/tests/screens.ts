// The main screens and the way to each, in either language and at any width; for checks that hold for all of them.

import { expect, type Locator, type Page } from '@playwright/test';
import { ask as enAsk } from '../src/lib/i18n/en/ask';
import { common as enCommon } from '../src/lib/i18n/en/common';
import { libraries as enLibraries } from '../src/lib/i18n/en/libraries';
import { notes as enNotes } from '../src/lib/i18n/en/notes';
import { search as enSearch } from '../src/lib/i18n/en/search';
import { settings as enSettings } from '../src/lib/i18n/en/settings';
import { ask as zhAsk } from '../src/lib/i18n/zh/ask';
import { common as zhCommon } from '../src/lib/i18n/zh/common';
import { libraries as zhLibraries } from '../src/lib/i18n/zh/libraries';
import { notes as zhNotes } from '../src/lib/i18n/zh/notes';
import { search as zhSearch } from '../src/lib/i18n/zh/search';
import { settings as zhSettings } from '../src/lib/i18n/zh/settings';
import { QUESTION, reader } from './window';

const LANGUAGES = {
  en: { common: enCommon, ask: enAsk, libraries: enLibraries, notes: enNotes, search: enSearch, settings: enSettings },
  zh: { common: zhCommon, ask: zhAsk, libraries: zhLibraries, notes: zhNotes, search: zhSearch, settings: zhSettings },
};

export type Language = keyof typeof LANGUAGES;
export const LOCALES: Record<Language, string> = { en: 'en-GB', zh: 'zh-CN' };

/** The page, spoken to in the words of its language. */
class Visit {
  readonly words: (typeof LANGUAGES)['en'];

  constructor(
    readonly page: Page,
    language: Language,
  ) {
    this.words = LANGUAGES[language];
  }

  button(name: string, within: Page | Locator = this.page): Locator {
    return within.getByRole('button', { name, exact: true });
  }

  async view(name: 'search' | 'notes' | 'libraries' | 'settings'): Promise<void> {
    const { common } = this.words;
    const shown = this.page.getByRole('navigation', { name: common.navigation });
    if (!(await shown.isVisible())) await this.button(common.showSidebar).click();
    await this.button(common[name], shown).click();
    await expect(this.page.getByRole('main').getByRole('heading', { level: 1 }).first()).toBeAttached();
  }

  async ask(question: string): Promise<void> {
    const box = this.page.getByRole('textbox', { name: this.words.ask.box, exact: true });
    await box.fill(question);
    await box.press('Enter');
    await expect(this.page.getByRole('group', { name: this.words.ask.actions }).last()).toBeVisible();
  }

  async cite(n: number): Promise<void> {
    const start = this.words.ask.citation(n, '', '').trim();
    await this.page
      .getByRole('button', { name: new RegExp(`^${start}`) })
      .first()
      .click();
    await expect(reader(this.page).locator('.passage, .mark').first()).toBeAttached();
  }

  async lookUp(query: string): Promise<void> {
    await this.view('search');
    await this.page.getByRole('combobox', { name: this.words.search.label }).fill(query);
    await expect(this.page.getByRole('row').first()).toBeVisible();
  }
}

interface Screen {
  /** Of the fake program (fake/scene.ts). */
  scenes?: string[];
  go: (visit: Visit) => Promise<void>;
}

export const SCREENS: Record<string, Screen> = {
  welcome: { go: async () => undefined },
  'no notes': { scenes: ['empty'], go: async () => undefined },
  answer: { scenes: ['generative', 'history'], go: (visit) => visit.ask(QUESTION) },
  'answer and note': {
    go: async (visit) => {
      await visit.ask(QUESTION);
      await visit.cite(2);
    },
  },
  'pages of a PDF': {
    scenes: ['pdf'],
    go: async (visit) => {
      await visit.ask('蓝鲸的叫声频率是多少？');
      await visit.cite(1);
    },
  },
  'not in notes': { go: (visit) => visit.ask('公司 2031 年的差旅报销标准和缓存策略') },
  'changed citations': {
    scenes: ['changed', 'history'],
    go: async (visit) => {
      const shown = visit.button('RAG 效果不好时怎么排查？');
      if (!(await shown.isVisible())) await visit.button(visit.words.common.showSidebar).click();
      await shown.click();
      await expect(visit.page.getByText(visit.words.ask.changed).first()).toBeAttached();
    },
  },
  failure: {
    scenes: ['failing'],
    go: async (visit) => {
      await visit.page.getByRole('textbox', { name: visit.words.ask.box, exact: true }).fill('x');
      await visit.page.keyboard.press('Enter');
      await expect(visit.page.getByRole('alert').first()).toBeVisible();
    },
  },
  palette: {
    go: async ({ page }) => {
      await page.keyboard.press('Control+k');
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  'sheet of keys': {
    go: async ({ page }) => {
      await page.keyboard.press('Control+/');
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  'quick note': {
    go: async ({ page }) => {
      await page.keyboard.press('Control+Shift+N');
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  scope: {
    go: async ({ page, words }) => {
      await page.getByRole('button', { name: new RegExp(words.ask.scope) }).click();
      await expect(page.getByRole('option').nth(2)).toBeVisible();
    },
  },
  'look up': { go: (visit) => visit.view('search') },
  results: { go: (visit) => visit.lookUp('检索') },
  stages: {
    go: async (visit) => {
      await visit.lookUp('检索');
      await visit.page.getByText(visit.words.search.view.picture, { exact: true }).click();
      await expect(visit.page.locator('main svg, main canvas').last()).toBeVisible();
    },
  },
  notes: { go: (visit) => visit.view('notes') },
  editor: {
    go: async (visit) => {
      await visit.view('notes');
      await visit.page.getByRole('searchbox', { name: visit.words.notes.filter }).fill('Meeting');
      await visit.page.keyboard.press('Enter');
      await expect(visit.page.getByRole('textbox', { name: visit.words.notes.editor })).toBeVisible();
    },
  },
  libraries: { go: (visit) => visit.view('libraries') },
  ledger: {
    go: async (visit) => {
      await visit.view('libraries');
      await visit.page.getByRole('button', { name: visit.words.libraries.actions.files }).first().click();
      await visit.page.getByRole('option').first().click();
      await expect(visit.page.getByRole('complementary')).toBeVisible();
    },
  },
  settings: { go: (visit) => visit.view('settings') },
  models: {
    go: async (visit) => {
      await visit.view('settings');
      await visit.button(visit.words.settings.pages.models).click();
      await expect(visit.page.getByText(visit.words.settings.models.about.generator).first()).toBeVisible();
    },
  },
  about: {
    go: async (visit) => {
      await visit.view('settings');
      await visit.button(visit.words.settings.pages.about).click();
      await expect(visit.page.getByText('0.4.0').first()).toBeVisible();
    },
  },
};

/** Opens a screen. The locale of the browser has to be the language's (LOCALES). */
export async function openScreen(page: Page, language: Language, name: string): Promise<void> {
  const { scenes = [], go } = SCREENS[name]!;
  const visit = new Visit(page, language);
  await page.goto(`/?scene=${scenes.join(',')}`);
  await expect(page.getByRole('main')).toBeVisible();
  await go(visit);
}
