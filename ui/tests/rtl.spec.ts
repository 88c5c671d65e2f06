// Text that runs from the right (Arabic, Hebrew) does so wherever it is shown or typed, beside text that runs from the left.

import { expect, type Locator, test } from '@playwright/test';
import { content, openNotes } from './notes/window';
import { ask, box, chip, open, reader } from './window';

const runs = (of: Locator): Promise<string> => of.evaluate((element) => getComputedStyle(element).direction);
const ARABIC = 'كيف تُحضَّر القهوة العربية؟';

test('a question in Arabic, its answer and its quotes run from the right', async ({ page }) => {
  await open(page, 'rtl');
  await box(page).fill(ARABIC);
  expect(await runs(box(page))).toBe('rtl');
  await ask(page, ARABIC);
  expect(await runs(page.getByRole('heading', { level: 2, name: ARABIC }))).toBe('rtl');
  expect(await runs(page.locator('.answer > :is(p, ul)').first())).toBe('rtl');
  await chip(page, 1).hover();
  expect(await runs(page.locator('p.quote').first())).toBe('rtl');
  // The page itself stays as its language is.
  expect(await runs(page.locator('html'))).toBe('ltr');
});

test('a note in Arabic is read from the right, block by block', async ({ page }) => {
  await open(page, 'rtl');
  await ask(page, ARABIC);
  await chip(page, 1).click();
  const prose = reader(page).locator('.prose');
  await expect(prose.getByText('تُقدَّم في فناجين')).toBeVisible();
  expect(await runs(reader(page).getByRole('heading', { level: 2 }).first())).toBe('rtl');
  for (const block of ['p', 'ul', 'ol', 'blockquote', 'table'])
    expect(await runs(prose.locator(block).first()), block).toBe('rtl');
  expect(await runs(prose.locator('pre'))).toBe('ltr');
});

test('each line of a note that is written runs as its words do', async ({ page }) => {
  await openNotes(page, 'rtl');
  await page.getByRole('option', { name: /רשימת/ }).click();
  const line = (text: string): Locator => content(page).locator('.cm-line').filter({ hasText: text });
  await expect(line('שורה אחרונה')).toBeVisible();
  expect(await runs(line('שורה אחרונה'))).toBe('rtl');
  expect(await runs(line('An English line'))).toBe('ltr');
  await content(page).press('Control+End');
  await page.keyboard.type('סוף');
  expect(await runs(line('סוף'))).toBe('rtl');
});

test('titles and passages that are found run as their words do', async ({ page }) => {
  await openNotes(page, 'rtl');
  expect(await runs(page.getByRole('option', { name: /القهوة/ }).locator('.title'))).toBe('rtl');
  expect(await runs(page.getByRole('option', { name: /^Meeting/ }).locator('.title'))).toBe('ltr');
  await page.getByRole('navigation', { name: '主导航' }).getByRole('button', { name: '查找', exact: true }).click();
  await page.getByRole('combobox').first().fill('القهوة');
  await expect(page.getByRole('row').first()).toContainText('القهوة');
  expect(await runs(page.getByRole('row').first().locator('.text'))).toBe('rtl');
});
