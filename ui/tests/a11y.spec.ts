// The axe checker over every main screen: in both languages, wide and narrow, light and dark. What it looks at depends on language, width and theme apart
// from each other, so each language is looked at in one width.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
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
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
          const { violations } = await new AxeBuilder({ page }).analyze();
          const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
          expect(
            serious.map(
              ({ id, nodes }) =>
                `${colorScheme} ${id}: ${nodes.map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).join('; ')}`,
            ),
          ).toEqual([]);
        }
      });
    }
  });
}
