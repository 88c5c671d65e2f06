import { expect, type Page, test } from '@playwright/test';
import './notes/window';
import { ask, box, chip, open, QUESTION, read, reader } from './window';

const conversations = '对话';

test('the palette goes to views, notes by title, conversations, and asks what was typed', async ({ page }) => {
  await open(page, 'history');
  const palette = page.getByRole('combobox', { name: '前往或执行' });
  await page.keyboard.press('Control+k');
  await expect(palette).toBeFocused();
  await palette.fill('笔记库');
  await palette.press('Enter');
  await expect(page.getByRole('navigation').getByRole('button', { name: '笔记库' })).toHaveAttribute('aria-current', 'page');
  await page.keyboard.press('Control+k');
  await palette.fill('旋转位置');
  await palette.press('Enter');
  await expect(reader(page).getByRole('heading', { level: 2, name: '旋转位置编码', exact: true })).toBeVisible();
  await page.keyboard.press('Control+k');
  await palette.fill('温度');
  await palette.press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: '知识蒸馏的温度有什么用？' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await palette.fill('LoRA 为什么省显存');
  await page.getByRole('option', { name: '提问：LoRA 为什么省显存' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'LoRA 为什么省显存' })).toBeVisible();
});

test('the palette leads to a quick note, the models and a new folder', async ({ page }) => {
  await open(page);
  const choose = async (typed: string, label: string): Promise<void> => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: '前往或执行' }).fill(typed);
    await expect(page.getByRole('option').first()).toContainText(label);
    await page.keyboard.press('Enter');
  };
  await choose('速记', '速记');
  await expect(page.getByRole('textbox', { name: '速记' })).toBeFocused();
  await page.keyboard.press('Escape');
  await choose('模型', '模型');
  await expect(page.getByRole('main').getByRole('button', { name: '模型', exact: true })).toHaveAttribute('aria-current', 'page');
  await choose('添加文件夹', '添加文件夹');
  await expect(page.getByText('正在读取“research”')).toBeVisible();
  await expect(page.getByRole('main').getByRole('button', { name: 'research 的文件清单' })).toBeVisible();
});

test('Escape closes the palette and the focus is where it was', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(box(page)).toBeFocused();
});

test('keys open what they are said to open', async ({ page }) => {
  await open(page);
  const current = page.getByRole('navigation').first().locator('[aria-current=page]');
  await page.keyboard.press('Control+,');
  await expect(current).toHaveText('设置');
  await page.keyboard.press('Control+Shift+F');
  await expect(current).toHaveText('查找');
  await page.keyboard.press('Control+/');
  const sheet = page.getByRole('dialog', { name: '快捷键' });
  for (const key of ['K', 'N', 'F', ',', 'Esc', '↑']) await expect(sheet.getByText(key, { exact: true }).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+n');
  await expect(current).toHaveText('笔记');
});

test('a question mark opens the sheet of keys, but is a character where text is typed', async ({ page }) => {
  await open(page);
  await box(page).press('?');
  await expect(box(page)).toHaveValue('?');
  await page.getByRole('navigation').getByRole('button', { name: '笔记库' }).focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: '快捷键' })).toBeVisible();
});

test('conversations are found by what was said in them', async ({ page }) => {
  await open(page, 'history');
  const list = page.getByRole('region', { name: conversations });
  await expect(list.getByRole('listitem')).toHaveCount(3);
  await list.getByRole('searchbox').fill('蒸馏');
  await expect(list.getByRole('button', { name: /温度有什么用？/ }).first()).toBeVisible();
  await expect(list.getByRole('button', { name: /怎么排查/ })).toHaveCount(0);
  await list.getByRole('searchbox').fill('没有这样的词');
  await expect(list).toContainText('没有对话提到“没有这样的词”');
});

test('a conversation is renamed in place', async ({ page }) => {
  await open(page, 'history');
  await page.getByRole('button', { name: '“LoRA 的原理是什么？”的操作' }).click();
  await page.getByRole('menuitem', { name: '重命名' }).click();
  const field = page.getByRole('textbox', { name: '对话名称' });
  await expect(field).toBeFocused();
  await field.fill('低秩');
  await field.press('Enter');
  await expect(page.getByRole('button', { name: '低秩', exact: true })).toBeVisible();
});

