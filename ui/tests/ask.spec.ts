import type { Filter } from '../src/lib/backend';
import { expect, type Locator, type Page, test } from '@playwright/test';
import './notes/window';
import { ask, box, chip, marked, open, QUESTION, quote, reader } from './window';

test('the box has the focus at start, and four questions are one press away', async ({ page }) => {
  await open(page);
  await expect(box(page)).toBeFocused();
  const examples = page.getByRole('region', { name: '比如' }).getByRole('button');
  await expect(examples).toHaveCount(4);
  await examples.first().click();
  await expect(page.getByRole('heading', { name: QUESTION })).toBeVisible();
  await expect(chip(page, 1)).toBeVisible();
});

test('Enter sends, Shift+Enter breaks the line', async ({ page }) => {
  await open(page);
  await box(page).pressSequentially('RAG 的流程');
  await box(page).press('Shift+Enter');
  await box(page).pressSequentially('有哪些步骤？');
  await expect(box(page)).toHaveValue('RAG 的流程\n有哪些步骤？');
  await box(page).press('Enter');
  await expect(box(page)).toHaveValue('');
  await expect(chip(page, 1)).toBeVisible();
});

test('Enter during composition does not send', async ({ page }) => {
  await open(page);
  await box(page).fill('zhuyili');
  for (const init of [
    { isComposing: true, keyCode: 13 },
    { isComposing: false, keyCode: 229 },
  ]) {
    await box(page).evaluate((element, how) => {
      const event = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, isComposing: how.isComposing });
      Object.defineProperty(event, 'keyCode', { value: how.keyCode });
      element.dispatchEvent(event);
    }, init);
    await expect(box(page)).toHaveValue('zhuyili');
  }
  await expect(page.getByRole('heading', { name: 'zhuyili' })).toHaveCount(0);
  await box(page).press('Enter');
  await expect(page.getByRole('heading', { name: 'zhuyili' }).first()).toBeVisible();
});

test('lists of the notes stay lists, every item with its citation', async ({ page }) => {
  await open(page);
  await ask(page, QUESTION);
  const items = page.locator('.answer li');
  expect(await items.count()).toBeGreaterThan(2);
  for (const item of await items.all()) await expect(item.getByRole('button', { name: /^引文/ })).toHaveCount(1);
});

