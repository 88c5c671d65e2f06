import { test, type Page } from '@playwright/test';
import { expectAccessible } from './accessible';
import { content, expect, MEETING, openMeeting, openNotes, saved, textOf, toEnd } from './notes/window';

test.describe.configure({ timeout: 90_000 });

/** A page served as the window is: nothing inline, nothing from elsewhere. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'";

test('typing reaches the file, and the window says so', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  await toEnd(page);
  const status = page.locator('[data-state]');
  const said = await status.evaluateHandle((element) => {
    const said: string[] = [];
    new MutationObserver(() => said.push(element.textContent.trim())).observe(element, {
      characterData: true,
      childList: true,
      subtree: true,
    });
    return said;
  });
  await page.keyboard.type('One more line.');
  await saved(page);
  expect(await said.jsonValue()).toContain('正在保存…');
  await expect(page.locator('[data-state]')).toHaveText('已保存');
  expect(await textOf(page, MEETING)).toMatch(/One more line\.$/);
  expect(await page.evaluate(() => fakeDisk.draft(1))).toBeNull();
});

test('nothing in it breaks the policy of the window: no style elements, no inline styles', async ({ page }) => {
  await page.route('**/*', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': POLICY } });
  });
  await page.addInitScript(() => {
    const broken: string[] = [];
    Object.assign(globalThis, { broken });
    addEventListener('securitypolicyviolation', (event) =>
      broken.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
    );
  });
  await openNotes(page);
  await openMeeting(page);
  await toEnd(page);
  await page.keyboard.type('[[K');
  await expect(page.getByRole('option', { name: 'KV缓存' }).last()).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+f');
  await expect(page.getByRole('textbox', { name: '查找' })).toBeVisible();
  expect(await page.evaluate(() => (globalThis as unknown as { broken: string[] }).broken)).toEqual([]);
  // The styles are there all the same.
  await expect(content(page).locator('.cm-line').nth(4)).toHaveCSS('font-weight', '400');
  expect(await content(page).evaluate((element) => getComputedStyle(element).whiteSpace)).toBe('break-spaces');
  expect(await page.evaluate(() => document.querySelectorAll('style').length)).toBe(0);
});

test('Ctrl+F finds where the focus is: in the editor, though a note is open beside it', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  await page.getByRole('button', { name: '在旁边阅读' }).click();
  const beside = page.getByRole('searchbox', { name: '在这篇笔记里查找' });
  await content(page).click();
  await page.keyboard.press('Control+f');
  await expect(page.getByRole('textbox', { name: '查找' })).toBeFocused();
  await expect(beside).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.locator('section.reader').getByRole('button').first().focus();
  await page.keyboard.press('Control+f');
  await expect(beside).toBeFocused();
});

test('an input method composes undisturbed, also while the file changes', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  await toEnd(page);
  const session = await page.context().newCDPSession(page);
  for (const text of ['n', 'ni', 'ni h', 'ni hao']) {
    await session.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  }
  await page.waitForTimeout(600);
  await session.send('Input.insertText', { text: '你好' });
  await session.send('Input.imeSetComposition', { text: 'shi', selectionStart: 3, selectionEnd: 3 });
  await session.send('Input.insertText', { text: '世界' });
  await saved(page);
  expect(await textOf(page, MEETING)).toMatch(/你好世界$/);
  await page.keyboard.press('Control+z');
  await saved(page);
  expect(await textOf(page, MEETING)).not.toContain('世界');
});

test('the input method’s Enter in a dialog names nothing', async ({ page }) => {
  await openNotes(page);
  await page.getByRole('button', { name: '新建笔记' }).first().click();
  const title = page.getByRole('textbox', { name: '标题' });
  await title.fill('ni');
  await title.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true });
  await expect(title).toBeVisible();
});

