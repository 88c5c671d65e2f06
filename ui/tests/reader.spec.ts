import type { Filter } from '../src/lib/backend';
import { expect, type Page, test } from '@playwright/test';
import './notes/window';
import { ask, box, chip, marked, open, QUESTION, quote, read, reader } from './window';

test('finding in the note counts, marks and steps through what is found, also across emphasis', async ({ page }) => {
  await open(page);
  await read(page, 'RAG');
  await page.keyboard.press('Control+f');
  const find = page.getByRole('searchbox', { name: '在这篇笔记里查找' });
  await expect(find).toBeFocused();
  await find.fill('切块：按标题');
  await expect(page.getByText('第 1 处，共 1 处')).toBeVisible();
  await expect(reader(page).locator('mark.found')).toHaveText(['切块', '：按标题']);
  await find.fill('检索');
  await expect(page.getByText(/第 1 处，共 \d+ 处/)).toBeVisible();
  await find.press('Enter');
  await expect(page.getByText(/第 2 处，共/)).toBeVisible();
  await expect(reader(page).locator('mark.current')).toBeInViewport();
  await find.press('Shift+Enter');
  await find.press('Shift+Enter');
  const text = await page.getByText(/第 \d+ 处，共/).textContent();
  const [, at, of] = /第 (\d+) 处，共 (\d+) 处/.exec(text ?? '') ?? [];
  expect(at).toBe(of);
  await find.press('Escape');
  await expect(reader(page).locator('mark.found')).toHaveCount(0);
  await expect(reader(page)).toBeVisible();
});

test('text is as before when marks are gone', async ({ page }) => {
  await open(page);
  await read(page, 'RAG');
  const before = await reader(page).locator('.prose').innerHTML();
  await page.keyboard.press('Control+f');
  await page.getByRole('searchbox', { name: '在这篇笔记里查找' }).fill('检索');
  await expect(reader(page).locator('mark.found').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(reader(page).locator('mark.found')).toHaveCount(0);
  expect(await reader(page).locator('.prose').innerHTML()).toBe(before);
});

test('the contents lead to a heading', async ({ page }) => {
  await open(page);
  await read(page, 'RAG');
  await reader(page).getByText('目录', { exact: true }).click();
  await reader(page).getByRole('button', { name: 'RAG 效果不好时怎么排查？' }).click();
  await expect(reader(page).locator('.prose').getByRole('heading', { name: 'RAG 效果不好时怎么排查？' })).toBeInViewport();
});

test('links lead to notes, addresses outside go to the browser, and links to nothing say so', async ({ page }) => {
  await open(page);
  await read(page, 'Meeting 2026-03-02');
  await reader(page).locator('.prose a[data-url]').click();
  await expect
    .poll(() => page.evaluate(() => (globalThis as unknown as { left: { opened: string[] } }).left.opened))
    .toEqual(['https://example.org/paging']);
  await reader(page).locator('.prose a[data-note]').click();
  await expect(reader(page).getByRole('heading', { level: 2, name: 'KV缓存' })).toBeVisible();
});

test('backlinks and related passages open beside', async ({ page }) => {
  await open(page);
  await read(page, 'KV缓存');
  await expect(reader(page).getByText('链接到这里的笔记')).toBeAttached();
  await reader(page)
    .getByRole('button', { name: /Meeting 2026-03-02/ })
    .first()
    .click();
  await expect(reader(page).getByRole('heading', { level: 2, name: 'Meeting 2026-03-02' })).toBeVisible();
});

test('the title stands once', async ({ page }) => {
  await open(page);
  await read(page, 'RAG');
  await expect(reader(page).getByRole('heading', { name: 'RAG', exact: true })).toHaveCount(1);
});

test('the width of the pane follows the keys and is kept', async ({ page }) => {
  await open(page);
  await read(page, 'RAG');
  const edge = page.getByRole('separator', { name: '笔记栏宽度' });
  const before = Number(await edge.getAttribute('aria-valuenow'));
  await edge.press('ArrowLeft');
  await expect(edge).toHaveAttribute('aria-valuenow', String(before + 2));
  await page.reload();
  await expect(page.getByRole('navigation').first()).toBeVisible();
  await read(page, 'RAG');
  await expect(page.getByRole('separator', { name: '笔记栏宽度' })).toHaveAttribute('aria-valuenow', String(before + 2));
});

test('in a narrow window the note covers the view, which cannot be reached behind it', async ({ page }) => {
  await page.setViewportSize({ width: 480, height: 800 });
  await page.goto('/');
  await expect(page.getByRole('main')).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: '前往或执行' }).fill('RAG');
  await page.getByRole('option', { name: 'RAG' }).first().click();
  const size = await reader(page).boundingBox();
  expect(size?.width).toBe(480);
  await expect(page.locator('.center')).toHaveAttribute('inert');
  await page.getByRole('button', { name: '关闭笔记' }).click();
  await expect(page.locator('.center')).not.toHaveAttribute('inert');
});

