// The window as tests use it: opened in a state, and its main parts by the names that a person hears.

import { expect, type Locator, type Page } from '@playwright/test';

export const QUESTION = 'RAG 的流程有哪些步骤？';

/** Opens the page with the fake program in the named states (fake/scene.ts). */
export async function open(page: Page, ...scenes: string[]): Promise<void> {
  await page.goto(`/?scene=${scenes.join(',')}`);
  await expect(page.getByRole('navigation')).toBeVisible();
}

export const box = (page: Page): Locator => page.getByRole('textbox', { name: '问题', exact: true });

/** Asks, and waits for the whole answer. */
export async function ask(page: Page, question: string): Promise<void> {
  await box(page).fill(question);
  await box(page).press('Enter');
  await expect(page.getByRole('button', { name: '提问', exact: true }).last()).toBeVisible();
  await expect(page.getByRole('group', { name: '对这个回答的操作' }).last()).toBeVisible();
}

export const chip = (page: Page, n: number): Locator => page.getByRole('button', { name: new RegExp(`^引文 ${n}：`) });
export const reader = (page: Page): Locator => page.locator('section.reader');
export const quote = (page: Page): Locator => reader(page).locator('mark.quote');

/** The marked text, its parts joined. */
export async function marked(page: Page): Promise<string> {
  await expect(quote(page).first()).toBeVisible();
  return (await quote(page).allTextContents()).join('');
}

/** Opens a note by its title through the palette, where the title can be asked, too, before the notes are known. */
export async function read(page: Page, title: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: '前往或执行' }).fill(title);
  await page.getByRole('option', { name: title }).filter({ hasText: '.md' }).first().click();
  await expect(reader(page).getByRole('heading', { level: 2, name: title }).first()).toBeVisible();
}