test('titles are offered after [[, by what they hold, and put in with one key', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  await toEnd(page);
  await page.keyboard.type('See [[');
  const offered = page.getByRole('listbox', { name: '建议' }).getByRole('option');
  await expect(offered.first()).toBeVisible();
  await page.keyboard.type('缓');
  await expect(offered).toHaveCount(1);
  await page.keyboard.press('Enter');
  await page.keyboard.type(' and more');
  await saved(page);
  expect(await textOf(page, MEETING)).toMatch(/See \[\[KV缓存\]\] and more$/);
});

test('tags are offered in the front matter and after #, and not in a heading', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  const offered = page.getByRole('listbox', { name: '建议' }).getByRole('option');
  await page.getByText('caching]').first().click();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.type(', 读');
  await expect(offered).toHaveText(['读书']);
  // The editor takes an Enter right after the list appears for one of the text.
  await page.waitForTimeout(200);
  await page.keyboard.press('Enter');
  await saved(page);
  expect(await textOf(page, MEETING)).toContain('tags: [meeting, caching, 读书]');
  await toEnd(page);
  await page.keyboard.type('#读');
  await expect(offered).toHaveText(['读书']);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await page.keyboard.type('# 读');
  await expect(offered).toHaveCount(0);
});

test('tags are added and removed above the text; only their line changes, and it can be undone', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  const before = await textOf(page, MEETING);
  const field = page.getByRole('combobox', { name: '添加标签' });
  await field.fill('新，旧');
  await field.press('Enter');
  await page.getByRole('button', { name: '移除标签“meeting”' }).click();
  await saved(page);
  expect(await textOf(page, MEETING)).toBe(before.replace('[meeting, caching]', '[caching, 新, 旧]'));
  await content(page).press('Control+z');
  await content(page).press('Control+z');
  await expect(page.getByRole('button', { name: '移除标签“meeting”' })).toBeVisible();
  await saved(page);
  expect(await textOf(page, MEETING)).toBe(before);
});

async function pasteImage(page: Page, bytes: number[]): Promise<void> {
  await content(page).evaluate((element, bytes) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], 'shot.png', { type: 'image/png' }));
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, bytes);
}

test('a pasted image goes where the cursor was, though one types on', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  await toEnd(page);
  await page.keyboard.type('Here: ');
  await pasteImage(page, [1, 2, 3]);
  await expect(content(page)).toContainText('![](attachments/image-1.png)');
  await content(page).press('Control+Home');
  await saved(page);
  expect(await textOf(page, MEETING)).toMatch(/Here: !\[\]\(attachments\/image-1\.png\)$/);
});

test('a paste of which the page is told nothing puts the clipboard’s image over what is selected, or changes nothing', async ({
  page,
}) => {
  await openNotes(page);
  await openMeeting(page);
  const before = await textOf(page, MEETING);
  const paste = (): Promise<unknown> =>
    content(page).evaluate((element) =>
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: new DataTransfer(), bubbles: true, cancelable: true })),
    );
  await toEnd(page);
  await page.keyboard.type('Here: instead');
  for (let n = 0; n < 'instead'.length; n += 1) await page.keyboard.press('Shift+ArrowLeft');
  await paste();
  await page.waitForTimeout(300);
  await saved(page);
  expect(await textOf(page, MEETING)).toBe(`${before}Here: instead`);
  await page.evaluate(() => (globalThis as unknown as { fakeDisk: { copy(there: boolean): void } }).fakeDisk.copy(true));
  await paste();
  await expect(content(page)).toContainText('![](attachments/copied.png)');
  await page.keyboard.type('!');
  await saved(page);
  expect(await textOf(page, MEETING)).toBe(`${before}Here: ![](attachments/copied.png)!`);
});

/** Drops an image at the beginning of the line that holds a text. */
async function dropImage(page: Page, offer: number, text: string): Promise<void> {
  const line = await content(page).getByText(text).boundingBox();
  if (!line) throw new Error('the line is not in view');
  await page.evaluate(
    ({ offer, x, y }) => {
      emit({ type: 'dragged', what: null });
      emit({ type: 'image_dropped', offer, x, y });
    },
    { offer, x: line.x + 1, y: line.y + 8 },
  );
}

