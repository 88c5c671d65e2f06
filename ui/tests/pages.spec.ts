import { expect, type Locator, type Page, test } from '@playwright/test';
import { ask, chip, open, quote, reader } from './window';

const QUESTION = '蓝鲸的叫声频率是多少？';

const pages = (page: Page): Locator => reader(page).getByRole('figure');
const mark = (page: Page): Locator => reader(page).locator('.mark');

/** Opens the PDF at the passage that answers. */
async function read(page: Page): Promise<void> {
  await ask(page, QUESTION);
  await chip(page, 1).click();
  await expect(reader(page).getByRole('heading', { level: 2, name: '蓝鲸观测报告' })).toBeVisible();
}

test('a citation of a PDF opens its page with the passage marked where it stands, in view', async ({ page }) => {
  await open(page, 'pdf');
  await read(page);
  await expect(mark(page).first()).toBeInViewport();
  const figure = mark(page).first().locator('xpath=..');
  await expect(figure).toHaveAccessibleName(/第 \d+ 页，共 \d+ 页/);
  await expect(figure.locator('img.drawn')).toBeVisible();
  // The line of the drawing that holds the passage is under the mark.
  const [box, sheet] = [await mark(page).first().boundingBox(), await figure.boundingBox()];
  const left = (((box?.x ?? 0) - (sheet?.x ?? 0)) * 600) / (sheet?.width ?? 1);
  expect(Math.abs(left - 60)).toBeLessThan(3);
});

test('only pages near what is seen are drawn', async ({ page }) => {
  await open(page, 'pdf');
  await read(page);
  await expect(reader(page).locator('img.drawn').first()).toBeVisible();
  const all = await pages(page).count();
  expect(all).toBeGreaterThan(4);
  expect(await pages(page).locator('img').count()).toBeLessThan(all);
  await pages(page).last().scrollIntoViewIfNeeded();
  await expect(pages(page).last().locator('img.drawn')).toBeVisible();
  await expect(pages(page).first().locator('img')).toHaveCount(0);
});

test('the pages can be changed for the text, which is kept so, and where words are found', async ({ page }) => {
  await open(page, 'pdf');
  await read(page);
  await reader(page).getByRole('button', { name: '看文字' }).click();
  await expect(quote(page).first()).toBeInViewport();
  await expect(pages(page)).toHaveCount(0);
  await page.reload();
  await read(page);
  await expect(quote(page).first()).toBeInViewport();
  await reader(page).getByRole('button', { name: '看原页面' }).click();
  await expect(mark(page).first()).toBeInViewport();
  await page.keyboard.press('Control+f');
  await page.getByRole('searchbox', { name: '在这篇笔记里查找' }).fill('十四赫兹');
  await expect(reader(page).locator('mark.found').first()).toBeInViewport();
  await page.keyboard.press('Escape');
  await expect(mark(page).first()).toBeVisible();
});

test('pages grow and shrink again, and a wide page scrolls by itself', async ({ page }) => {
  await open(page, 'pdf');
  await read(page);
  const width = async (): Promise<number> => (await pages(page).first().boundingBox())?.width ?? 0;
  const before = await width();
  const smaller = reader(page).getByRole('button', { name: '缩小' });
  await expect(smaller).toBeDisabled();
  await reader(page).getByRole('button', { name: '放大' }).click();
  await expect.poll(width).toBeCloseTo(1.25 * before, 0);
  await smaller.click();
  await expect.poll(width).toBeCloseTo(before, 0);
});

test('a PDF whose pages cannot be shown is read as text, and it is said why', async ({ page }) => {
  await open(page, 'pdf', 'unpaged');
  await read(page);
  await expect(reader(page).getByRole('alert')).toContainText('permission denied');
  await expect(quote(page).first()).toBeInViewport();
});