test('the answers of a quiz are shown one by one when they are wanted', async ({ page }) => {
  await open(page, 'generative');
  await ask(page, `考考我 ${QUESTION}`);
  const items = page.locator('.answer li');
  const count = await items.count();
  expect(count).toBeGreaterThan(2);
  await expect(page.locator('.answer')).not.toContainText('答案：');
  const second = items.nth(1);
  await second.getByRole('button', { name: '看答案' }).click();
  await expect(second).toContainText('答案：');
  await expect(second.getByRole('button', { name: /^引文/ })).toHaveCount(1);
  await expect(page.getByRole('button', { name: '看答案' })).toHaveCount(count - 1);
  await expect(second.getByRole('button', { name: '收起答案' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('.answer')).not.toContainText('答案：');
});

test('no answer of a quiz is seen or read aloud while it is being written', async ({ page }) => {
  await open(page, 'generative,slow');
  await box(page).fill(`考考我 ${QUESTION}`);
  await box(page).press('Enter');
  await expect(page.getByRole('button', { name: '看答案' }).first()).toBeVisible({ timeout: 15_000 });
  await expect(page.locator('article[aria-busy="true"]')).not.toContainText('答案：');
});

test('a chip opens the note at the quoted characters, in view', async ({ page }) => {
  await open(page);
  await ask(page, QUESTION);
  const cited = (await page.locator('.answer li').first().locator('.words').allTextContents()).join('');
  await chip(page, 2).click();
  await expect(chip(page, 2)).toHaveAttribute('aria-current', 'true');
  await expect(chip(page, 1)).not.toHaveAttribute('aria-current');
  expect(await marked(page)).toBe(cited);
  await expect(quote(page).first()).toBeInViewport();
  await expect(reader(page).locator('.scroller')).toBeFocused();
});

test('a chip shows its quote, file and headings by keyboard; Enter opens, Escape gives the focus back', async ({ page }) => {
  await open(page);
  await ask(page, QUESTION);
  await page.locator('.answer').click({ position: { x: 1, y: 1 } });
  await page.getByRole('button', { name: '修改问题' }).focus();
  await page.keyboard.press('Tab');
  await expect(chip(page, 1)).toBeFocused();
  const card = page.getByRole('tooltip');
  await expect(card).toContainText('RAG 分为离线建库和在线问答两个阶段');
  await expect(card).toContainText('检索/RAG.md');
  await expect(card).toContainText('RAG 的流程有哪些步骤？');
  await page.keyboard.press('Enter');
  await expect(reader(page).locator('.scroller')).toBeFocused();
  expect(await marked(page)).toContain('共六步');
  await page.keyboard.press('Escape');
  await expect(reader(page)).toHaveCount(0);
  await expect(chip(page, 1)).toBeFocused();
});

test('Escape stops, and what was written stays', async ({ page }) => {
  await open(page, 'slow');
  await box(page).fill(QUESTION);
  await box(page).press('Enter');
  await expect(page.locator('.pieces')).toBeVisible({ timeout: 15_000 });
  await page.keyboard.press('Escape');
  await expect(page.getByText('已停止。')).toBeVisible();
  await expect(page.getByRole('button', { name: '停止' })).toHaveCount(0);
});

test('↑ in the empty box edits the last question; asking it again replaces the answer', async ({ page }) => {
  await open(page);
  await ask(page, QUESTION);
  await box(page).press('ArrowUp');
  const edit = page.getByRole('textbox', { name: '修改问题' });
  await expect(edit).toHaveValue(QUESTION);
  await edit.fill('KV 缓存为什么能加速推理？');
  await edit.press('Enter');
  await expect(page.getByRole('heading', { name: 'KV 缓存为什么能加速推理？' })).toBeVisible();
  await expect(page.getByRole('heading', { level: 2, name: QUESTION })).toHaveCount(0);
});

test('editing an earlier question says that those after it go', async ({ page }) => {
  await open(page);
  await ask(page, QUESTION);
  await ask(page, '它有什么缺点？');
  await page.getByRole('button', { name: '修改问题' }).first().click();
  await expect(page.getByText('之后的 1 个问题会一并去掉。')).toBeVisible();
});

test('a follow-up shows what it was searched as, and that can be changed', async ({ page }) => {
  await open(page);
  await ask(page, 'LoRA 的原理是什么？');
  await ask(page, '它有什么缺点？');
  await expect(page.getByText(/按“LoRA.*有什么缺点？”查找/)).toBeVisible();
  await page.getByRole('button', { name: '修改查找用的问题' }).click();
  const edit = page.getByRole('textbox', { name: '查找用的问题' });
  await edit.fill('量化有什么缺点？');
  await edit.press('Enter');
  await expect(page.getByText('按“量化有什么缺点？”查找')).toBeVisible();
  await expect(page.getByRole('heading', { name: '它有什么缺点？' })).toBeVisible();
});

test('sentences that the notes do not back are marked in words', async ({ page }) => {
  await open(page, 'generative');
  await ask(page, QUESTION);
  await expect(page.locator('.sentence.partly')).toContainText('部分有据');
  await expect(page.locator('.sentence.unsupported')).toContainText('笔记里没有');
  await expect(page.locator('.sentence.supported .tag')).toHaveCount(0);
});

test('what was written and is taken back is said', async ({ page }) => {
  await open(page, 'taken-back', 'slow');
  await box(page).fill(QUESTION);
  await box(page).press('Enter');
  await expect(page.locator('.pieces')).toContainText('The moon', { timeout: 15_000 });
  await expect(page.getByText('模型的回答不予显示')).toBeVisible({ timeout: 15_000 });
  // Why, in the interface's language: the notes need not be the reason.
  await expect(page.getByText('模型的回答里，3 句中有 2 句不在笔记里')).toBeVisible();
  await expect(page.getByText('The moon')).toHaveCount(0);
});

test('how much was read of what is to be summarised is shown until the summary is written', async ({ page }) => {
  await open(page, 'summing', 'slow');
  await box(page).fill(QUESTION);
  await box(page).press('Enter');
  await expect(page.getByText('总结之前先通读：已读 12 / 40 段')).toBeVisible({ timeout: 15_000 });
  await expect(chip(page, 1)).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText('总结之前先通读')).toHaveCount(0);
});

test('whereto a question goes is shown while it is answered and afterwards', async ({ page }) => {
  await open(page, 'remote', 'slow');
  await box(page).fill(QUESTION);
  await box(page).press('Enter');
  const host = page.getByText('由 models.example 上的模型作答');
  await expect(host).toBeVisible({ timeout: 15_000 });
  await expect(page.locator('article[aria-busy=true]')).toHaveCount(1);
  await expect(page.locator('article[aria-busy=true]')).toHaveCount(0, { timeout: 60_000 });
  await expect(host).toBeVisible();
});

test('an answer that was made here names no other machine', async ({ page }) => {
  await open(page, 'generative');
  await ask(page, QUESTION);
  await expect(page.locator('.elsewhere')).toHaveCount(0);
});

test('an error in the middle keeps what was written, says what to do, and asking again works', async ({ page }) => {
  await open(page, 'breaks');
  await box(page).fill(QUESTION);
  await box(page).press('Enter');
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('the model stopped responding');
  await expect(alert).toContainText('Ask again');
  await expect(page.locator('.answer')).toContainText('共六步');
  await expect(page.getByRole('button', { name: '重试' })).toBeVisible();
  await page.getByRole('button', { name: '换个问法' }).click();
  await expect(box(page)).toHaveValue(QUESTION);
});

test('what is not in the notes is said, with the nearest passages', async ({ page }) => {
  await open(page);
  await ask(page, '公司 2031 年的差旅报销标准和缓存策略');
  await expect(page.getByRole('article').getByText('你的笔记里没有找到明确的答案。')).toBeVisible();
  await expect(page.getByText('最接近的内容')).toBeVisible();
  await page.locator('.passage .open').first().click();
  await expect(quote(page).first()).toBeInViewport();
});

test('copying gives the text without markers; with footnotes it gives Markdown', async ({ page }) => {
  await open(page);
  await ask(page, QUESTION);
  await page.getByRole('button', { name: '复制正文' }).click();
  await expect(page.getByText('已复制')).toBeVisible();
  const actions = page.getByRole('group', { name: '对这个回答的操作' });
  await actions.getByRole('button', { name: '更多' }).click();
  await page.getByRole('menuitem', { name: '连同脚注复制' }).click();
  await expect
    .poll(() => page.evaluate(() => (globalThis as unknown as { left: { copied: string[] } }).left.copied.length))
    .toBe(2);
  const [clean, footnotes] = await page.evaluate(() => (globalThis as unknown as { left: { copied: string[] } }).left.copied);
  expect(clean).not.toMatch(/\[\d+\]/);
  expect(clean).toContain('\n- ');
  expect(footnotes).toContain('[^1]:');
});

test('an answer is marked right, and the mark is taken back by pressing it again', async ({ page }) => {
  await open(page);
  await ask(page, QUESTION);
  const right = page.getByRole('button', { name: '答对了' });
  await right.click();
  await expect(right).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: '答错了' }).click();
  await expect(right).toHaveAttribute('aria-pressed', 'false');
});