test('an image that is dropped on the window goes where it was dropped, beside the text where the cursor was', async ({
  page,
}) => {
  await openNotes(page);
  await openMeeting(page);
  await page.evaluate(() => emit({ type: 'dragged', what: 'image' }));
  await expect(page.getByText('松开即可把图片放进笔记')).toBeVisible();
  await dropImage(page, 7, 'We decided to keep');
  await expect(content(page)).toContainText('![](attachments/dropped-7.png)We decided');
  await toEnd(page);
  await page.evaluate(() => emit({ type: 'image_dropped', offer: 8, x: 1, y: 1 }));
  await expect(content(page)).toContainText('dropped-8');
  await saved(page);
  expect(await textOf(page, MEETING)).toMatch(/!\[\]\(attachments\/dropped-8\.png\)$/);
});

test('what is dropped goes to its line also after letters changed their size', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 2400 });
  await openNotes(page);
  await openMeeting(page);
  await toEnd(page);
  await page.keyboard.type('End.');
  // Nothing around the text changes with it.
  await page.evaluate(() => document.documentElement.style.setProperty('--text-l', '27px'));
  await dropImage(page, 7, 'Lin writes');
  await expect(content(page)).toContainText('![](attachments/dropped-7.png)- Lin writes');
});

test('an image that cannot be stored is said, and the text stays as it was', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  const before = await textOf(page, MEETING);
  await pasteImage(page, []);
  await expect(page.getByText('the image is empty')).toBeVisible();
  expect(await textOf(page, MEETING)).toBe(before);
});

test('undo, redo, bold, find', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  await toEnd(page);
  await page.keyboard.type('word');
  await page.keyboard.press('Shift+Home');
  await page.keyboard.press('Control+b');
  await saved(page);
  expect(await textOf(page, MEETING)).toMatch(/\*\*word\*\*$/);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await saved(page);
  expect(await textOf(page, MEETING)).not.toContain('word');
  await page.keyboard.press('Control+Shift+z');
  await saved(page);
  expect(await textOf(page, MEETING)).toContain('word');
  await page.keyboard.press('Control+f');
  await page.getByRole('textbox', { name: '查找' }).pressSequentially('Lin');
  await expect(page.locator('.cm-searchMatch')).toHaveCount(1);
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(content(page)).toBeFocused();
});

test('Enter goes on with a list; Tab shifts an item and otherwise leaves the text', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  await toEnd(page);
  await page.keyboard.type('- one');
  await page.keyboard.press('Enter');
  await page.keyboard.type('two');
  await page.keyboard.press('Tab');
  await saved(page);
  expect(await textOf(page, MEETING)).toMatch(/- one\n\s+- two$/);
  await content(page).press('Control+Home');
  await page.keyboard.press('Tab');
  await expect(content(page)).not.toBeFocused();
});

test('a link to a note that is not there offers to make it', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  await toEnd(page);
  await page.keyboard.type('[[新主题]]');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('button', { name: '新建', exact: true }).click();
  await expect(content(page)).toContainText('# 新主题');
  expect(await textOf(page, MEETING)).toContain('[[新主题]]');
});

test('lines keep the ends they have in the file', async ({ page }) => {
  await openNotes(page);
  await page.evaluate(() => fakeDisk.change(1, '甲\r\n\r\nb\r\n'));
  await page.getByRole('option', { name: /^Meeting/ }).click();
  await toEnd(page);
  await page.keyboard.type('c');
  await page.keyboard.press('Enter');
  await saved(page);
  expect(await textOf(page, MEETING)).toBe('甲\r\n\r\nb\r\nc\r\n');
});

test('a change on disk appears where nothing is unsaved, and the cursor stays at its place', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  await page.getByText('Lin writes the eviction test.').click();
  await page.keyboard.press('End');
  await page.evaluate(() => fakeDisk.change(1, fakeDisk.text(1).replace('We decided', 'New line above.\n\nWe decided')));
  await expect(content(page)).toContainText('New line above.');
  await page.keyboard.type(' Soon.');
  await saved(page);
  expect(await textOf(page, MEETING)).toContain('eviction test. Soon.\n');
});

