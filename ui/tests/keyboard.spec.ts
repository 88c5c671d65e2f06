// What a person does, with the keyboard alone. At no step is the focus nowhere.

import { expect, type Locator, type Page, test } from '@playwright/test';
import { openMeeting, openNotes } from './notes/window';
import { chip, open, QUESTION, reader } from './window';

/** Presses Tab (or Shift+Tab) until the focus is there. */
async function go(page: Page, to: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press(key);
    if (await to.evaluateAll((elements) => elements.includes(document.activeElement as HTMLElement))) return;
  }
  await expect(to.first()).toBeFocused();
}

/** Something in the view has the focus. */
async function somewhere(page: Page): Promise<void> {
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.closest('main') !== null && document.activeElement?.tagName))
    .not.toBe(false);
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });

for (const [room, viewport] of [
  ['wide', { width: 1280, height: 800 }],
  ['narrow', { width: 480, height: 800 }],
] as const) {
  test.describe(room, () => {
    test.use({ viewport });
    test.beforeEach(async ({ page }) => {
      await page.goto('/');
      await expect(page.getByRole('textbox', { name: '问题', exact: true })).toBeFocused();
    });

    test('ask, read the passage, come back, change the question', async ({ page }) => {
      const box = page.getByRole('textbox', { name: '问题', exact: true });
      await page.keyboard.type(QUESTION);
      await page.keyboard.press('Enter');
      await expect(page.getByRole('group', { name: '对这个回答的操作' })).toBeVisible();
      await expect(box).toBeFocused();
      await go(page, chip(page, 1), 'Shift+Tab');
      const cited = page.locator(':focus');
      const name = await cited.getAttribute('aria-label');
      await page.keyboard.press('Enter');
      await expect(reader(page).locator('.scroller')).toBeFocused();
      await page.keyboard.press('Escape');
      await expect(reader(page)).toHaveCount(0);
      await expect(cited).toHaveAttribute('aria-label', name ?? '');
      await go(page, button(page, '修改问题'), 'Shift+Tab');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('textbox', { name: '修改问题' })).toBeFocused();
      await page.keyboard.press('Escape');
      await expect(button(page, '修改问题')).toBeFocused();
      await go(page, button(page, '换一个回答'));
      await page.keyboard.press('Enter');
      await expect(page.getByRole('group', { name: '对这个回答的操作' })).toBeVisible();
      await somewhere(page);
    });

    test('look something up, open it, come back, see why it was found', async ({ page }) => {
      const box = page.getByRole('combobox', { name: '要查找的内容' });
      await page.keyboard.press('Control+Shift+F');
      await expect(box).toBeFocused();
      await page.keyboard.type('检索');
      await expect(page.getByRole('row').first()).toBeVisible();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await expect(reader(page).locator('.scroller')).toBeFocused();
      await page.keyboard.press('Escape');
      await expect(box).toBeFocused();
      const why = button(page, '为何命中？').nth(1);
      await go(page, why);
      await page.keyboard.press('Enter');
      await expect(why).toHaveAttribute('aria-expanded', 'true');
      await expect(why).toBeFocused();
    });

    test('write a note and throw it away', async ({ page }) => {
      await page.keyboard.press('Control+n');
      await expect(page.getByRole('textbox', { name: '标题' })).toBeFocused();
      await page.keyboard.type('新的一篇');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('textbox', { name: '笔记正文' })).toBeFocused();
      await page.keyboard.type('写一句话。');
      await expect(page.locator('[data-state]')).toHaveAttribute('data-state', 'saved');
      await go(page, button(page, '笔记操作'), 'Shift+Tab');
      await page.keyboard.press('Enter');
      await page.keyboard.press('ArrowUp');
      await expect(page.getByRole('menuitem', { name: /移到废纸篓/ })).toBeFocused();
      await page.keyboard.press('Enter');
      await go(page, button(page, '移到废纸篓'));
      await page.keyboard.press('Enter');
      await expect(page.getByText(/“新的一篇”已/)).toBeVisible();
      await expect(page.getByRole('listbox', { name: '笔记' })).toBeFocused();
    });

    test('see what became of a file, have it tried again, ignored, and come back', async ({ page }) => {
      if (room === 'narrow') {
        await go(page, button(page, '显示侧栏'), 'Shift+Tab');
        await page.keyboard.press('Enter');
        await expect(page.getByRole('navigation').getByRole('button', { name: '提问' })).toBeFocused();
        await go(page, button(page, '笔记库'));
      } else await go(page, button(page, '笔记库'), 'Shift+Tab');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('heading', { level: 1, name: '笔记库' })).toBeVisible();
      if (room === 'narrow') await expect(button(page, '显示侧栏')).toBeFocused();
      const files = button(page, 'Sidenote 的文件清单');
      await go(page, files);
      await page.keyboard.press('Enter');
      await expect(button(page, '全部笔记库')).toBeFocused();
      await go(page, page.getByRole('listbox', { name: '文件' }));
      const skipped = page.getByRole('complementary').getByText('已跳过');
      for (let row = 0; row < 30 && (await skipped.count()) === 0; row += 1) await page.keyboard.press('ArrowDown');
      const details = page.getByRole('complementary');
      await expect(skipped).toBeVisible();
      await go(page, details.getByRole('button', { name: '重试' }));
      await page.keyboard.press('Enter');
      await expect(page.getByText('正在重新读取').first()).toBeVisible();
      await somewhere(page);
      await go(page, details.getByRole('button', { name: '忽略这个文件' }));
      await page.keyboard.press('Enter');
      await expect(details.getByRole('button', { name: '恢复读取' })).toBeFocused();
      await go(page, button(page, '全部笔记库'), 'Shift+Tab');
      await page.keyboard.press('Enter');
      await expect(files).toBeFocused();
    });

    test('remove a library', async ({ page }) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('笔记库');
      await page.keyboard.press('Enter');
      await go(page, button(page, '移除 study-notes'));
      await page.keyboard.press('Enter');
      await go(page, page.getByRole('dialog').getByRole('button', { name: '移除' }));
      await page.keyboard.press('Enter');
      await expect(button(page, '移除 study-notes')).toHaveCount(0);
      await somewhere(page);
    });

    test('download a model, use it, remove another', async ({ page }) => {
      await page.keyboard.press('Control+,');
      await expect(button(page, '通用')).toBeFocused();
      await go(page, button(page, '模型'));
      await page.keyboard.press('Enter');
      await go(page, button(page, /^下载 bge-small-zh/));
      await page.keyboard.press('Enter');
      await expect(button(page, /^停止下载 bge-small-zh/)).toBeFocused();
      await expect(button(page, '使用 bge-small-zh-v1.5')).toBeVisible();
      await somewhere(page);
      await page.keyboard.press('Control+k');
      await page.keyboard.press('Escape');
      if (!(await button(page, '使用 bge-small-zh-v1.5').evaluate((each) => each === document.activeElement)))
        await go(page, button(page, '使用 bge-small-zh-v1.5'), 'Shift+Tab');
      await page.keyboard.press('Enter');
      await expect(button(page, '使用 bge-small-zh-v1.5')).toHaveCount(0);
      await somewhere(page);
    });

    test('make the text larger, then as it was', async ({ page }) => {
      await page.keyboard.press('Control+,');
      await go(page, button(page, '放大'));
      // More often than it can be.
      for (let press = 0; press < 8; press += 1) await page.keyboard.press('Enter');
      await expect(page.getByText('200%')).toBeVisible();
      await expect(button(page, '放大')).toBeFocused();
      await page.keyboard.press('Tab');
      await expect(button(page, '恢复默认大小')).toBeFocused();
      await page.keyboard.press('Enter');
      await expect(button(page, '恢复默认大小')).toHaveCount(0);
      await somewhere(page);
    });
  });
}

test('the focus stays where a person put it, and goes nowhere when nothing was lost', async ({ page }) => {
  await open(page, 'indexing');
  await page.getByRole('heading', { level: 1 }).click();
  await page.waitForTimeout(500);
  expect(await page.evaluate(() => document.activeElement === document.body || document.activeElement?.id === 'main')).toBe(true);
});

test('the focus of a note that is left goes to what comes in its place, also where the press that leaves it takes none', async ({
  page,
}) => {
  await openNotes(page);
  await openMeeting(page);
  // As on a Mac, where a button that is pressed does not get the focus.
  await page.evaluate(() => {
    const there = [...document.querySelectorAll<HTMLElement>('nav button')].find((each) => each.innerText === '笔记库');
    there?.click();
  });
  await expect(page.getByRole('heading', { level: 1, name: '笔记库' })).toBeVisible();
  await expect(page.locator('main:focus, main :focus')).toHaveCount(1);
});