test('an answer becomes a note', async ({ page }) => {
  await open(page);
  await ask(page, QUESTION);
  await page.getByRole('button', { name: '存为笔记' }).click();
  await expect(page.getByText('已存为“RAG 的流程有哪些步骤”')).toBeVisible();
});

test('two quick clicks make one note of an answer', async ({ page }) => {
  await open(page);
  await ask(page, QUESTION);
  const before = await page.evaluate(() => fakeDisk.own().length);
  await page.getByRole('button', { name: '存为笔记' }).dblclick();
  await expect(page.getByText('已存为“RAG 的流程有哪些步骤”')).toBeVisible();
  await page.waitForTimeout(100);
  expect(await page.evaluate(() => fakeDisk.own().length)).toBe(before + 1);
});

test('a question is asked over one folder', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: /提问范围/ }).click();
  await page.getByRole('combobox', { name: '查找笔记库、文件夹或标签' }).fill('压缩');
  await page.getByRole('option', { name: /study-notes \/ 压缩/ }).click();
  await expect(box(page)).toBeFocused();
  await ask(page, '量化有哪些方法？');
  await page.getByText(/处来源/).click();
  for (const title of await page.locator('.sources .title').allTextContents()) expect(['量化', '知识蒸馏']).toContain(title);
});

test('a reopened conversation has its citations: changed ones show old and new, gone ones cannot be opened', async ({ page }) => {
  await open(page, 'changed');
  await page.getByRole('button', { name: 'RAG 效果不好时怎么排查？', exact: true }).click();
  await expect(page.getByText(/处引文后来改过/).first()).toBeVisible();
  const changed = page.getByRole('button', { name: /^引文 2：.*这段话改过了/ }).first();
  await changed.click();
  await expect(reader(page).getByText('这段话在引用之后改过了。')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: /^引文 3：.*不在了/ }).first()).toHaveAttribute('aria-disabled', 'true');
});