for (const [button, kept, copies] of [
  ['用我的', 'mine', 0],
  ['用文件里的', 'theirs', 0],
  ['两份都留', 'theirs', 1],
] as const) {
  test(`the file changed meanwhile: both texts are shown, and ${button} does what it says`, async ({ page }) => {
    await openNotes(page, 'conflict');
    await openMeeting(page);
    await toEnd(page);
    await page.keyboard.type('My own words.');
    await expect(page.getByRole('heading', { name: '这篇笔记在别处改过了' })).toBeFocused();
    const lines = page.getByRole('region', { name: '不同之处' });
    await expect(lines.locator('.mine')).toContainText(['Monday', 'My own words.']);
    await expect(lines.locator('.theirs')).toContainText(['Wednesday', 'Added by another program.']);
    await expectAccessible(page);
    expect(await textOf(page, MEETING)).not.toContain('My own words.');
    await page.getByRole('button', { name: button }).click();
    await expect(content(page)).toBeFocused();
    await saved(page);
    const text = await textOf(page, MEETING);
    expect(text.includes('My own words.')).toBe(kept === 'mine');
    expect(text.includes('Wednesday')).toBe(kept === 'theirs');
    await expect(content(page)).toContainText(kept === 'mine' ? 'My own words.' : 'Added by another program.');
    const own = await page.evaluate(() =>
      fakeDisk
        .own()
        .filter(({ text }) => text.includes('My own words.'))
        .map(({ id }) => id),
    );
    expect(own.filter((id) => id !== MEETING)).toHaveLength(copies);
    await toEnd(page);
    await page.keyboard.type('And on.');
    await saved(page);
    expect(await textOf(page, MEETING)).toMatch(/And on\.$/);
  });
}

test('a conflict does not take the text away while one types', async ({ page }) => {
  await openNotes(page, 'conflict');
  await openMeeting(page);
  await toEnd(page);
  const words = 'Typed slowly, one key after the other, while the file changes.';
  await page.keyboard.type(words, { delay: 60 });
  await page.getByRole('button', { name: '用我的' }).click();
  await saved(page);
  expect(await textOf(page, MEETING)).toContain(words);
});

test('a full disk: said with what to do, the text stays and is written when there is room', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  await page.evaluate(() => fakeDisk.fill(true));
  await toEnd(page);
  await page.keyboard.type('Not lost.');
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('no space left on the disk');
  await expect(alert).toContainText('内容已留存');
  await expect(page.locator('[data-state]')).toHaveText('未保存');
  await expectAccessible(page);
  await page.keyboard.type(' Nor this.');
  await expect.poll(() => page.evaluate(() => fakeDisk.draft(1))).toMatch(/Not lost\. Nor this\.$/);
  await page.evaluate(() => fakeDisk.fill(false));
  await alert.getByRole('button', { name: '立即重试' }).click();
  await saved(page);
  await expect(alert).toHaveCount(0);
  expect(await textOf(page, MEETING)).toMatch(/Not lost\. Nor this\.$/);
});

test('the file was deleted meanwhile: the text becomes a new note', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  await page.evaluate(() => fakeDisk.lose(1));
  await toEnd(page);
  await page.keyboard.type('Still here.');
  await expect(page.getByRole('alert')).toContainText('文件不在了');
  await page.getByRole('button', { name: '另存为新笔记' }).click();
  await saved(page);
  await expect(content(page)).toContainText('Still here.');
  expect(await page.evaluate(() => fakeDisk.own().at(-1)?.text)).toMatch(/Still here\.$/);
});

