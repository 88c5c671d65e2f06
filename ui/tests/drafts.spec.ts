// What an earlier run left that did not reach its file.

import { expect, test } from '@playwright/test';
import { box, open } from './window';

test('texts of an earlier run are offered one by one: saved as a note, or discarded', async ({ page }) => {
  await open(page, 'left');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('会议记录');
  await expect(dialog).toContainText('周三的会改到周五');
  await expect(dialog).toContainText('文件不在了');
  await dialog.getByRole('button', { name: '另存为新笔记' }).click();
  await expect(page.getByRole('status').filter({ hasText: '已存为一篇新笔记' })).toBeVisible();
  await expect(dialog).toContainText('Reading list');
  await expect(dialog).toContainText('打开这篇笔记可以看到两份');
  await dialog.getByRole('button', { name: '丢弃' }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole('button', { name: '打开', exact: true }).click();
  await expect(page.locator('.cm-content')).toContainText('周三的会改到周五');
});

test('they can wait, and where nothing can be written they are still there', async ({ page }) => {
  await open(page, 'left', 'failing');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '另存为新笔记' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await expect(dialog).toContainText('会议记录');
  await dialog.getByRole('button', { name: '以后再说' }).click();
  await expect(dialog).toBeHidden();
  await expect(box(page)).toBeFocused();
});
