import { expect, test, type Locator, type Page } from '@playwright/test';
import { rounded, size } from '../src/lib/i18n/figures';
import { moment } from '../src/lib/i18n/moment';
import { expectAccessible } from './accessible';
import { openView } from './views';

const main = (page: Page): Locator => page.getByRole('main');
const library = (page: Page, name: string): Locator =>
  main(page)
    .getByRole('listitem')
    .filter({ has: page.getByText(name, { exact: true }) });
const files = (page: Page): Locator => page.getByRole('listbox', { name: '文件' });
const details = (page: Page): Locator => page.getByRole('complementary', { name: '文件详情' });
const openFiles = (page: Page, name: string): Promise<void> => page.getByRole('button', { name: `${name} 的文件清单` }).click();

test('each library says where it is, what was read of it, and what it is', async ({ page }) => {
  await openView(page, '笔记库');
  await expect(library(page, 'Sidenote')).toContainText('/home/lin/Documents/Sidenote');
  await expect(library(page, 'Sidenote')).toContainText('新笔记存放处');
  await expect(library(page, 'Sidenote')).toContainText('5 个文件跳过');
  await expect(library(page, 'study-notes')).toContainText('随程序附带');
  await expect(library(page, 'study-notes')).toContainText('12 篇笔记');
});

test('a library around another says which notes are not its own', async ({ page }) => {
  await openView(page, '笔记库', 'nested');
  await expect(library(page, 'Documents')).toContainText('其中的 Sidenote 另是一个笔记库，那里的笔记不重复计入');
  await expect(library(page, 'Sidenote')).not.toContainText('另是一个笔记库');
});

test('a folder that is added is read while its progress is shown, and then found', async ({ page }) => {
  await openView(page, '笔记库');
  await page.getByRole('button', { name: '添加文件夹' }).click();
  const progress = page.getByRole('region', { name: '正在读取笔记' });
  await expect(progress).toContainText('正在读取 research');
  // Files are read in less than a second here; then it counts passages.
  await expect(progress).toContainText(/每秒 .* (个文件|段)/);
  await expect(progress).toContainText(/约剩/);
  await expect(main(page).getByText('笔记已全部读取。')).toBeVisible();
  await expect(library(page, 'research')).toContainText('24 篇笔记');
  await page.getByRole('navigation').first().getByRole('button', { name: '查找', exact: true }).click();
  await page.getByRole('combobox').first().fill('温室传感器');
  await expect(page.getByRole('row').first()).toContainText('research');
});

test('indexing shows its stage, how far, how fast and how long yet, and can be stopped', async ({ page }) => {
  await openView(page, '笔记库', 'indexing');
  const progress = page.getByRole('region', { name: '正在读取笔记' });
  await expect(progress).toContainText('4/5 建立语义索引');
  await expect(progress).toContainText(/[\d,]+ \/ 8,400/);
  await expect(progress).toContainText('每秒 100 段');
  await expect(progress).toContainText('约剩 1 分钟');
  await expect(progress.getByRole('progressbar')).toBeVisible();
  await progress.getByRole('button', { name: '停止' }).click();
  await expect(progress).toHaveCount(0);
  await expect(main(page).getByText('已停止，读过的内容已保留。')).toBeVisible();
});

test('a library is removed only after a yes that says its files stay, and is then not found', async ({ page }) => {
  await openView(page, '笔记库');
  await page.getByRole('button', { name: '移除 study-notes' }).click();
  const dialog = page.getByRole('dialog', { name: /移除/ });
  await expect(dialog).toContainText('文件夹和里面的文件原样保留');
  await expect(dialog).toContainText('/usr/share/sidenote/notes');
  await page.keyboard.press('Escape');
  await expect(library(page, 'study-notes')).toBeVisible();
  await page.getByRole('button', { name: '移除 study-notes' }).click();
  await dialog.getByRole('button', { name: '移除' }).click();
  await expect(library(page, 'study-notes')).toHaveCount(0);
  await expect(page.getByText('已移除“study-notes”，文件仍在原处。')).toBeVisible();
  await page.getByRole('navigation').first().getByRole('button', { name: '查找', exact: true }).click();
  await page.getByRole('combobox').first().fill('PagedAttention');
  await expect(page.getByText('没有找到“PagedAttention”').first()).toBeVisible();
});

test('a library whose folder is gone says so and what it means', async ({ page }) => {
  await openView(page, '笔记库', 'missing');
  await expect(library(page, 'usb')).toContainText('找不到文件夹');
  await expect(library(page, 'usb')).toContainText('可能是磁盘没有连接');
  await expect(page.getByRole('button', { name: '重新检查 usb' })).toBeDisabled();
});

test('without libraries the first step is offered', async ({ page }) => {
  await openView(page, '笔记库', 'empty');
  await expect(main(page)).toContainText('还没有文件夹');
  await page.getByRole('button', { name: '添加文件夹' }).click();
  await expect(library(page, 'research')).toBeVisible();
});

test('what cannot be read or written is said with what to do', async ({ page }) => {
  await openView(page, '笔记库', 'failing');
  await expect(page.getByRole('alert')).toContainText('数据损坏了：database disk image is malformed');
  await expect(page.getByRole('alert')).toContainText('笔记不受影响，会重新读取');
  await openView(page, '笔记库', 'full');
  await page.getByRole('button', { name: '添加文件夹' }).click();
  await expect(page.getByRole('alert')).toContainText('no space left on the disk');
  await expect(page.getByRole('alert').getByRole('button', { name: '重试' })).toBeVisible();
});