test('a note that cannot be read says why, and can be tried again', async ({ page }) => {
  await open(page, 'unreadable');
  await ask(page, QUESTION);
  await chip(page, 1).click();
  await expect(reader(page).getByRole('alert')).toContainText('permission denied');
  await reader(page).getByRole('button', { name: '重试' }).click();
  await expect(quote(page).first()).toBeInViewport();
});

test('a note that is gone is said to be gone', async ({ page }) => {
  await open(page, 'gone');
  await ask(page, QUESTION);
  await chip(page, 1).click();
  await expect(reader(page).getByText('这篇笔记不在了')).toBeVisible();
});

const PASSAGE = 'RAG 分为离线建库和在线问答两个阶段';

test('a passage that the note holds elsewhere by now is marked where it is; one that it does not hold is said to be gone', async ({
  page,
}) => {
  await open(page);
  await ask(page, QUESTION);
  await chip(page, 1).click();
  expect(await marked(page)).toContain(PASSAGE);
  const change = (from: string, to: string): Promise<void> =>
    page.evaluate(
      ([from, to]) => fakeDisk.change(fakeDisk.idOf('RAG'), fakeDisk.text(fakeDisk.idOf('RAG')).replace(from!, to!)),
      [from, to],
    );
  // The note grows above it while it is read.
  await change('\n# RAG', '\n# RAG\n\n先加一段完全无关的话，让后面的都往下移。');
  await expect(reader(page)).toContainText('先加一段完全无关的话');
  await expect.poll(() => marked(page)).toContain(PASSAGE);
  // Opened anew at bytes that hold something else by now.
  await page.getByRole('button', { name: '关闭笔记' }).click();
  await chip(page, 2).click();
  const cited = (await page.locator('.answer li').first().locator('.words').allTextContents()).join('');
  expect(await marked(page)).toBe(cited);
  await change(cited.slice(0, 2), '改写了的：');
  await expect(reader(page).getByText('原来标出的那段话已经不在里面')).toBeVisible();
});

test('a note that came with the program is copied to be edited, one’s own is edited', async ({ page }) => {
  await open(page);
  await read(page, 'RAG');
  await expect(reader(page).getByRole('button', { name: '编辑', exact: true })).toHaveCount(0);
  await reader(page).getByRole('button', { name: '复制一份来编辑' }).click();
  await expect(page.getByRole('textbox', { name: '笔记正文' })).toBeVisible();
  expect(await page.evaluate(() => fakeDisk.own().map(({ path }) => path))).toContain('RAG.md');
  await page.getByRole('button', { name: '在旁边阅读' }).click();
  await expect(reader(page).getByRole('button', { name: '编辑', exact: true })).toBeVisible();
  await expect(reader(page).getByRole('button', { name: '复制一份来编辑' })).toHaveCount(0);
});

test('code is set in letters of one width', async ({ page }) => {
  await open(page);
  const widths = await page.evaluate(() =>
    ['iiiiiiii', 'MMMMMMMM'].map((text) => {
      const code = document.createElement('code');
      code.style.fontFamily = 'var(--font-code)';
      code.textContent = text;
      document.body.append(code);
      return code.getBoundingClientRect().width;
    }),
  );
  expect(widths[0]).toBe(widths[1]);
  // WebKit on Linux takes a proportional family for this name.
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--font-code'))).not.toContain(
    'ui-monospace',
  );
});

