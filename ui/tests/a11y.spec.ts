// The axe checker over every main screen: in both languages, wide and narrow, light and dark. What it looks at depends on language, width and theme apart
// from each other, so each language is looked at in one width.

import { test } from '@playwright/test';
import { expectAccessible } from './accessible';
import { LOCALES, openScreen, SCREENS, type Language } from './screens';

const WINDOWS: Record<Language, { width: number; height: number }> = {
  zh: { width: 1280, height: 720 },
  en: { width: 480, height: 800 },
};

for (const language of Object.keys(LOCALES) as Language[]) {
  test.describe(language, () => {
    test.use({ locale: LOCALES[language], viewport: WINDOWS[language] });
    for (const name of Object.keys(SCREENS)) {
      test(`nothing serious is wrong with: ${name}`, async ({ page }) => {
        await openScreen(page, language, name);
        await expectAccessible(page);
      });
    }
  });
}