test('the answer goes on while another view is looked at', async ({ page }) => {
  await open(page);
  await box(page).fill(QUESTION);
  await box(page).press('Enter');
  await page.getByRole('navigation').getByRole('button', { name: '笔记库' }).click();
  await page.getByRole('navigation').getByRole('button', { name: '提问' }).click();
  await expect(page.getByRole('heading', { level: 2, name: QUESTION })).toBeVisible();
  await expect(chip(page, 1)).toBeVisible();
});

test('without notes the way to the first ones is shown', async ({ page }) => {
  await open(page, 'empty');
  await expect(page.getByRole('heading', { name: '还没有笔记' })).toBeVisible();
  await page.getByRole('button', { name: '添加文件夹' }).click();
  await expect(page.getByRole('navigation').getByRole('button', { name: '笔记库' })).toHaveAttribute('aria-current', 'page');
});

test('what is not in the notes can be asked differently, looked up, written down, or asked of all notes', async ({ page }) => {
  const question = '公司 2031 年的差旅报销标准和缓存策略';
  await open(page);
  await page.getByRole('button', { name: /提问范围/ }).click();
  await page.getByRole('option', { name: /Sidenote/ }).click();
  await ask(page, question);
  await page.getByRole('button', { name: '在全部笔记里问' }).click();
  await expect(page.getByText('最接近的内容')).toBeVisible();
  await expect(page.getByRole('button', { name: '在全部笔记里问' })).toHaveCount(0);
  await page.getByRole('button', { name: '记一笔' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '换个问法' }).click();
  await expect(page.getByRole('textbox', { name: '修改问题' })).toHaveValue(question);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '查找这些词' }).click();
  await expect(
    page.getByRole('main').getByRole('combobox').or(page.getByRole('main').getByRole('searchbox')).first(),
  ).toHaveValue(question);
});

test('a question that waits for the first reading of the notes says so, and is answered', async ({ page }) => {
  await open(page, 'first');
  await box(page).fill(QUESTION);
  await box(page).press('Enter');
  await expect(page.getByText('正在首次读取笔记')).toBeVisible();
  await expect(page.getByText('40 / 126')).toBeVisible();
  await expect(chip(page, 1)).toBeVisible();
});

test('on a full disk the answer is shown, says that it was not kept, and offers nothing that needs it kept', async ({ page }) => {
  await open(page, 'full');
  await ask(page, QUESTION);
  await expect(chip(page, 1)).toBeVisible();
  await expect(page.getByText('这个回答没能保存：磁盘满了')).toBeVisible();
  await expect(page.getByRole('button', { name: '答对了' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: '存为笔记' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: '复制正文' })).toBeVisible();
  await ask(page, 'KV 缓存为什么能加速推理？');
  await expect(page.getByText('这个回答没能保存：磁盘满了')).toHaveCount(2);
});

