// The settings as they are now, and what of them the page itself follows: language, theme, size of the text. It must not know the settings page.

import { backend, type Settings } from '../backend';
import { systemLanguage, ui } from '../i18n/index.svelte';
import { store, stored } from './stored';

/** Sizes that text has, as parts of the usual one. */
const SCALES = [0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2];

/** What of the settings is seen. */
type Look = Pick<Settings, 'theme' | 'language' | 'text_scale'>;

const dark = matchMedia('(prefers-color-scheme: dark)');

class Preferences {
  /** Null until they are read, or where they cannot be. What was changed counts at once. */
  settings = $state<Settings | null>(null);
  /** As they are kept. */
  private kept: Settings | null = null;
  /** Changes on the way there, the oldest first. */
  private changes: Partial<Settings>[] = [];
  private sent: Promise<unknown> = Promise.resolve();

  /** As it looked at the last start, until the settings are known: the first thing on the screen is in the person's language and colours. */
  private readonly before = stored<Partial<Look>>('look', {});

  constructor() {
    dark.addEventListener('change', () => this.apply());
    addEventListener('languagechange', () => this.apply());
    this.apply();
  }

  async load(): Promise<void> {
    this.set(await backend.app.settings());
  }

  /** Changes a part of them, here at once and then where they are kept: one change after the other, each of what the one before it left. */
  change(part: Partial<Settings>): Promise<void> {
    this.changes.push(part);
    this.show();
    const sent = this.sent.then(() => this.send(part));
    this.sent = sent.catch(() => undefined);
    return sent;
  }

  /** The next larger size of text, or the next smaller one; none where this is the last. */
  scale(larger: boolean): number | null {
    const now = this.settings?.text_scale ?? 1;
    const found = larger ? SCALES.find((scale) => scale > now + 0.01) : SCALES.findLast((scale) => scale < now - 0.01);
    return found ?? null;
  }

  /** They were changed by another call (a folder was chosen). */
  set(settings: Settings): void {
    this.kept = settings;
    this.show();
  }

  private async send(part: Partial<Settings>): Promise<void> {
    try {
      if (this.kept) this.kept = await backend.app.saveSettings({ ...this.kept, ...part });
    } finally {
      this.changes = this.changes.filter((change) => change !== part);
      this.show();
    }
  }

  private show(): void {
    this.settings = this.kept && Object.assign({ ...this.kept }, ...this.changes);
    if (this.settings) {
      const { theme, language, text_scale } = this.settings;
      store('look', { theme, language, text_scale } satisfies Look);
    }
    this.apply();
  }

  private apply(): void {
    const { theme = 'system', language = 'system', text_scale = 1 } = this.settings ?? this.before;
    const root = document.documentElement;
    root.dataset.theme = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
    root.style.setProperty('--text-scale', String(text_scale));
    ui.language = language === 'system' ? systemLanguage() : language;
    root.lang = ui.language === 'zh' ? 'zh-CN' : 'en';
  }
}

export const preferences = new Preferences();