test('while notes change the text that is read stays as it is, with what is selected in it and what is related', async ({
  page,
}) => {
  await open(page);
  await ask(page, QUESTION);
  await page.getByRole('button', { name: '它有什么缺点？' }).evaluate((button) => button.setAttribute('data-before', ''));
  await chip(page, 1).click();
  await expect(quote(page).first()).toBeVisible();
  const title = (await reader(page).getByRole('heading', { level: 2 }).first().textContent()) ?? '';
  const related = reader(page).locator('aside .passage');
  await expect(related.first()).toBeVisible();
  await reader(page)
    .locator('.prose p')
    .first()
    .evaluate((paragraph) => {
      getSelection()?.selectAllChildren(paragraph);
      document.querySelector('.reader aside .passage')?.setAttribute('data-before', '');
    });
  const selected = await page.evaluate(() => getSelection()?.toString());
  expect(selected).not.toBe('');
  // Another note links here now: that the reader has read again is seen by it.
  await page.evaluate((title) => fakeDisk.change(2, `${fakeDisk.text(2)}\n见 [[${title}]]。\n`), title);
  await expect(reader(page).getByRole('button', { name: /读书笔记/ })).toBeVisible();
  expect(await page.evaluate(() => getSelection()?.toString())).toBe(selected);
  await expect(reader(page).locator('.passage[data-before]')).toHaveCount(1);
  await expect(page.locator('button[data-before]')).toHaveCount(1);
});

test('a question is asked over the note that is read', async ({ page }) => {
  await open(page);
  await read(page, '知识蒸馏');
  await reader(page).getByRole('button', { name: '更多操作' }).click();
  await page.getByRole('menuitem', { name: '只问这篇笔记' }).click();
  await expect(box(page)).toBeFocused();
  await expect(page.getByRole('button', { name: /提问范围/ })).toContainText('知识蒸馏');
  await ask(page, '温度有什么用？');
  const notes = await page.evaluate(() => (globalThis as unknown as { asked: { filter: Filter }[] }).asked.at(-1)?.filter.notes);
  expect(notes).toEqual([await page.evaluate(() => fakeDisk.idOf('知识蒸馏'))]);
});

/** Makes a note of one's own say this, and opens it. */
async function readAs(page: Page, text: string): Promise<void> {
  await page.evaluate((text) => fakeDisk.change(fakeDisk.idOf('读书笔记'), text), text);
  await read(page, '读书笔记');
}

const FAR = Array.from({ length: 60 }, (_, n) => `第 ${n + 1} 段，说的是别的事。`).join('\n\n');

test('a link to a heading of the note goes there, and what is marked stays marked', async ({ page }) => {
  await open(page);
  await page.evaluate(
    ([from, to]) => fakeDisk.change(fakeDisk.idOf('RAG'), fakeDisk.text(fakeDisk.idOf('RAG')).replace(from!, to!)),
    [
      '\n# RAG',
      '\n# RAG\n\n见[RAG 效果不好时怎么排查](#rag-效果不好时怎么排查)，[[#RAG 效果不好时怎么排查？]]，[别处](#nowhere)。',
    ],
  );
  await ask(page, QUESTION);
  await chip(page, 1).click();
  const before = await marked(page);
  const heading = reader(page).locator('.prose').getByRole('heading', { name: 'RAG 效果不好时怎么排查？' });
  for (const link of ['RAG 效果不好时怎么排查', '#RAG 效果不好时怎么排查？']) {
    await reader(page).getByRole('link', { name: link, exact: true }).click();
    await expect(heading).toBeInViewport();
    expect(await marked(page)).toBe(before);
  }
  await reader(page).getByRole('link', { name: '别处' }).click();
  await expect(page.getByText('没有找到这个链接指向的标题。')).toBeVisible();
  expect(await marked(page)).toBe(before);
});