const again = '换一个回答';
const conversation = (page: Page, title: string): Locator =>
  page.getByRole('region', { name: '对话' }).getByRole('button', { name: title, exact: true });

test('answering an earlier question again asks first, for what was asked after it goes', async ({ page }) => {
  await open(page);
  await ask(page, QUESTION);
  await ask(page, '它有什么缺点？');
  const later = page.getByRole('heading', { level: 2, name: '它有什么缺点？' });
  const first = page.getByRole('button', { name: again }).first();
  await first.click();
  const question = page.getByRole('dialog', { name: '重新回答这个问题？' });
  await expect(question).toContainText('之后的 1 个问题会一并去掉。');
  await question.getByRole('button', { name: '取消' }).click();
  await expect(later).toBeVisible();
  await expect(page.getByRole('button', { name: '停止' })).toHaveCount(0);
  await first.click();
  await question.getByRole('button', { name: '重新回答' }).click();
  await expect(later).toHaveCount(0);
  await expect(page.getByRole('group', { name: '对这个回答的操作' })).toHaveCount(1);
  // The last one has nothing after it.
  await page.getByRole('button', { name: again }).click();
  await expect(question).toHaveCount(0);
});

test('another answer is another one, and where the notes have no other that is said and the answer stays', async ({ page }) => {
  await open(page);
  await ask(page, QUESTION);
  const answer = page.getByRole('article');
  const text = async (): Promise<string> => (await answer.locator('.answer').innerText()).replace(/\s+/gu, ' ');
  await expect(page.getByRole('button', { name: again })).toBeVisible();
  const first = await text();
  await page.getByRole('button', { name: again }).click();
  await expect(page.getByRole('button', { name: '停止' })).toHaveCount(0);
  await expect.poll(text).not.toBe(first);
  const second = await text();
  await page.getByRole('button', { name: again }).click();
  await expect(page.getByText('笔记里没有别的相关内容')).toBeVisible();
  await expect.poll(text).toBe(second);
});

test('a new answer that is stopped before its first sentence leaves the old ones', async ({ page }) => {
  await open(page, 'history', 'slow');
  await conversation(page, 'RAG 效果不好时怎么排查？').click();
  await page.getByRole('button', { name: again }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: '重新回答' }).click();
  const later = page.getByRole('heading', { level: 2, name: '它有什么缺点？' });
  await expect(later).toHaveCount(0);
  await page.getByRole('button', { name: '停止' }).click();
  await expect(later).toBeVisible();
  await expect(page.getByRole('heading', { level: 2, name: 'RAG 效果不好时怎么排查？' })).toBeVisible();
});

test('what was sent for a new answer that was stopped is said', async ({ page }) => {
  await open(page, 'history', 'slow', 'remote');
  await conversation(page, 'RAG 效果不好时怎么排查？').click();
  await page.getByRole('button', { name: again }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: '重新回答' }).click();
  await page.getByRole('button', { name: '停止' }).click();
  await expect(page.getByText(/问题和笔记里的 \d+ 段内容发给了 models\.example/)).toBeVisible();
});

test('a question asked while an answer is written waits for it to be kept: one conversation, nothing lost', async ({ page }) => {
  await open(page, 'slow');
  await box(page).fill(QUESTION);
  await box(page).press('Enter');
  await expect(page.locator('.pieces')).toBeVisible({ timeout: 15_000 });
  await box(page).fill('它有什么缺点？');
  await box(page).press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: '它有什么缺点？' })).toBeVisible();
  await expect(page.getByRole('heading', { level: 2, name: QUESTION })).toBeVisible();
  await expect(page.getByText('已停止。')).toBeVisible();
  await page.getByRole('button', { name: '停止' }).click();
  await expect(page.getByRole('button', { name: '停止' })).toHaveCount(0);
  await expect(page.getByRole('region', { name: '对话' }).getByRole('listitem')).toHaveCount(1);
});

