// The axe checker over every main screen: in both languages, wide and narrow, light and dark.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { LOCALES, openScreen, SCREENS, type Language } from './screens';

const WIDTHS = { wide: { width: 1280, height: 720 }, narrow: { width: 480, height: 800 } };

for (const language of Object.keys(LOCALES) as Language[]) {
  for (const [room, viewport] of Object.entries(WIDTHS)) {
    test.describe(`${language}, ${room}`, () => {
      test.use({ locale: LOCALES[language], viewport });
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
}