test('deleting a conversation is asked for first, and cancelling keeps it', async ({ page }) => {
  await open(page, 'history');
  const item = page
    .getByRole('region', { name: conversations })
    .getByRole('button', { name: 'LoRA 的原理是什么？', exact: true });
  for (const [answer, left] of [
    ['取消', 1],
    ['删除', 0],
  ] as const) {
    await page.getByRole('button', { name: '“LoRA 的原理是什么？”的操作' }).click();
    await page.getByRole('menuitem', { name: '删除' }).click();
    await page.getByRole('dialog').getByRole('button', { name: answer }).click();
    await expect(item).toHaveCount(left);
  }
  await expect(page.getByText('对话已删除')).toBeVisible();
});

test('a menu is worked with the arrow keys and gives the focus back', async ({ page }) => {
  await open(page, 'history');
  const button = page.getByRole('button', { name: '“LoRA 的原理是什么？”的操作' });
  await button.focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem', { name: '重命名' })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('menuitem', { name: '删除' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(button).toBeFocused();
});

test('a link to a conversation is copied', async ({ page }) => {
  await open(page, 'history');
  await page.getByRole('button', { name: '“LoRA 的原理是什么？”的操作' }).click();
  await page.getByRole('menuitem', { name: '复制链接' }).click();
  await expect(page.getByText('链接已复制')).toBeVisible();
  const copied = await page.evaluate(() => (globalThis as unknown as { left: { copied: string[] } }).left.copied.at(-1));
  expect(copied).toMatch(/^sidenote:\/\/conversation\/\d+$/);
});

test('the appearance follows the system, and the choice of the person after it', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await open(page);
  const root = page.locator('html');
  await expect(root).toHaveAttribute('data-theme', 'dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(root).toHaveAttribute('data-theme', 'light');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: '前往或执行' }).fill('外观：深色');
  await page.keyboard.press('Enter');
  await expect(root).toHaveAttribute('data-theme', 'dark');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: '前往或执行' }).fill('English');
  await page.keyboard.press('Enter');
  await expect(root).toHaveAttribute('lang', 'en');
  await expect(page.getByRole('heading', { name: 'Ask your notes' })).toBeVisible();
});

test('in a narrow window the sidebar is a drawer that closes when something is chosen', async ({ page }) => {
  await page.setViewportSize({ width: 480, height: 800 });
  await page.goto('/');
  await expect(page.getByRole('navigation')).toHaveCount(0);
  await page.getByRole('button', { name: '显示侧栏' }).click();
  await page.getByRole('navigation').getByRole('button', { name: '笔记库' }).click();
  await expect(page.getByRole('navigation')).toHaveCount(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(480);
});

test('nothing is wider than a narrow window, even with large text', async ({ page }) => {
  await page.setViewportSize({ width: 420, height: 800 });
  await page.goto('/?scene=generative');
  await page.evaluate(() => document.documentElement.style.setProperty('--text-scale', '1.6'));
  await ask(page, QUESTION);
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll('main *')]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .map((element) => element.className),
  );
  expect(wide).toEqual([]);
});

test('with large text there is room for one thing at a time: what is read covers the answer', async ({ page }) => {
  await page.setViewportSize({ width: 1180, height: 780 });
  await open(page);
  await page.keyboard.press('Control+,');
  const larger = page.getByRole('button', { name: '放大' });
  for (const percent of [110, 125, 150, 175, 200]) {
    await larger.click();
    await expect(page.getByText(`${percent}%`, { exact: true })).toBeVisible();
  }
  await page.getByRole('button', { name: '显示侧栏' }).click();
  await page.getByRole('navigation').getByRole('button', { name: '提问' }).click();
  await ask(page, QUESTION);
  await chip(page, 2).click();
  await expect(reader(page)).toBeVisible();
  expect((await reader(page).boundingBox())?.width).toBe(1180);
});

test('the list of files keeps its room beside an open note', async ({ page }) => {
  await open(page);
  await page.getByRole('navigation').getByRole('button', { name: '笔记库' }).click();
  await page
    .getByRole('button', { name: /的文件清单/ })
    .first()
    .click();
  await page.getByRole('option').first().click();
  await page.getByRole('complementary').getByRole('button', { name: '打开' }).click();
  await expect(reader(page)).toBeVisible();
  expect((await page.getByRole('listbox', { name: '文件' }).boundingBox())?.width).toBeGreaterThan(300);
});