test('a question that failed is in the box again when another conversation is looked at', async ({ page }) => {
  await open(page, 'breaks', 'history');
  await box(page).fill(QUESTION);
  await box(page).press('Enter');
  await expect(page.getByRole('alert')).toBeVisible();
  await box(page).fill('还没问完');
  await conversation(page, 'LoRA 的原理是什么？').click();
  await expect(page.getByRole('heading', { level: 2, name: 'LoRA 的原理是什么？' })).toBeVisible();
  await expect(box(page)).toHaveValue(`${QUESTION}\n还没问完`);
});

test('“ask” in the sidebar only goes to the box: the conversation stays, and so does the answer that is being written', async ({
  page,
}) => {
  await open(page, 'slow');
  await box(page).fill(QUESTION);
  await box(page).press('Enter');
  await expect(page.locator('.pieces')).toBeVisible({ timeout: 15_000 });
  await page.getByRole('navigation').getByRole('button', { name: '提问' }).click();
  await expect(box(page)).toBeFocused();
  await expect(page.getByRole('heading', { level: 2, name: QUESTION })).toBeVisible();
  await expect(page.getByRole('button', { name: '停止' })).toBeVisible();
});

test('an answer goes on while another conversation is looked at, and is kept', async ({ page }) => {
  await open(page, 'history');
  await box(page).fill(QUESTION);
  await box(page).press('Enter');
  await conversation(page, 'LoRA 的原理是什么？').click();
  await expect(page.getByRole('heading', { level: 2, name: 'LoRA 的原理是什么？' })).toBeVisible();
  const list = page.getByRole('region', { name: '对话' });
  await list.getByRole('button', { name: QUESTION, exact: true }).click();
  await expect(page.getByRole('heading', { level: 2, name: QUESTION })).toBeVisible();
  await expect(chip(page, 1)).toBeVisible();
  await expect(page.getByText('已停止。')).toHaveCount(0);
  await expect(page.getByRole('heading', { level: 2, name: 'LoRA 的原理是什么？' })).toHaveCount(0);
});

test('coming back to the conversation of an answer that is being written shows it', async ({ page }) => {
  await open(page, 'history', 'slow');
  await conversation(page, 'LoRA 的原理是什么？').click();
  await expect(page.getByRole('heading', { level: 2, name: 'LoRA 的原理是什么？' })).toBeVisible();
  await box(page).fill(QUESTION);
  await box(page).press('Enter');
  await expect(page.getByRole('button', { name: '停止' })).toBeVisible();
  await conversation(page, '知识蒸馏的温度有什么用？').click();
  await expect(page.getByRole('heading', { level: 2, name: '知识蒸馏的温度有什么用？' })).toBeVisible();
  await expect(page.getByRole('button', { name: '停止' })).toHaveCount(0);
  await conversation(page, 'LoRA 的原理是什么？').click();
  await expect(page.getByRole('heading', { level: 2, name: QUESTION })).toBeVisible();
  await expect(page.getByRole('button', { name: '停止' })).toBeVisible();
});

test('citations of earlier answers follow the notes while the next answer is written', async ({ page }) => {
  await open(page, 'history');
  await conversation(page, 'LoRA 的原理是什么？').click();
  await expect(chip(page, 1).first()).toBeVisible();
  await page.getByRole('button', { name: again }).first().waitFor();
  await box(page).fill('量化有哪些方法？');
  await box(page).press('Enter');
  await expect(page.getByRole('button', { name: '停止' })).toBeVisible();
  // The cited note goes while the answer is written.
  await page.evaluate(() => fakeDisk.lose(fakeDisk.idOf('旋转位置编码')));
  await expect(page.getByRole('button', { name: /^引文 1：旋转位置编码.*不在了/ }).first()).toBeVisible();
});

test('where no note asks anything, notes are suggested by their titles, and never that there are none', async ({ page }) => {
  await open(page, 'unasked');
  const examples = page.getByRole('region', { name: '比如' }).getByRole('button');
  await expect(examples).toHaveCount(4);
  await expect(examples.first()).toHaveText('「Meeting 2026-03-02」讲了什么？');
  await expect(page.getByRole('heading', { name: '问问你的笔记' })).toBeVisible();
  await expect(page.getByText('还没有笔记')).toHaveCount(0);
});

