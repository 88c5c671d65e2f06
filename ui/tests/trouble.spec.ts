// What nobody expects: words that come twice, answers of the program that are not what they should be, mistakes of the page.

import { expect, test } from '@playwright/test';
import './notes/window';
import { ask, box, open, QUESTION, reader } from './window';
import { openView } from './views';

const retry = { name: '重试' };

test('what is said twice is shown twice, in answers, results, notes and lists of files', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await open(page, 'repeated', 'noticed');
  await expect(page.getByRole('region', { name: '比如' }).getByRole('button')).toHaveCount(8);
  await ask(page, QUESTION);
  const notice = page.getByText('没有语义模型，这次只按关键词查找');
  await expect(page.getByRole('article').locator('.notice')).toHaveCount(4);
  await expect(page.getByRole('button', { name: '它有什么缺点？' })).toHaveCount(2);

  const views = page.getByRole('navigation').first();
  await views.getByRole('button', { name: '查找' }).click();
  await page.getByRole('combobox', { name: '要查找的内容' }).fill('检索');
  await expect(page.getByRole('main').getByText('没有语义模型')).toHaveCount(2);
  await page.getByRole('main').locator('.hit').first().click();
  await expect(reader(page).locator('.notice')).toHaveCount(2);
  expect(await notice.count()).toBeGreaterThan(0);
  expect(errors).toEqual([]);
});

test('a note that cannot be drawn says so at its place; it is tried again, and the rest of the window works', async ({
  page,
}) => {
  await open(page, 'garbled');
  await ask(page, QUESTION);
  await page
    .getByRole('button', { name: /^引文 1：/ })
    .first()
    .click();
  const alert = page.locator('.pane').getByRole('alert');
  await expect(alert).toContainText('这里没能显示或完成');
  await expect(alert).toContainText('请把这个问题报告给我们');
  await expect(box(page)).toBeVisible();
  await alert.getByRole('button', retry).click();
  await expect(reader(page).locator('mark.quote').first()).toBeVisible();
});

test('a view that cannot be drawn says so, and keeps nobody from the others', async ({ page }) => {
  await openView(page, '设置', 'garbled');
  await page.getByRole('button', { name: '关于' }).click();
  const alert = page.getByRole('main').getByRole('alert');
  await expect(alert).toContainText('这里没能显示或完成');
  await page.getByRole('navigation').first().getByRole('button', { name: '提问' }).click();
  await expect(box(page)).toBeVisible();
  await expect(alert).toHaveCount(0);
});

test('an answer that cannot be drawn leaves those around it', async ({ page }) => {
  await open(page, 'garbled', 'history');
  await page.getByRole('button', { name: 'RAG 效果不好时怎么排查？', exact: true }).click();
  await expect(page.getByRole('main').getByRole('alert')).toContainText('这里没能显示或完成');
  await expect(page.getByRole('heading', { level: 2, name: '它有什么缺点？' })).toBeVisible();
});

test('what is thrown with nobody to take it is said in passing', async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    void Promise.reject({ code: 'io', message: 'the file has no text', hint: '' });
    setTimeout(() => {
      throw new Error('of the page');
    });
  });
  const toasts = page.locator('.toast.failed');
  await expect(toasts.filter({ hasText: '文件里没有文字' })).toBeVisible();
  await expect(toasts.filter({ hasText: '这里没能显示或完成：of the page' })).toBeVisible();
  // Whoever stopped something knows it.
  await page.evaluate(() => void Promise.reject({ code: 'cancelled', message: 'the search was stopped', hint: '' }));
  await expect(toasts).toHaveCount(2);
});