test('a link to a heading of another note opens it there, whatever the link shows; one to no heading says so', async ({
  page,
}) => {
  await open(page);
  const heading = reader(page).locator('.prose').getByRole('heading', { name: 'RAG 效果不好时怎么排查？' });
  const links = {
    plain: '[[RAG#RAG 效果不好时怎么排查？]]',
    那里: '[[RAG#RAG 效果不好时怎么排查？|那里]]',
    路径: '[路径](../检索/RAG.md#rag-效果不好时怎么排查)',
  };
  for (const [shown, link] of Object.entries(links)) {
    await readAs(page, `# 读书笔记\n\n见${link}。\n`);
    await reader(page)
      .locator('.prose a')
      .filter({ hasText: shown === 'plain' ? 'RAG#' : shown })
      .click();
    await expect(reader(page).getByRole('heading', { level: 2, name: 'RAG', exact: true })).toBeAttached();
    await expect(heading).toBeInViewport();
    await expect(page.getByText('没有找到这个链接指向的标题。')).toHaveCount(0);
  }
  await readAs(page, '# 读书笔记\n\n见[[RAG#没有这一节|别处]]。\n');
  await reader(page).getByRole('link', { name: '别处' }).click();
  await expect(reader(page).getByRole('heading', { level: 2, name: 'RAG', exact: true })).toBeAttached();
  await expect(page.getByText('没有找到这个链接指向的标题。')).toBeVisible();
});

test('a link to a block opens its note there, and the name of the block is not shown', async ({ page }) => {
  const follow = async (link: string): Promise<void> => {
    await open(page);
    await page.evaluate((far) => {
      const rag = fakeDisk.idOf('RAG');
      const table = '| 甲 | 乙 |\n| --- | --- |\n| 一 | 二 |\n\n^table';
      fakeDisk.change(rag, `${fakeDisk.text(rag)}\n${far}\n\n那一段说的是浮标。 ^buoy-1\n\n${far}\n\n${table}\n\n${far}\n`);
      fakeDisk.change(1, '# Meeting\n\n[[RAG#^buoy-1|那一段]]，[[RAG#^table|那张表]]，[[RAG#^none|没有的]]。\n');
    }, FAR);
    await page.getByRole('navigation', { name: '主导航' }).getByRole('button', { name: '笔记', exact: true }).click();
    await page.getByRole('searchbox', { name: '按标题或文件夹筛选' }).fill('Meeting');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '在旁边阅读' }).click();
    await reader(page).getByRole('link', { name: link }).click();
  };
  await follow('那一段');
  await expect(reader(page).getByText('那一段说的是浮标。', { exact: true })).toBeInViewport();
  await expect(reader(page)).not.toContainText('^buoy-1');
  await follow('那张表');
  await expect(reader(page).getByRole('cell', { name: '二' })).toBeInViewport();
  await follow('没有的');
  await expect(page.getByText('没有找到这个链接指向的段落。')).toBeVisible();
});

test('of headings called the same a link means the one under its chapter, or the one of its number', async ({ page }) => {
  await open(page);
  const text = `# 读书笔记\n\n[一](#小结) [二](#小结-1) [三](#第二章#小结)\n\n## 第一章\n\n${FAR}\n\n### 小结\n\n一。\n\n${FAR}\n\n## 第二章\n\n${FAR}\n\n### 小结\n\n二。\n\n${FAR}\n`;
  await readAs(page, text);
  const headings = reader(page).locator('.prose').getByRole('heading', { name: '小结' });
  for (const [link, at] of [
    ['一', 0],
    ['二', 1],
    ['三', 1],
  ] as const) {
    await reader(page).getByRole('link', { name: link, exact: true }).click();
    await expect(headings.nth(at)).toBeInViewport();
    await expect(headings.nth(1 - at)).not.toBeInViewport();
  }
});

test('the sign of a footnote leads to it and back, by keyboard too', async ({ page }) => {
  await open(page);
  await readAs(page, `# 读书笔记\n\n敏而好学[^1]。\n\n${FAR}\n\n[^1]: 出自《论语》。\n`);
  const [there, foot] = [reader(page).locator('sup.footnote'), reader(page).locator('div.footnote > sup')];
  await expect(foot).not.toBeInViewport();
  await there.click();
  await expect(foot).toBeInViewport();
  await expect(foot).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(there).toBeInViewport();
  await expect(there).toBeFocused();
});