test('the legs of the search say what they do now', async ({ page }) => {
  await openView(page, '笔记库');
  const legs = page.getByRole('region', { name: '当前的查找能力' });
  await expect(legs).toContainText('能按意思查找，使用 sidenote-static-256');
  await expect(legs).toContainText('使用内置排序');
  await legs.getByRole('button', { name: '选择模型' }).click();
  await expect(page.getByRole('heading', { name: '语义查找' })).toBeVisible();
});

test('every file has a row with its state and reason; filters and words narrow them', async ({ page }) => {
  await openView(page, '笔记库');
  await openFiles(page, 'Sidenote');
  await expect(files(page).getByRole('option')).toHaveCount(7);
  await expect(files(page).getByRole('option', { name: /扫描的合同/ })).toContainText('请先做文字识别');
  await page.getByText('已跳过 5').click();
  await expect(files(page).getByRole('option')).toHaveCount(5);
  await page.getByText('有警告 1').click();
  await expect(files(page).getByRole('option')).toHaveCount(1);
  await page.getByText('全部 7').click();
  await page.getByRole('searchbox', { name: '查找文件' }).fill('inbox');
  await expect(files(page).getByRole('option')).toHaveCount(3);
  await page.getByRole('searchbox', { name: '查找文件' }).fill('nosuchfile');
  await expect(page.getByText('没有符合条件的文件。')).toBeVisible();
});

test('a file is read, tried again, ignored and taken back', async ({ page }) => {
  await openView(page, '笔记库');
  await openFiles(page, 'Sidenote');
  await files(page).getByRole('option', { name: /密码/ }).click();
  await expect(details(page)).toContainText('需要密码');
  await details(page).getByRole('button', { name: '重试' }).click();
  await expect(page.getByText('正在重新读取。')).toBeVisible();
  await files(page)
    .getByRole('option', { name: /读书笔记/ })
    .click();
  await details(page).getByRole('button', { name: '忽略这个文件' }).click();
  await expect(details(page)).toContainText('你已设为忽略');
  await details(page).getByRole('button', { name: '恢复读取' }).click();
  await expect(details(page)).toContainText('字数');
  await details(page).getByRole('button', { name: '打开' }).click();
  await expect(page.locator('section.reader')).toContainText('读书笔记');
  await page.getByRole('button', { name: '全部笔记库' }).click();
  await expect(library(page, 'Sidenote')).toBeVisible();
});

test('ten thousand files: only those in view are in the page, and the keyboard reaches the last', async ({ page }) => {
  await openView(page, '笔记库', 'many');
  await openFiles(page, 'archive');
  const options = files(page).getByRole('option');
  await expect(options.first()).toHaveAttribute('aria-setsize', '9986');
  expect(await options.count()).toBeLessThan(60);
  await files(page).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('PageDown');
  const chosen = files(page).locator('[aria-selected=true]');
  await expect(chosen).toBeInViewport();
  await expect(chosen).not.toHaveAttribute('aria-posinset', '1');
  await page.keyboard.press('End');
  await expect(chosen).toHaveAttribute('aria-posinset', '9986');
  await expect(chosen).toBeInViewport({ ratio: 0.99 });
  await expect(files(page)).toHaveAttribute('aria-activedescendant', (await chosen.getAttribute('id'))!);
  await page.keyboard.press('Home');
  await expect(chosen).toHaveAttribute('aria-posinset', '1');
  await expect(chosen).toBeInViewport({ ratio: 0.99 });
});

test('scrolling through ten thousand files never shows a gap', async ({ page }) => {
  await openView(page, '笔记库', 'many');
  await openFiles(page, 'archive');
  await expect(files(page).getByRole('option').first()).toBeVisible();
  const gaps = await files(page).evaluate(async (list) => {
    let empty = 0;
    for (let step = 1; step <= 60; step++) {
      list.scrollTop = step * 137 * step;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const { left, top, height, width } = list.getBoundingClientRect();
      for (const y of [top + 4, top + height / 2, top + height - 4])
        if (!document.elementFromPoint(left + width / 3, y)?.closest('[role=option]')) empty += 1;
    }
    return empty;
  });
  expect(gaps).toBe(0);
});

test('the checker finds nothing serious in the libraries and their files', async ({ page }) => {
  test.slow();
  await openView(page, '笔记库', 'missing', 'indexing');
  await expect(library(page, 'usb')).toBeVisible();
  await expectAccessible(page, 'main');
  await openFiles(page, 'Sidenote');
  await files(page).getByRole('option', { name: /密码/ }).click();
  await expectAccessible(page, 'main');
});

test.describe('in a narrow window', () => {
  test.use({ viewport: { width: 420, height: 700 } });
  test('list and details share the height, and what is chosen stays in view', async ({ page }) => {
    await page.goto('/?scene=many');
    await page.getByRole('button', { name: '显示侧栏' }).click();
    await page.getByRole('navigation').first().getByRole('button', { name: '笔记库', exact: true }).click();
    await openFiles(page, 'archive');
    await files(page).focus();
    await page.keyboard.press('End');
    await expect(details(page)).toContainText('已读取');
    await expect(files(page).locator('[aria-selected=true]')).toBeInViewport({ ratio: 0.99 });
    expect(await main(page).evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  });
});

test('sizes, rates and moments are written as people read them', () => {
  expect([0, 999, 1000, 8_412_233, 96_000_000, 2_290_000_000, 999_600_000].map(size)).toEqual([
    '0 B',
    '999 B',
    '1 kB',
    '8.4 MB',
    '96 MB',
    '2.3 GB',
    '1 GB',
  ]);
  expect([1450.4, 38.2, 4.25].map(rounded)).toEqual([1450, 38, 4.3]);
  expect(moment(new Date().toISOString(), 'zh')).toMatch(/^\d{2}:\d{2}$/);
  expect(moment('2020-05-04T10:00:00Z', 'en')).toContain('2020');
});