test('what is dragged over the window is told what becomes of it, until it is dropped or carried away', async ({ page }) => {
  await open(page);
  const drag = (what: 'folder' | 'image' | 'file' | null): Promise<void> =>
    page.evaluate((what) => emit({ type: 'dragged', what }), what);
  for (const [what, hint] of [
    ['folder', '松开即可添加这个文件夹'],
    ['image', '图片要放进正在编辑的笔记'],
    ['file', '不能添加单个文件'],
  ] as const) {
    await drag(what);
    await expect(page.getByText(hint)).toBeVisible();
    await drag(null);
    await expect(page.getByText(hint)).toHaveCount(0);
  }
  await page.evaluate(() => emit({ type: 'image_dropped', offer: 1, x: 9, y: 9 }));
  await expect(page.getByText('请先打开那篇笔记，再把图片拖到正文里')).toBeVisible();
});

for (const [languages, lang] of [
  [['en-GB', 'zh-CN'], 'en'],
  [['zh-TW', 'en'], 'zh-CN'],
  [['fr', 'zh', 'en'], 'zh-CN'],
  [['fr', 'de-AT'], 'en'],
] as const) {
  test(`a system that speaks ${languages.join(', then ')} gets ${lang}`, async ({ page }) => {
    await page.addInitScript((languages) => Object.defineProperty(navigator, 'languages', { get: () => languages }), languages);
    await open(page);
    await expect(page.locator('html')).toHaveAttribute('lang', lang);
  });
}

test('whatever was typed can be asked and looked up, however many notes fit', async ({ page }) => {
  await open(page, 'many');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: '前往或执行' }).fill('note');
  await expect(page.getByRole('option', { name: /Archived note/ }).first()).toBeVisible();
  await expect(page.getByRole('option', { name: '提问：note' })).toBeAttached();
  await expect(page.getByRole('option', { name: '查找：note' })).toBeAttached();
});

test('the key for looking up puts the focus into its box, also from there', async ({ page }) => {
  await open(page);
  const box = page.getByRole('combobox', { name: '要查找的内容' });
  await page.keyboard.press('Control+Shift+F');
  await expect(box).toBeFocused();
  await page.getByRole('button', { name: '筛选' }).focus();
  await page.keyboard.press('Control+Shift+F');
  await expect(box).toBeFocused();
});

test('Escape closes the dialog that lies above a drawer, then the drawer', async ({ page }) => {
  await page.setViewportSize({ width: 480, height: 800 });
  await page.goto('/?scene=history');
  await page.getByRole('button', { name: '显示侧栏' }).click();
  await page.keyboard.press('Control+/');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('navigation')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('navigation')).toHaveCount(0);
});

test('between sidebar and reader the view keeps its room, however wide the reader was made', async ({ page }) => {
  await page.setViewportSize({ width: 920, height: 700 });
  await page.addInitScript(() => localStorage.setItem('layout.reader', '0.65'));
  await open(page);
  await ask(page, QUESTION);
  await chip(page, 1).click();
  await expect(reader(page)).toBeVisible();
  expect((await page.getByRole('main').boundingBox())?.width).toBeGreaterThanOrEqual(315);
  await expect(page.getByRole('separator', { name: '笔记栏宽度' })).toHaveAttribute('aria-valuemax', '39');
});

/** What the program says without being asked. */
async function tell(page: Page, ...events: unknown[]): Promise<void> {
  await page.evaluate((events) => events.forEach((globalThis as unknown as { tell: (event: unknown) => void }).tell), events);
}
const sync = (done: number | null): unknown => ({
  type: 'sync',
  progress: done === null ? null : { library: 'Sidenote', stage: 'read', done, total: 9, rate: null, remaining_s: null },
});

test('indexing is shown and said once it takes a while: a saved note makes no noise', async ({ page }) => {
  await open(page);
  await page.getByRole('navigation').getByRole('button', { name: '笔记库' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '笔记库' })).toBeVisible();
  const seen = page.getByText('3 / 9');
  const said = page.getByText('笔记已全部读取');
  await page.evaluate(() => {
    const shown: string[] = [];
    Object.assign(globalThis, { shown });
    new MutationObserver(() => document.querySelector('progress') && shown.push('progress')).observe(document.body, {
      childList: true,
      subtree: true,
    });
  });
  await tell(page, sync(3), sync(4), sync(null));
  await page.waitForTimeout(800);
  await expect(said).toHaveCount(0);
  expect(await page.evaluate(() => (globalThis as unknown as { shown: string[] }).shown)).toEqual([]);
  await tell(page, sync(3));
  await expect(seen.first()).toBeVisible();
  await tell(page, sync(null));
  await expect(said).toBeVisible();
  await expect(seen).toHaveCount(0);
});