test('leaving in the middle of a word writes it; coming back at once shows it', async ({ page }) => {
  await openNotes(page, 'slow');
  await page.getByRole('option', { name: /^Meeting/ }).click();
  await expect(content(page)).toBeVisible();
  await toEnd(page);
  await page.keyboard.type('half a wo');
  await page.getByRole('navigation', { name: '主导航' }).getByRole('button', { name: '查找' }).click();
  await page.getByRole('navigation', { name: '主导航' }).getByRole('button', { name: '笔记', exact: true }).click();
  await page.getByRole('option', { name: /^Meeting/ }).click();
  await expect(content(page)).toContainText('half a wo', { timeout: 15_000 });
  expect(await textOf(page, MEETING)).toMatch(/half a wo$/);
});

test('losing the focus of the window writes at once', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  await toEnd(page);
  await page.clock.install();
  await page.keyboard.type('x');
  await page.evaluate(() => dispatchEvent(new Event('blur')));
  await page.clock.runFor(200);
  expect(await textOf(page, MEETING)).toMatch(/x$/);
});

test('text that did not reach the file before is shown beside it, and asked about', async ({ page }) => {
  await openNotes(page);
  await page.evaluate(() => fakeDisk.leave(1, `${fakeDisk.text(1)}Typed before the crash.`));
  await page.getByRole('option', { name: /^Meeting/ }).click();
  await expect(page.getByRole('heading', { name: '有一段没来得及保存的内容' })).toBeVisible();
  await expect(page.getByRole('region', { name: '不同之处' })).toContainText('Typed before the crash.');
  await page.getByRole('button', { name: '用我的' }).click();
  await saved(page);
  expect(await textOf(page, MEETING)).toMatch(/Typed before the crash\.$/);
});

test('who links here is below the text', async ({ page }) => {
  await openNotes(page);
  await page.evaluate(() => fakeDisk.change(2, `${fakeDisk.text(2)}\n见 [[Meeting 2026-03-02]]。\n`));
  await openMeeting(page);
  const links = page.getByText('1 篇笔记链接到这里');
  await links.click();
  await expect(page.getByRole('button', { name: /读书笔记/ })).toContainText('见 [[Meeting 2026-03-02]]');
});

test('in English as well, and nothing serious for axe', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto('/');
  await page.getByRole('button', { name: 'Notes', exact: true }).click();
  await page.getByRole('option', { name: /^Meeting/ }).click();
  await expect(page.getByRole('textbox', { name: 'Text of the note' })).toBeFocused();
  await expect(page.locator('[data-state]')).toHaveText('Saved');
  await expectAccessible(page);
  await context.close();
});

test('links are followed by title, by file and by path; a title with signs of links is completed by its file', async ({
  page,
}) => {
  await openNotes(page);
  await page.evaluate(() => fakeDisk.change(2, '# C# | notes [draft]\n\nText.\n'));
  await expect(page.getByRole('option', { name: 'C# | notes [draft]' })).toBeVisible();
  await openMeeting(page);
  const beside = page.locator('section.reader').getByRole('heading', { level: 2 }).first();
  for (const [link, title] of [
    ['KV缓存', 'KV缓存'],
    ['推理/KV缓存', 'KV缓存'],
    ['压缩/量化.md', '量化'],
    ['读书笔记', 'C# | notes [draft]'],
  ] as const) {
    await toEnd(page);
    await page.keyboard.insertText(`\n\nSee [[${link}]]`);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await expect(async () => {
      await page.keyboard.press('Control+Enter');
      await expect(beside).toHaveText(title, { timeout: 1000 });
    }).toPass();
    await content(page).click();
  }
  await toEnd(page);
  await page.keyboard.type(' and [[C#');
  const offered = page.getByRole('listbox', { name: '建议' }).getByRole('option');
  await expect(offered.first()).toContainText('C# | notes [draft]');
  await page.waitForTimeout(200);
  await page.keyboard.press('Enter');
  await saved(page);
  expect(await textOf(page, MEETING)).toMatch(/and \[\[读书笔记\]\]$/);
});

