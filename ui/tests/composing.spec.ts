// Boxes that look for something as it is typed, with an input method: half-composed syllables find nothing, and the Enter that ends one opens nothing.

import type { Locator, Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { content, openNotes } from './notes/window';
import { open } from './window';

/** Composes letters as an input method does, presses Enter inside, and chooses a word. */
async function compose(page: Page, box: Locator, letters: string, chosen: string, between: () => Promise<void>): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await box.focus();
  for (let at = 1; at <= letters.length; at += 1) {
    const text = letters.slice(0, at);
    await session.send('Input.imeSetComposition', { text, selectionStart: at, selectionEnd: at });
  }
  await between();
  await box.evaluate((element) =>
    element.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, isComposing: true, keyCode: 229 }),
    ),
  );
  await session.send('Input.insertText', { text: chosen });
}

test('notes are filtered by the word that was chosen', async ({ page }) => {
  await openNotes(page);
  const rows = page.getByRole('listbox', { name: '笔记' }).getByRole('option');
  await expect(rows.first()).toBeVisible();
  const before = await rows.count();
  const box = page.getByRole('searchbox', { name: '按标题或文件夹筛选' });
  await compose(page, box, 'dushu', '读书', async () => {
    await expect(box).toHaveValue('dushu');
    expect(await rows.count()).toBe(before);
  });
  await expect(rows).toHaveCount(1);
  await expect(content(page)).toHaveCount(0);
  await box.press('Enter');
  await expect(content(page)).toBeVisible();
});

test('conversations are filtered by the word that was chosen', async ({ page }) => {
  await open(page, 'history');
  const list = page.getByRole('region', { name: '对话' }).getByRole('listitem');
  await expect(list).toHaveCount(3);
  const box = page.getByRole('searchbox', { name: '查找对话' });
  await compose(page, box, 'wendu', '温度', async () => {
    await page.waitForTimeout(400);
    await expect(list).toHaveCount(3);
  });
  await expect(list).toHaveCount(1);
});

test('the palette offers what has the word that was chosen, and goes nowhere before', async ({ page }) => {
  await open(page, 'history');
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox', { name: '前往或执行' });
  const options = page.getByRole('option');
  const before = await options.allInnerTexts();
  await compose(page, box, 'wendu', '温度', async () => expect(await options.allInnerTexts()).toEqual(before));
  await expect(box).toBeVisible();
  await expect(options.first()).toContainText('知识蒸馏的温度');
});

test('a place to ask in is found by the word that was chosen', async ({ page }) => {
  await open(page);
  await page.getByRole('main').getByTitle('提问范围').click();
  const box = page.getByRole('combobox', { name: '查找笔记库、文件夹或标签' });
  const options = page.getByRole('option');
  await expect(options.nth(3)).toBeVisible();
  const before = await options.allInnerTexts();
  await compose(page, box, 'zhushou', '注意力', async () => expect(await options.allInnerTexts()).toEqual(before));
  await expect(options.first()).toContainText('注意力');
});