test('while notes are indexed the list of them is read now and then, and once at the end', async ({ page }) => {
  await open(page);
  await page.getByRole('navigation').getByRole('button', { name: '笔记', exact: true }).click();
  await expect(page.getByRole('listbox').getByRole('option').first()).toBeVisible();
  const lists = (): Promise<number> => page.evaluate(() => (globalThis as unknown as { counts: { lists: number } }).counts.lists);
  const before = await lists();
  const began = Date.now();
  for (let n = 0; n < 30; n += 1) {
    await tell(page, sync(n), { type: 'notes_changed', generation: 10 + n });
    await page.waitForTimeout(100);
  }
  expect((await lists()) - before).toBeLessThanOrEqual(1 + Math.ceil((Date.now() - began) / 2000));
  await page.evaluate(() => fakeDisk.change(1, '# Read last\n\nText.\n'));
  await tell(page, sync(null), { type: 'notes_changed', generation: 90 });
  await expect(page.getByRole('option', { name: /^Read last/ })).toBeVisible();
});

test('the longer the list of notes takes to read, the less often it is read', async ({ page }) => {
  await open(page, 'slow');
  await page.getByRole('navigation').getByRole('button', { name: '笔记', exact: true }).click();
  await expect(page.getByRole('listbox').getByRole('option').first()).toBeVisible();
  const lists = (): Promise<number> => page.evaluate(() => (globalThis as unknown as { counts: { lists: number } }).counts.lists);
  const before = await lists();
  for (let n = 0; n < 15; n += 1) {
    await tell(page, { type: 'notes_changed', generation: 10 + n });
    await page.waitForTimeout(300);
  }
  // Often enough for a list that is there at once, which is read every second and a half.
  expect((await lists()) - before).toBeLessThanOrEqual(1);
});

test('a title and Enter at once open the note, once notes are known', async ({ page }) => {
  await open(page, 'slow');
  const palette = page.getByRole('combobox', { name: '前往或执行' });
  await page.keyboard.press('Control+k');
  await palette.fill('旋转位置编码');
  await expect(page.getByRole('option', { name: /^旋转位置编码/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await palette.fill('旋转位置编码');
  await palette.press('Enter');
  await expect(reader(page).getByRole('heading', { level: 2, name: '旋转位置编码', exact: true })).toBeVisible();
});

test('a title and Enter at once open the note also while notes are not known yet', async ({ page }) => {
  await open(page, 'slow');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: '前往或执行' }).fill('旋转位置编码');
  await page.keyboard.press('Enter');
  await expect(reader(page).getByRole('heading', { level: 2, name: '旋转位置编码', exact: true })).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('Escape takes back an Enter that waits for the notes', async ({ page }) => {
  await open(page, 'slow');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: '前往或执行' }).fill('旋转位置编码');
  await page.keyboard.press('Enter');
  // Once for what was typed, once for the palette.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: '前往或执行' }).fill('旋转位置编码');
  await expect(page.getByRole('option', { name: /^旋转位置编码/ })).toBeVisible();
  await expect(reader(page)).toHaveCount(0);
  await expect(page.locator('.turn')).toHaveCount(0);
});

test('what the arrows lead to in the palette stays chosen when more is found', async ({ page }) => {
  await open(page, 'slow', 'history');
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('combobox', { name: '前往或执行' });
  await palette.fill('检索');
  const chosen = page.locator('dialog [aria-selected=true]');
  const look = page.getByRole('option', { name: '查找：检索' });
  await palette.press('ArrowUp');
  await expect(look).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('option')).not.toHaveCount(2);
  await expect(chosen).toHaveText(/^查找：检索/);
  await palette.press('Enter');
  await expect(page.getByRole('combobox', { name: '要查找的内容' })).toHaveValue('检索');
});