test('a question is looked up where it was asked, not where something was looked up before', async ({ page }) => {
  await open(page);
  await page.getByRole('navigation').getByRole('button', { name: '查找' }).click();
  await page.getByRole('button', { name: '筛选' }).click();
  await page
    .getByRole('checkbox', { name: /Sidenote/ })
    .first()
    .check();
  await page.getByRole('button', { name: '完成' }).click();
  await expect(page.getByRole('button', { name: /移除.*Sidenote/ })).toBeVisible();
  await page.getByRole('navigation').getByRole('button', { name: '提问' }).click();
  await ask(page, '公司 2031 年的差旅报销标准和缓存策略');
  await page.getByRole('button', { name: '查找这些词' }).click();
  await expect(page.getByRole('combobox', { name: '要查找的内容' })).toBeFocused();
  await expect(page.getByRole('button', { name: /移除.*Sidenote/ })).toHaveCount(0);
});

for (const [what, option, wanted] of [
  ['library', /^study-notes/, 'study-notes'],
  ['tag', /^#PEFT/, '#PEFT'],
] as const) {
  test(`a question is asked over one ${what}`, async ({ page }) => {
    await open(page);
    await page.getByRole('button', { name: /提问范围/ }).click();
    await page.getByRole('combobox', { name: '查找笔记库、文件夹或标签' }).fill(wanted);
    await page.getByRole('option', { name: option }).first().click();
    await expect(page.getByRole('button', { name: /提问范围/ })).toContainText(wanted);
    await ask(page, QUESTION);
    const filter = await page.evaluate(() => (globalThis as unknown as { asked: { filter: Filter }[] }).asked.at(-1)?.filter);
    expect(what === 'tag' ? filter?.tags : filter?.libraries).toEqual([wanted.replace('#', '')]);
  });
}

test('↑ while an answer is written edits no older question', async ({ page }) => {
  await open(page, 'slow');
  await ask(page, QUESTION);
  await box(page).fill('它有什么缺点？');
  await box(page).press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: '它有什么缺点？' })).toBeVisible();
  await expect(page.getByRole('button', { name: '停止' })).toBeVisible();
  await box(page).press('ArrowUp');
  await expect(page.getByRole('textbox', { name: '修改问题' })).toHaveCount(0);
});

test('↑ after a question that failed has that question in the box again', async ({ page }) => {
  await open(page, 'breaks', 'history');
  await conversation(page, 'LoRA 的原理是什么？').click();
  await expect(page.getByRole('heading', { level: 2, name: 'LoRA 的原理是什么？' })).toBeVisible();
  await box(page).fill(QUESTION);
  await box(page).press('Enter');
  await expect(page.getByRole('alert')).toBeVisible();
  await box(page).press('ArrowUp');
  await expect(page.getByRole('textbox', { name: '修改问题' })).toHaveCount(0);
  await expect(box(page)).toHaveValue(QUESTION);
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('notes that are gone are counted, not the citations of them', async ({ page }) => {
  await open(page);
  await ask(page, QUESTION);
  expect(await page.getByRole('button', { name: /^引文 / }).count()).toBeGreaterThan(1);
  const notes = new Set(await page.locator('.sources .title').allTextContents());
  await page.evaluate((titles) => titles.forEach((title) => fakeDisk.lose(fakeDisk.idOf(title))), [...notes]);
  await expect(page.locator('.sources summary')).toContainText(`${notes.size} 篇引用的笔记不在了`);
});

test('the focus goes back to the citation that was opened last', async ({ page }) => {
  await open(page);
  await ask(page, QUESTION);
  for (const n of [1, 3]) {
    await chip(page, n).first().focus();
    await page.keyboard.press('Enter');
    await expect(reader(page).locator('.scroller')).toBeFocused();
  }
  await page.keyboard.press('Escape');
  await expect(reader(page)).toHaveCount(0);
  await expect(chip(page, 3).first()).toBeFocused();
});
