import { expect, test, type Locator, type Page } from '@playwright/test';
import type { Settings } from '../src/lib/backend';
import { expectAccessible } from './accessible';
import { openView } from './views';

const html = (page: Page): Locator => page.locator('html');
const model = (page: Page, name: string): Locator =>
  page
    .getByRole('main')
    .getByRole('listitem')
    .filter({ has: page.getByText(name, { exact: true }) });

/** What of the settings was kept. */
const kept = (page: Page): Promise<unknown> =>
  page.evaluate(() => {
    const { theme, text_scale, notes_folder } = (globalThis as unknown as { keptSettings: () => Settings }).keptSettings();
    return { theme, text_scale, notes_folder };
  });

async function openModels(page: Page, ...scenes: string[]): Promise<void> {
  await openView(page, '设置', ...scenes);
  await page.getByRole('main').getByRole('button', { name: '模型', exact: true }).click();
  await expect(model(page, 'bge-m3')).toBeVisible();
}

test('the language changes at once, everywhere', async ({ page }) => {
  await openView(page, '设置');
  await page.getByText('English', { exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await expect(html(page)).toHaveAttribute('lang', 'en');
  await page.getByText('中文', { exact: true }).click();
  await expect(page.getByRole('heading', { name: '设置', exact: true })).toBeVisible();
});

test('the theme and the size of the text change at once and stay', async ({ page }) => {
  await openView(page, '设置');
  await page.getByText('深色', { exact: true }).click();
  await expect(html(page)).toHaveAttribute('data-theme', 'dark');
  const before = await html(page).evaluate((root) => parseFloat(getComputedStyle(root).fontSize));
  await page.getByRole('button', { name: '放大' }).click();
  await page.getByRole('button', { name: '放大' }).click();
  await expect(page.getByText('125%')).toBeVisible();
  expect(await html(page).evaluate((root) => parseFloat(getComputedStyle(root).fontSize))).toBeCloseTo(before * 1.25, 1);
  await page.getByRole('navigation').first().getByRole('button', { name: '笔记库', exact: true }).click();
  await page.getByRole('navigation').first().getByRole('button', { name: '设置', exact: true }).click();
  await expect(page.getByText('125%')).toBeVisible();
  for (let n = 0; n < 3; n++) await page.getByRole('button', { name: '放大' }).click();
  await expect(page.getByRole('button', { name: '放大' })).toBeDisabled();
  await page.getByRole('button', { name: '恢复默认大小' }).click();
  await expect(page.getByText('100%')).toBeVisible();
});

test('the next start looks as this one did from its first moment', async ({ page }) => {
  await openView(page, '设置');
  await page.getByText('English', { exact: true }).click();
  await page.getByText('Dark', { exact: true }).click();
  await expect(html(page)).toHaveAttribute('data-theme', 'dark');
  await page.addInitScript(() => {
    const looks: string[] = [];
    Object.assign(globalThis, { looks });
    const note = (): unknown => looks.push(`${document.documentElement.dataset.theme} ${document.documentElement.lang}`);
    new MutationObserver(note).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-theme', 'lang'] });
  });
  await page.reload();
  await expect(page.getByRole('navigation').first()).toBeVisible();
  expect(await page.evaluate(() => (globalThis as unknown as { looks: string[] }).looks[0])).toBe('dark en');
});

test('what cannot be saved is taken back and said', async ({ page }) => {
  await openView(page, '设置', 'full');
  await page.getByText('深色', { exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('no space left on the disk');
  await expect(page.getByText('设置没有保存，已恢复原样。')).toBeVisible();
  await expect(html(page)).toHaveAttribute('data-theme', 'light');
  await expect(page.getByRole('radio', { name: '跟随系统' }).nth(1)).toBeChecked();
  const tray = page.getByRole('switch', { name: '关闭窗口后留在托盘' });
  await tray.click();
  await expect(tray).not.toBeChecked();
});

test('a model that is getting ready is stopped, and the present one stays', async ({ page }) => {
  await openModels(page, 'slow');
  const row = model(page, 'multilingual-e5-small');
  await row.getByRole('button', { name: /^使用/ }).click();
  await expect(row).toContainText('准备中');
  await row.getByRole('button', { name: '不换成 multilingual-e5-small', exact: true }).click();
  await expect(row).not.toContainText('准备中');
  await expect(row.getByRole('button', { name: /^使用/ })).toBeVisible();
  await expect(model(page, 'sidenote-static-256')).toContainText('使用中');
  await expect(page.getByText('仍然使用 sidenote-static-256。')).toBeVisible();
});

test('presses in quick succession all count, and what was chosen elsewhere meanwhile stays', async ({ page }) => {
  await openView(page, '设置', 'slow');
  const larger = page.getByRole('button', { name: '放大' });
  await expect(larger).toBeVisible();
  const seen = await page
    .getByRole('status')
    .filter({ hasText: '%' })
    .evaluateHandle((output) => {
      const seen: string[] = [];
      new MutationObserver(() => seen.push(output.textContent?.trim() ?? '')).observe(output, {
        characterData: true,
        childList: true,
        subtree: true,
      });
      return seen;
    });
  for (let n = 0; n < 3; n += 1) await larger.click();
  await page.getByText('深色', { exact: true }).click();
  await page.getByRole('button', { name: '更换…' }).click();
  await expect(page.getByText('/home/lin/notes', { exact: true })).toBeVisible();
  await page.getByText('浅色', { exact: true }).click();
  await expect.poll(() => kept(page)).toEqual({ theme: 'light', text_scale: 1.5, notes_folder: '/home/lin/notes' });
  expect(await seen.jsonValue()).toEqual(['110%', '125%', '150%']);
});

test('the keys that browsers have for it change the size of the text, also in a box, up to twice the usual one', async ({
  page,
}) => {
  await openView(page, '笔记库');
  const size = (): Promise<number> => page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize));
  const usual = await size();
  for (let n = 0; n < 9; n += 1) await page.keyboard.press('Control+=');
  await expect.poll(size).toBe(2 * usual);
  await expect.poll(() => kept(page)).toMatchObject({ text_scale: 2 });
  await page.keyboard.press('Control+-');
  await expect.poll(size).toBe(1.75 * usual);
  await page.keyboard.press('Control+0');
  await expect.poll(size).toBe(usual);
  await page.keyboard.press('Control+Shift++');
  await expect.poll(size).toBeCloseTo(1.1 * usual);
});

test('of changes in quick succession the one that cannot be kept is taken back, and no other', async ({ page }) => {
  await openView(page, '设置', 'slow');
  const larger = page.getByRole('button', { name: '放大' });
  await larger.click();
  await expect.poll(() => kept(page)).toMatchObject({ text_scale: 1.1 });
  await larger.evaluate((button: HTMLButtonElement) => {
    (globalThis as unknown as { refuseSettings: number }).refuseSettings = 1;
    document.querySelector<HTMLInputElement>('input[value=dark]')?.click();
    button.click();
  });
  await expect(html(page)).toHaveAttribute('data-theme', 'dark');
  await expect(page.getByRole('alert')).toContainText('no space left on the disk');
  await expect(html(page)).toHaveAttribute('data-theme', 'light');
  await expect(page.getByText('125%')).toBeVisible();
});

test('tray and shortcut are off at first; a shortcut is what was pressed, with a held key', async ({ page }) => {
  await openView(page, '设置');
  await expect(page.getByRole('switch', { name: '关闭窗口后留在托盘' })).not.toBeChecked();
  const hotkey = page.getByRole('switch', { name: '全局快速记录快捷键' });
  await expect(hotkey).not.toBeChecked();
  await hotkey.click();
  await expect(page.getByRole('button', { name: '请按下快捷键' })).toBeFocused();
  await page.keyboard.press('n');
  await expect(page.getByRole('button', { name: '请用 Ctrl、Alt 或 ⌘ 加另一个键。' })).toBeVisible();
  await page.keyboard.press('Control+Shift+N');
  await expect(page.getByText('Ctrl+Shift+N', { exact: true })).toBeVisible();
  await expect(hotkey).toBeChecked();
  await hotkey.click();
  await expect(page.getByText('Ctrl+Shift+N', { exact: true })).toHaveCount(0);
  await hotkey.click();
  await page.keyboard.press('Escape');
  await expect(hotkey).not.toBeChecked();
  await expect(hotkey).toBeFocused();
});

test('the folder of new notes and the editor can be changed', async ({ page }) => {
  await openView(page, '设置');
  await page.getByRole('button', { name: '更换…' }).click();
  await expect(page.getByText('/home/lin/notes', { exact: true })).toBeVisible();
  const editor = page.getByRole('textbox', { name: '外部编辑器' });
  await editor.fill('gvim');
  await editor.blur();
  await page.getByRole('main').getByRole('button', { name: '关于' }).click();
  await page.getByRole('main').getByRole('button', { name: '通用' }).click();
  await expect(editor).toHaveValue('gvim');
});

test('models say what they do, what they cost and their state', async ({ page }) => {
  await openModels(page);
  await expect(model(page, 'sidenote-static-256')).toContainText('使用中');
  await expect(model(page, 'sidenote-static-256')).toContainText('无需下载');
  await expect(model(page, 'multilingual-e5-small')).toContainText('已安装');
  await expect(model(page, 'bge-m3')).toContainText('可下载');
  await expect(model(page, 'bge-m3')).toContainText('2.3 GB');
  await expect(model(page, 'bge-m3')).toContainText('中文、英文等 100 多种');
  await expect(page.getByText('未使用，按内置方式排序。')).toBeVisible();
});

test('a download shows how far it is, is stopped, goes on from there, and goes on while other views are open', async ({
  page,
}) => {
  await openModels(page);
  const row = model(page, 'bge-reranker-base');
  await row.getByRole('button', { name: /^下载 bge-reranker-base/ }).click();
  await expect(row).toContainText(/[1-9][\d.]* MB \/ 484 MB/);
  await row.getByRole('button', { name: '停止下载 bge-reranker-base' }).click();
  await expect(row).toContainText('已停止。已下载的部分会保留');
  const kept = parseFloat(/([\d.]+) MB \/ 484/.exec(await row.innerText())![1]!);
  expect(kept).toBeGreaterThan(0);
  await row.getByRole('button', { name: '继续下载 bge-reranker-base' }).click();
  const now = parseFloat(/([\d.]+) MB \/ 484/.exec(await row.innerText())![1]!);
  expect(now).toBeGreaterThanOrEqual(kept);
  await page.getByRole('navigation').first().getByRole('button', { name: '笔记库', exact: true }).click();
  await page.getByRole('navigation').first().getByRole('button', { name: '设置', exact: true }).click();
  await page.getByRole('main').getByRole('button', { name: '模型', exact: true }).click();
  await expect(row).toContainText('已安装');
  await row.getByRole('button', { name: '使用 bge-reranker-base' }).click();
  await expect(row).toContainText('使用中');
  await row.getByRole('button', { name: '停用 bge-reranker-base' }).click();
  await expect(row).toContainText('已安装');
});

test('a download that fails says what to do and keeps what has come', async ({ page }) => {
  await openModels(page, 'offline');
  const row = model(page, 'bge-small-zh-v1.5');
  await row.getByRole('button', { name: /^下载/ }).click();
  await expect(row.getByRole('alert')).toContainText('the hub cannot be reached');
  await expect(row).toContainText('HF_ENDPOINT');
  await expect(row.getByRole('button', { name: '继续下载 bge-small-zh-v1.5' })).toBeVisible();
});

test('another model for meaning reads the notes in the background, and then takes over', async ({ page }) => {
  await openModels(page);
  const row = model(page, 'multilingual-e5-small');
  await row.getByRole('button', { name: /^使用/ }).click();
  await expect(row).toContainText('准备中');
  await expect(row).toContainText('读完之前仍由原来的模型工作');
  await expect(row).toContainText(/\d+ \/ 420 段/);
  await expect(model(page, 'sidenote-static-256')).toContainText('使用中');
  await expect(row).toContainText('使用中', { timeout: 15_000 });
  await expect(model(page, 'sidenote-static-256')).not.toContainText('使用中');
});

test('a model is removed after a yes, and one can be added from a file', async ({ page }) => {
  await openModels(page);
  const row = model(page, 'multilingual-e5-small');
  await row.getByRole('button', { name: /^删除/ }).click();
  await expect(page.getByRole('dialog', { name: /删除/ })).toContainText('490 MB');
  await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
  await expect(row).toContainText('可下载');
  await page.getByRole('button', { name: '从文件添加…' }).click();
  await expect(model(page, 'my-embedder')).toContainText('已安装');
});

test('a model that cannot be put to work says why, beside it', async ({ page }) => {
  await openModels(page, 'full');
  const row = model(page, 'multilingual-e5-small');
  await row.getByRole('button', { name: /^使用/ }).click();
  await expect(row.getByRole('alert')).toContainText('no space left on the disk');
  await expect(row).toContainText('无法使用 multilingual-e5-small');
});

test('about says what stays here, and copies no path', async ({ page }) => {
  await openView(page, '设置');
  await page.getByRole('main').getByRole('button', { name: '关于' }).click();
  await expect(page.getByText('所有内容都留在这台电脑上', { exact: false })).toBeVisible();
  await expect(page.getByText('/home/lin/.local/share/sidenote')).toBeVisible();
  await page.getByRole('button', { name: '复制版本信息' }).click();
  const copied = await page.evaluate(() => (globalThis as unknown as { left: { copied: string[] } }).left.copied);
  expect(copied).toEqual(['Sidenote 0.4.0, linux, 187 MB']);
});

test('settings that cannot be read are said, and can be tried again', async ({ page }) => {
  await openView(page, '设置', 'failing');
  await expect(page.getByRole('alert')).toContainText('settings.toml cannot be read');
  await page.getByRole('main').getByRole('button', { name: '模型', exact: true }).click();
  await expect(page.getByRole('alert').getByRole('button', { name: '重试' })).toBeVisible();
});

test('every control is reached by keyboard', async ({ page }) => {
  await openView(page, '设置');
  await page.getByRole('main').getByRole('button', { name: '通用' }).focus();
  const reached: string[] = [];
  for (let n = 0; n < 14; n++) {
    await page.keyboard.press('Tab');
    reached.push(await page.evaluate(() => document.activeElement?.getAttribute('type') ?? ''));
  }
  expect(reached.filter((type) => type === 'radio')).toHaveLength(2);
  expect(reached.filter((type) => type === 'checkbox')).toHaveLength(2);
  expect(reached.filter((type) => type === 'text')).toHaveLength(1);
});

test('the checker finds nothing serious on any page of the settings', async ({ page }) => {
  test.slow();
  await openModels(page, 'offline');
  await model(page, 'bge-small-zh-v1.5').getByRole('button', { name: /^下载/ }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expectAccessible(page, 'main');
  await page.getByRole('main').getByRole('button', { name: '关于' }).click();
  await expect(page.getByText('0.4.0')).toBeVisible();
  await expectAccessible(page, 'main');
  await page.getByRole('main').getByRole('button', { name: '通用' }).click();
  await expect(page.getByRole('switch').first()).toBeVisible();
  await expectAccessible(page, 'main');
});

test('a model on another machine is named with its host, and the promises say what leaves', async ({ page }) => {
  await openModels(page, 'elsewhere');
  const row = model(page, 'large-writer');
  await expect(row).toContainText('使用中');
  await expect(row).toContainText('在 models.example.org 上：问题和相关段落会离开这台电脑。');
  await expect(row).not.toContainText('0 B');
  await expect(page.getByText('问题和相关段落会发给 models.example.org，由它写答案。')).toBeVisible();
  const missing = model(page, 'bge-reranker-base');
  await expect(missing).toContainText('没有安装');
  await expect(missing).toContainText('目前按内置方式排序');
  await page.getByRole('main').getByRole('button', { name: '关于', exact: true }).click();
  await expect(page.getByText('每个问题和相关段落会发给 models.example.org')).toBeVisible();
  await expect(page.getByText('所有内容都留在这台电脑上')).toHaveCount(0);
  await page.getByRole('navigation').first().getByRole('button', { name: '笔记库', exact: true }).click();
  await expect(page.getByText('由 large-writer 根据找到的段落来写。')).toBeVisible();
});

test('once the model on another machine is no longer used, everything stays here', async ({ page }) => {
  await openModels(page, 'elsewhere');
  await model(page, 'large-writer')
    .getByRole('button', { name: /停用|不使用|不用/ })
    .click();
  await page.getByRole('main').getByRole('button', { name: '关于', exact: true }).click();
  await expect(page.getByText('所有内容都留在这台电脑上')).toBeVisible();
  await page.getByRole('navigation').first().getByRole('button', { name: '笔记库', exact: true }).click();
  await expect(page.getByText('直接摘自笔记原文。添加写作模型后')).toBeVisible();
});