test('a pointer that rests where the palette opens chooses nothing', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Control+k');
  const settings = page.getByRole('option', { name: /^设置/ });
  const at = (await settings.boundingBox())!;
  await page.keyboard.press('Escape');
  await page.mouse.move(at.x + 40, at.y + at.height / 2);
  await page.keyboard.press('Control+k');
  await expect(settings).toBeVisible();
  await page.waitForTimeout(300);
  const first = page.getByRole('option').first();
  await expect(first).toHaveAttribute('aria-selected', 'true');
  // What a browser tells of a pointer that stands still while the page changes under it.
  await settings.dispatchEvent('pointermove', { movementX: 0, movementY: 0 });
  await expect(first).toHaveAttribute('aria-selected', 'true');
  await page.mouse.move(at.x + 44, at.y + at.height / 2);
  await expect(settings).toHaveAttribute('aria-selected', 'true');
});

test('in a narrow window a note that covers the view makes way for whatever is gone to', async ({ page }) => {
  await page.setViewportSize({ width: 480, height: 800 });
  await page.goto('/');
  await expect(box(page)).toBeFocused();
  const uncovered = () => expect(reader(page)).toHaveCount(0);
  await read(page, 'Meeting 2026-03-02');
  await reader(page).getByRole('button', { name: '编辑', exact: true }).click();
  await uncovered();
  await expect(page.getByRole('textbox', { name: '笔记正文' })).toBeFocused();
  await read(page, 'RAG');
  await page.keyboard.press('Control+,');
  await uncovered();
  await expect(page.getByRole('heading', { level: 1, name: '设置', exact: true })).toBeVisible();
  // Also where it is the view that is open already.
  await read(page, 'RAG');
  await page.keyboard.press('Control+,');
  await uncovered();
  for (const from of ['elsewhere', 'there']) {
    await read(page, 'RAG');
    await page.keyboard.press('Control+Shift+F');
    await uncovered();
    await expect(page.getByRole('combobox', { name: '要查找的内容' }), from).toBeFocused();
  }
  await read(page, 'RAG');
  await reader(page).getByRole('button', { name: '更多操作' }).click();
  await page.getByRole('menuitem', { name: '只问这篇笔记' }).click();
  await uncovered();
  await expect(box(page)).toBeFocused();
  await read(page, 'RAG');
  await page.keyboard.press('Control+n');
  await uncovered();
  await expect(page.getByRole('dialog').getByRole('textbox', { name: '标题' })).toBeFocused();
});

test('in a narrow window an answer that is finished leaves the note that is read', async ({ page }) => {
  await page.setViewportSize({ width: 480, height: 800 });
  await page.goto('/');
  await box(page).fill(QUESTION);
  await box(page).press('Enter');
  await expect(page.getByRole('button', { name: '停止' })).toBeVisible();
  await read(page, 'LoRA');
  await expect(page.locator('[role=group][aria-label="对这个回答的操作"]')).toBeAttached();
  await expect(reader(page)).toBeVisible();
});

test('beside a wide view the note stays open, whatever is gone to', async ({ page }) => {
  await open(page);
  await read(page, 'RAG');
  await page.keyboard.press('Control+,');
  await expect(page.getByRole('heading', { level: 1, name: '设置', exact: true })).toBeVisible();
  await expect(reader(page)).toBeVisible();
});

test('the program is told that someone is there while they scroll, press or type, at most twice a second', async ({ page }) => {
  await open(page);
  await ask(page, QUESTION);
  const told = (): Promise<number[]> =>
    page.evaluate(() => (globalThis as unknown as { left: { present: number[] } }).left.present);
  const acts: (() => Promise<void>)[] = [
    () => page.keyboard.type('a'),
    () => page.mouse.wheel(0, 10),
    () => page.getByRole('heading', { level: 2 }).first().click(),
    // What scrolls is inside the page, where its event does not come up from.
    () =>
      page.evaluate(() => document.querySelectorAll('main *').forEach((each) => (each.scrollTop = each.scrollTop > 0 ? 0 : 40))),
  ];
  for (const act of acts) {
    await page.waitForTimeout(600);
    const before = (await told()).length;
    for (let times = 0; times < 4; times += 1) await act();
    await expect.poll(async () => (await told()).length).toBeGreaterThan(before);
  }
  const times = await told();
  expect(times.slice(1).every((time, at) => time - times[at]! >= 499)).toBe(true);
});
