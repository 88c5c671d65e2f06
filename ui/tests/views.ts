// The window as tests of looking up, libraries and settings use it. The interface is Chinese unless a test says otherwise.

import type { Page } from '@playwright/test';

/** Opens a view with the fake program in the named states (fake/scene.ts). */
export async function openView(page: Page, view: '查找' | '笔记库' | '设置', ...scenes: string[]): Promise<void> {
  await page.goto(`/?scene=${scenes.join(',')}`);
  await page.getByRole('navigation').first().getByRole('button', { name: view, exact: true }).click();
}
