// The window as tests of looking up, libraries and settings use it. The interface is Chinese unless a test says otherwise.

import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Opens a view with the fake program in the named states (fake/scene.ts). */
export async function openView(page: Page, view: '查找' | '笔记库' | '设置', ...scenes: string[]): Promise<void> {
  await page.goto(`/?scene=${scenes.join(',')}`);
  await page.getByRole('navigation').first().getByRole('button', { name: view, exact: true }).click();
}

/** Nothing in the view that the checker calls serious, in the light theme and in the dark one. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    const { violations } = await new AxeBuilder({ page }).include('main').analyze();
    const serious = violations.filter((each) => each.impact === 'serious' || each.impact === 'critical');
    expect(serious.map((each) => `${colorScheme} ${each.id}: ${each.nodes.map((node) => node.html).join(' | ')}`)).toEqual([]);
  }
}
