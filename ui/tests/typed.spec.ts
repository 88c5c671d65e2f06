// What is typed and belongs to no file yet outlives the window, and closing asks where it cannot.

import { expect, type Page, test } from '@playwright/test';
import { ask, box, open, QUESTION } from './window';

declare global {
  var askToClose: () => void;
  var left: { closed: number };
}

const capture = (page: Page) => page.getByRole('textbox', { name: '速记' });

/** The window is gone at once, as after a crash: nothing gets a last word. */
async function crash(page: Page): Promise<Page> {
  const next = await page.context().newPage();
  await page.close({ runBeforeUnload: false });
  return next;
}

/** Storage that is full for these names. */
async function refuse(page: Page, key: string): Promise<void> {
  await page.addInitScript((refused) => {
    const set = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {
      if (key === refused) throw new DOMException('full', 'QuotaExceededError');
      set.call(this, key, value);
    };
  }, key);
}

test('a quick note that was not saved is there again after a crash, and gone once it is saved', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Control+Shift+N');
  await capture(page).pressSequentially('周五前回信');
  page = await crash(page);
  await open(page);
  await page.keyboard.press('Control+Shift+N');
  await expect(capture(page)).toHaveValue('周五前回信');
  await capture(page).press('Control+Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await open(page);
  await page.keyboard.press('Control+Shift+N');
  await expect(capture(page)).toHaveValue('');
});

test('a question that was not sent is in the box again after a crash', async ({ page }) => {
  await open(page);
  await box(page).pressSequentially('怎么评估');
  page = await crash(page);
  await open(page);
  await expect(box(page)).toHaveValue('怎么评估');
  await box(page).press('Enter');
  await expect(page.getByRole('group', { name: '对这个回答的操作' })).toBeVisible();
  await open(page);
  await expect(box(page)).toHaveValue('');
});

test('a question whose answer never came is in the box again after a crash', async ({ page }) => {
  await open(page, 'slow');
  await box(page).fill(QUESTION);
  await box(page).press('Enter');
  await expect(page.getByRole('button', { name: '停止' })).toBeVisible();
  page = await crash(page);
  await open(page);
  await expect(box(page)).toHaveValue(QUESTION);
});

test('an edit of a question goes on after another view was looked at, and ends with Escape', async ({ page }) => {
  await open(page);
  await ask(page, QUESTION);
  const edit = page.getByRole('textbox', { name: '修改问题' });
  await box(page).press('ArrowUp');
  await edit.press('End');
  await edit.pressSequentially('请举例');
  for (const view of ['笔记库', '提问']) {
    await page.getByRole('navigation').getByRole('button', { name: view, exact: true }).click();
  }
  await expect(edit).toHaveValue(`${QUESTION}请举例`);
  await edit.press('Escape');
  await expect(edit).toHaveCount(0);
  await page.getByRole('navigation').getByRole('button', { name: '笔记库', exact: true }).click();
  await page.getByRole('navigation').getByRole('button', { name: '提问', exact: true }).click();
  await expect(page.getByRole('heading', { level: 2, name: QUESTION })).toBeVisible();
  await expect(edit).toHaveCount(0);
});

test('the window closes without asking while everything typed is kept', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Control+Shift+N');
  await capture(page).fill('半句话');
  await page.evaluate(() => askToClose());
  await expect.poll(() => page.evaluate(() => left.closed)).toBe(1);
});

for (const [what, key] of [
  ['a quick note', 'capture'],
  ['a question', 'asking.draft'],
] as const) {
  test(`where ${what} cannot be kept, closing asks first`, async ({ page }) => {
    await refuse(page, key);
    await open(page);
    if (key === 'capture') {
      await page.keyboard.press('Control+Shift+N');
      await capture(page).fill('半句话');
    } else await box(page).fill('半句话');
    await page.evaluate(() => askToClose());
    const asked = page.getByRole('dialog').filter({ hasText: '仍然关闭' });
    await expect(asked).toBeVisible();
    expect(await page.evaluate(() => left.closed)).toBe(0);
    await asked.getByRole('button', { name: '取消' }).click();
    await expect(asked).toHaveCount(0);
    if (key === 'capture') await expect(capture(page)).toHaveValue('半句话');
    else await expect(box(page)).toHaveValue('半句话');
  });
}