test('a link that is followed from the text goes to its heading, also in the note itself', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  const prose = page.locator('section.reader .prose');
  for (const [typed, heading] of [
    ['\n\nSee [[RAG#RAG 效果不好时怎么排查？|there]]', 'RAG 效果不好时怎么排查？'],
    ['\n\n## Later\n\nSee [[#Later]]', 'Later'],
  ] as const) {
    await toEnd(page);
    await page.keyboard.insertText(typed);
    await saved(page);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Control+Enter');
    await expect(prose.getByRole('heading', { name: heading })).toBeInViewport();
    await content(page).click();
  }
  await toEnd(page);
  await page.keyboard.insertText('\n\nSee [[RAG#没有这一节]]');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('没有找到这个链接指向的标题')).toBeVisible();
});

test('an open editor speaks the language that is chosen', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  await toEnd(page);
  await page.keyboard.type('kept');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: '前往或执行' }).fill('English');
  await page.keyboard.press('Enter');
  const text = page.getByRole('textbox', { name: 'Text of the note' });
  await expect(text).toContainText('kept');
  await text.click();
  await page.keyboard.press('Control+f');
  await expect(page.getByRole('textbox', { name: 'Find' })).toBeFocused();
});

test('an image that is stored after its note was left is in the note', async ({ page }) => {
  await openNotes(page, 'slow');
  await openMeeting(page);
  await toEnd(page);
  await page.keyboard.type('Here: ');
  await pasteImage(page, [1, 2, 3]);
  await page.getByRole('navigation', { name: '主导航' }).getByRole('button', { name: '提问', exact: true }).click();
  await expect(content(page)).toHaveCount(0);
  expect(await textOf(page, MEETING)).not.toContain('image-1.png');
  await expect.poll(() => textOf(page, MEETING)).toMatch(/Here: !\[\]\(attachments\/image-1\.png\)$/);
});

test('of two notes with one title each is offered, and linked to by its file', async ({ page }) => {
  await openNotes(page);
  await page.evaluate(() => fakeDisk.change(2, '# KV缓存\n\n自己的。\n'));
  await expect(page.getByRole('option', { name: /^KV缓存/ })).toHaveCount(2);
  await openMeeting(page);
  await toEnd(page);
  await page.keyboard.type('See [[KV');
  const offered = page.getByRole('listbox', { name: '建议' }).getByRole('option');
  await expect(offered).toHaveCount(2);
  await offered.filter({ hasText: '推理' }).click();
  await saved(page);
  expect(await textOf(page, MEETING)).toMatch(/See \[\[.*推理.*\/KV缓存\]\]$/);
});

test('Ctrl+/ shows the sheet of keys, and leaves the text as it is', async ({ page }) => {
  await openNotes(page);
  await openMeeting(page);
  await toEnd(page);
  await page.keyboard.type('One more line.');
  await saved(page);
  const before = await textOf(page, MEETING);
  await page.keyboard.press('Control+/');
  await expect(page.getByRole('dialog', { name: '快捷键' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(content(page)).not.toContainText('<!--');
  expect(await textOf(page, MEETING)).toBe(before);
});

test('a note whose text cannot be edited here can still be read, opened, found and thrown away', async ({ page }) => {
  await openNotes(page, 'heavy');
  await page.getByRole('option', { name: /^Meeting/ }).click();
  await expect(page.getByRole('alert')).toContainText('12 MB');
  await expectAccessible(page);
  await page.getByRole('button', { name: '在旁边阅读' }).click();
  await expect(page.locator('section.reader')).toBeVisible();
  await page.getByRole('button', { name: '笔记操作' }).click();
  await expect(page.getByRole('menuitem')).toHaveText(['在文件夹中显示', '用其他程序打开', '移到废纸篓…']);
  await page.getByRole('menuitem', { name: '移到废纸篓…' }).click();
  await page
    .getByRole('dialog', { name: /Meeting 2026-03-02/ })
    .getByRole('button', { name: '移到废纸篓' })
    .click();
  await expect(page.getByText('没有打开的笔记')).toBeVisible();
  expect(await page.evaluate(() => fakeDisk.own().length)).toBe(1);
});
