// The axe checker: what it calls serious or worse is a failure. All rules in the light theme; in the dark one its colours alone, for nothing else differs.

import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Nothing in the page, or in a part of it, that the checker calls serious, in the light theme and in the dark one. */
export async function expectAccessible(page: Page, part?: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    // The page has no frames, so the checker needs no page of its own to put results together.
    const checker = new AxeBuilder({ page }).setLegacyMode();
    if (part) checker.include(part);
    if (colorScheme === 'dark') checker.withRules('color-contrast');
    const { violations } = await checker.analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    const told = serious.map(
      ({ id, nodes }) =>
        `${colorScheme} ${id}: ${nodes.map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).join('; ')}`,
    );
    expect(told).toEqual([]);
  }
}