test('from a note that another one led to there is a way back, to the passage and the place', async ({ page }) => {
  await open(page);
  await ask(page, QUESTION);
  await chip(page, 1).click();
  const before = await marked(page);
  const back = reader(page).getByRole('button', { name: '回到上一篇笔记' });
  await expect(back).toHaveCount(0);
  const related = reader(page).locator('aside .passage .open').first();
  await related.click();
  await expect(reader(page).getByRole('heading', { level: 2, name: 'RAG', exact: true })).toHaveCount(0);
  await expect(quote(page).first()).toBeInViewport();
  await back.click();
  await expect(reader(page).getByRole('heading', { level: 2, name: 'RAG', exact: true })).toBeAttached();
  expect(await marked(page)).toBe(before);
  // One is where one was: at the end, where the other note was opened.
  await expect(related).toBeInViewport();
  await expect(back).toHaveCount(0);
  await expect(reader(page).locator('.scroller')).toBeFocused();
  await related.click();
  await expect(back).toBeVisible();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(related).toBeInViewport();
  // What is opened from the view begins anew.
  await related.click();
  await expect(back).toBeVisible();
  await chip(page, 2).click();
  await expect(back).toHaveCount(0);
});

test('in a long note very many matches are said to be more, and typing is waited for', async ({ page }) => {
  await open(page, 'part');
  await readAs(page, `# 读书笔记\n\n${Array.from({ length: 700 }, (_, n) => `第 ${n} 行有检索。`).join('\n\n')}\n`);
  await page.keyboard.press('Control+f');
  const find = page.getByRole('searchbox', { name: '在这篇笔记里查找' });
  const marks = await reader(page)
    .locator('.prose')
    .evaluateHandle((prose) => {
      const words = new Set<string>();
      const note = (): void => prose.querySelectorAll('mark.found').forEach((mark) => words.add(mark.textContent ?? ''));
      new MutationObserver(note).observe(prose, { childList: true, subtree: true });
      return words;
    });
  await find.evaluate((input: HTMLInputElement) => {
    for (const words of ['检', '检索']) {
      input.value = words;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }
  });
  await expect(page.getByText('第 1 处，共 500 多处 · 仅这一部分')).toBeVisible();
  await expect(reader(page).locator('mark.found')).toHaveCount(500);
  expect(await marks.evaluate((words) => [...words])).toEqual(['检索']);
  await find.press('Enter');
  await expect(page.getByText('第 2 处，共 500 多处')).toBeVisible();
  await find.fill('没有这样的词');
  await expect(page.getByText('没有找到 · 仅这一部分')).toBeVisible();
});

test('drawings lie on paper in the dark', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await open(page);
  await read(page, 'RAG');
  const grounds = await reader(page)
    .locator('.prose')
    .evaluate((prose) => {
      const image = document.createElement('img');
      const paper = document.createElement('div');
      paper.style.background = 'var(--paper)';
      prose.append(image, paper);
      return [image, paper].map((each) => getComputedStyle(each).backgroundColor);
    });
  expect(grounds[0]).toBe(grounds[1]);
});

test('a link to the note, or to the passage that is marked, is copied', async ({ page }) => {
  const copied = (): Promise<string | undefined> =>
    page.evaluate(() => (globalThis as unknown as { left: { copied: string[] } }).left.copied.at(-1));
  await open(page);
  await read(page, 'Meeting 2026-03-02');
  const copy = async (): Promise<void> => {
    await reader(page).getByRole('button', { name: '更多操作' }).click();
    await page.getByRole('menuitem', { name: '复制链接' }).click();
    await expect(page.getByText('链接已复制').last()).toBeVisible();
  };
  await copy();
  expect(await copied()).toBe('sidenote://note?library=Sidenote&path=Meeting+2026-03-02.md');
  await ask(page, QUESTION);
  await chip(page, 1).click();
  await expect(quote(page).first()).toBeVisible();
  await copy();
  const link = new URL((await copied()) ?? '');
  expect(link.searchParams.get('path')).toBe('检索/RAG.md');
  expect(Number(link.searchParams.get('end'))).toBeGreaterThan(Number(link.searchParams.get('start')));
});
