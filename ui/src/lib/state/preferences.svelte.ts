// The settings as they are now, and what of them the page itself follows: language, theme, size of the text. It must not know the settings page.

import { backend, type Settings } from '../backend';
import { systemLanguage, ui } from '../i18n/index.svelte';

const dark = matchMedia('(prefers-color-scheme: dark)');

class Preferences {
  /** Null until they are read, or where they cannot be. */
  settings = $state<Settings | null>(null);

  /** Follows the system until the settings are known. */
  constructor() {
    dark.addEventListener('change', () => this.apply());
    addEventListener('languagechange', () => this.apply());
    this.apply();
  }

  async load(): Promise<void> {
    this.settings = await backend.app.settings();
    this.apply();
  }

  /** Changes a part of them, here at once and then where they are kept. */
  async change(part: Partial<Settings>): Promise<void> {
    const before = this.settings;
    if (!before) return;
    this.settings = { ...before, ...part };
    this.apply();
    try {
      this.settings = await backend.app.saveSettings($state.snapshot(this.settings));
    } catch (error) {
      this.settings = before;
      throw error;
    } finally {
      this.apply();
    }
  }

  /** They were changed by another call (a folder was chosen). */
  set(settings: Settings): void {
    this.settings = settings;
    this.apply();
  }

  private apply(): void {
    const { theme = 'system', language = 'system', text_scale = 1 } = this.settings ?? {};
    const root = document.documentElement;
    root.dataset.theme = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
    root.style.setProperty('--text-scale', String(text_scale));
    ui.language = language === 'system' ? systemLanguage() : language;
    root.lang = ui.language === 'zh' ? 'zh-CN' : 'en';
  }
}

export const preferences = new Preferences();
