import { test } from '@playwright/test';
import { expectAccessible } from './accessible';
import type { NoteInfo } from '../src/lib/backend';
import { Arrangement } from '../src/lib/views/notes/arrange';
import { noteOf, titleOf } from '../src/lib/views/notes/capture';
import { meant, named } from '../src/lib/views/notes/named';
import { compare, fold } from '../src/lib/views/notes/diff';
import { apply, editTags, readTags } from '../src/lib/views/notes/tags';
import { content, expect, openNotes, saved, textOf } from './notes/window';

test.describe.configure({ timeout: 90_000 });

const note = (id: number, title: string, path: string, more: Partial<NoteInfo> = {}): NoteInfo => ({
  id,
  title,
  path,
  library: 'Sidenote',
  tags: [],
  date: '2026-01-01',
  format: 'markdown',
  encoding: 'UTF-8',
  editable: true,
  ...more,
});

test.describe('which notes are shown', () => {
  const notes = [
    note(1, '注意力', 'a/注意力.md', { tags: ['模型'], date: '2026-01-03' }),
    note(2, 'Note 10', 'b/n10.md', { library: 'other' }),
    note(3, 'note 9', 'b/n9.md', { date: '2026-02-01' }),
    note(4, 'ＫＶ缓存', '推理/KV缓存.md', { tags: ['模型', '推理'] }),
  ];
  const arrangement = new Arrangement(notes, 'zh-CN');
  const ids = (wanted: Partial<Parameters<Arrangement['show']>[0]>): number[] =>
    arrangement.show({ query: '', tag: null, library: null, sort: 'title', ...wanted }).map(({ id }) => id);

  test('numbers in titles are in their order; the newest first by date', () => {
    expect(ids({}).indexOf(3)).toBeLessThan(ids({}).indexOf(2));
    expect(ids({ sort: 'date' }).slice(0, 2)).toEqual([3, 1]);
  });

  test('after a save the order stands; after a new title or a new note it is made again', () => {
    const again = (changed: NoteInfo[]): number[] =>
      new Arrangement(changed, 'zh-CN', arrangement)
        .show({ query: '', tag: null, library: null, sort: 'title' })
        .map(({ id }) => id);
    expect(again(notes.map((each) => ({ ...each, date: '2027-01-01' })))).toEqual(ids({}));
    expect(again(notes.map((each) => (each.id === 3 ? { ...each, title: 'note 11' } : each))).slice(-2)).not.toEqual(
      ids({}).slice(-2),
    );
    expect(again([...notes, note(9, 'zzz', 'z.md')])).toHaveLength(5);
  });

  test('the order is the same whether made at once or bit by bit', () => {
    const all = Array.from({ length: 300 }, (_, n) => note(n, `${'注意力缓存量化'[(n * 5) % 7]}${(n * 37) % 101}`, `${n}.md`));
    const order = (made: Arrangement): number[] =>
      made.show({ query: '', tag: null, library: null, sort: 'title' }).map(({ id }) => id);
    let grown = new Arrangement(all.slice(0, 40), 'zh-CN');
    for (const some of [
      all.slice(10, 200),
      all.map((each) => ({ ...each, title: `${each.title}${each.id % 9 ? '' : 'x'}` })),
      all,
    ])
      grown = new Arrangement(some, 'zh-CN', grown);
    expect(order(grown)).toEqual(order(new Arrangement(all, 'zh-CN')));
  });

  test('all words are looked for, in title and path, whatever their width and case', () => {
    expect(ids({ query: 'kv' })).toEqual([4]);
    expect(ids({ query: '推理 缓存' })).toEqual([4]);
    expect(ids({ query: 'NOTE b/' }).sort()).toEqual([2, 3]);
    expect(ids({ query: '没有' })).toEqual([]);
  });

  test('a tag and a library narrow it; what there is to choose is told', () => {
    expect(ids({ tag: '模型' }).sort()).toEqual([1, 4]);
    expect(ids({ tag: '模型', library: 'other' })).toEqual([]);
    expect(arrangement.libraries).toEqual(expect.arrayContaining(['Sidenote', 'other']));
    expect(arrangement.tags.length).toBe(2);
  });

  test('a tag has those below it, by whole names', () => {
    const pets = new Arrangement(
      [note(1, 'a', 'a.md', { tags: ['pets/indoor'] }), note(2, 'b', 'b.md', { tags: ['petshop'] })],
      'en',
    );
    expect(pets.tags).toEqual(['pets', 'pets/indoor', 'petshop']);
    const ids = (tag: string): number[] => pets.show({ query: '', tag, library: null, sort: 'title' }).map(({ id }) => id);
    expect([ids('pets'), ids('Pets/indoor'), ids('pet')]).toEqual([[1], [1], []]);
  });
});

test.describe('which note a link means', () => {
  const here = note(1, '日志', '日记/一月.md');
  const there = note(2, '标题', '项目/计划.md');
  const other = note(3, '计划', '项目/计划.md', { library: 'other' });
  const beside = note(4, '二', '日记/二月.md');
  const root = note(5, 'A # b | c', '井号.md');
  const all = [other, here, there, beside, root];

  test('title, file and path, as they are or relative to the note; the same library first', () => {
    for (const link of ['标题', '计划', '计划.md', '项目/计划', '项目/计划.md', '../项目/计划.md', '/项目/计划.md'])
      expect(meant(link, here, all)?.id).toBe(2);
    expect(meant('二月', here, all)?.id).toBe(4);
    expect(meant('./二月.md', here, all)?.id).toBe(4);
    expect(meant('%E4%BA%8C%E6%9C%88', here, all)?.id).toBe(4);
    expect(meant('计划', undefined, all)?.id).toBe(3);
    for (const link of ['月', '划', '../../计划', '没有']) expect(meant(link, here, all)).toBeUndefined();
  });

  test('of several the one at that path, then the nearest file of that name, then the title; letters may be large or small', () => {
    const paths = ['work/team/log.md', 'work/Plan.md', 'Plan.md', 'home/garden/plan.md', 'home/idea.md'];
    const notes = paths.map((path, at) => note(at, at === 4 ? 'Garden' : `title ${at}`, path));
    const led = (link: string): string | undefined => meant(link, notes[0], notes)?.path;
    expect(['Plan', 'work/plan', '../Plan', 'garden/plan', 'Idea', 'garden'].map(led)).toEqual([
      'Plan.md',
      'work/Plan.md',
      'work/Plan.md',
      'home/garden/plan.md',
      'home/idea.md',
      'home/idea.md',
    ]);
    expect(
      meant(
        'plan',
        notes[4],
        notes.filter((_, at) => at !== 2),
      )?.path,
    ).toBe('home/garden/plan.md');
  });

  test('a title that a link cannot hold is called by its file', () => {
    const names = named(all).map(({ name }) => name);
    expect(names).toEqual(['计划', '日志', '标题', '二', '井号']);
    expect(meant(names[4] ?? '', here, all)?.id).toBe(5);
  });

  test('of notes with the same title each is called by its file, and the link leads to it', () => {
    const notes = [note(1, '周报', '甲/周报.md'), note(2, '周报', '乙/周报.md'), note(3, '日志', '乙/日志.md')];
    expect(named(notes).map(({ name }) => name)).toEqual(['甲/周报', '乙/周报', '日志']);
    expect(named(notes).map(({ name }) => meant(name, notes[2], notes)?.id)).toEqual([1, 2, 3]);
  });
});

test.describe('tags in front matter', () => {
  const cases: [name: string, text: string, tags: string[], wanted: string[], result: string][] = [
    ['none yet', '# A\n', [], ['x'], '---\ntags: [x]\n---\n\n# A\n'],
    ['an empty note', '', [], ['x'], '---\ntags: [x]\n---\n\n'],
    ['front matter without tags', '---\ntitle: A # b\n---\nt', [], ['x', 'y z'], '---\ntitle: A # b\ntags: [x, y z]\n---\nt'],
    [
      'a list in one line',
      '---\ntags: [a, "b, c"]  # mine\ndate: 1\n---\n',
      ['a', 'b, c'],
      ['b, c', 'd'],
      '---\ntags: ["b, c", d]  # mine\ndate: 1\n---\n',
    ],
    [
      'a list over lines',
      "---\ntags:\n    - a\n    - 'b'\ndate: 1\n---\n",
      ['a', 'b'],
      ['b', 'c'],
      "---\ntags:\n    - 'b'\n    - c\ndate: 1\n---\n",
    ],
    ['a list that is not indented', '---\ntags:\n- a\n---\n', ['a'], ['a', 'c'], '---\ntags:\n- a\n- c\n---\n'],
    ['words', '---\ntags: a b\n---\n', ['a', 'b'], ['a'], '---\ntags: [a]\n---\n'],
    ['words with commas', '---\ntags: 甲、乙\n---\n', ['甲', '乙'], ['甲', '乙', '丙'], '---\ntags: [甲, 乙, 丙]\n---\n'],
    ['an empty value', '---\ntags:\ndate: 1\n---\n', [], ['a'], '---\ntags: [a]\ndate: 1\n---\n'],
    ['a Chinese name', '---\n标签: [甲]\n---\n', ['甲'], ['乙'], '---\n标签: [乙]\n---\n'],
    ['the last goes, and with it the entry', '---\ntags: [a]\ndate: 1\n---\nt', ['a'], [], '---\ndate: 1\n---\nt'],
    ['the last goes, and nothing else was there', '---\ntags: [a]\n---\n\n# T\n', ['a'], [], '# T\n'],
    ['a list over lines goes', '---\ntags:\n  - a\n  - b\ndate: 1\n---\n', ['a', 'b'], [], '---\ndate: 1\n---\n'],
    ['line ends of Windows', '---\r\ntags:\r\n- a\r\n---\r\n', ['a'], ['a', 'b'], '---\r\ntags:\r\n- a\r\n- b\r\n---\r\n'],
    ['TOML', '+++\ntitle = "x"\ntags = ["a"]\n[t]\n+++\n', ['a'], ['a', 'b'], '+++\ntitle = "x"\ntags = ["a", "b"]\n[t]\n+++\n'],
    ['TOML without tags', '+++\n[t]\n+++\n', [], ['a'], '+++\ntags = ["a"]\n[t]\n+++\n'],
    [
      'a value YAML would take for something else',
      '# A\n',
      [],
      ['true', '1.5', 'c: d', '- x'],
      '---\ntags: ["true", "1.5", "c: d", "- x"]\n---\n\n# A\n',
    ],
    ['a rule is no front matter', '---\n\ntext\n---\n', [], ['a'], '---\ntags: [a]\n---\n\n---\n\ntext\n---\n'],
  ];
  for (const [name, text, tags, wanted, result] of cases) {
    test(name, () => {
      expect(readTags(text)).toEqual(tags);
      expect(apply(text, editTags(text, wanted))).toBe(result);
      expect(readTags(result)).toEqual(wanted);
      expect(editTags(result, wanted)).toBeNull();
    });
  }

  test('only lines of the entry change, in any order of adding and taking away', () => {
    const rest = '---\nTitle: "a: b"\naliases: [x, y]\ntags:\n  - one\n  - two # 2\ncover: tags.png\n---\n\ntags: [not, these]\n';
    let text = rest;
    for (const wanted of [['two'], ['two', '三'], [], ['四'], ['四', 'five'], ['five']]) {
      text = apply(text, editTags(text, wanted));
      expect(readTags(text)).toEqual(wanted);
      const others = (from: string): string[] => from.split('\n').filter((line) => !/^tags:(?! \[not)|^\s*- /u.test(line));
      expect(others(text)).toEqual(others(rest));
    }
  });
});

test.describe('differences', () => {
  test('both texts can be read from the rows, whatever they are', () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
    for (let round = 0; round < 300; round += 1) {
      const text = (): string => Array.from({ length: random(12) }, () => 'abcd'[random(4)]).join('\n');
      const [mine, theirs] = [text(), text()];
      const rows = compare(mine, theirs);
      const read = (but: string): string =>
        rows
          .filter(({ kind }) => kind !== but)
          .map((row) => row.text)
          .join('\n');
      expect(read('theirs')).toBe(mine);
      expect(read('mine')).toBe(theirs);
    }
  });

  test('no more lines are marked than differ', () => {
    expect(compare('a\nb\nc\nd', 'a\nx\nc\nd\ne').map(({ kind, text }) => `${kind[0]}${text}`)).toEqual([
      'sa',
      'mb',
      'tx',
      'sc',
      'sd',
      'te',
    ]);
  });

  test('equal lines far from a difference are counted, not shown', () => {
    const lines = Array.from({ length: 20 }, (_, n) => `line ${n}`);
    const pieces = fold(compare(lines.join('\n'), [...lines.slice(0, 19), 'other'].join('\n')));
    expect(pieces[0]).toEqual({ hidden: 17 });
    expect(pieces).toHaveLength(2);
  });

  test('texts too long to be compared line by line are still both there', () => {
    const mine = Array.from({ length: 5000 }, (_, n) => `m${n}`).join('\n');
    const rows = compare(mine, mine.replaceAll('m', 't'));
    expect(rows).toHaveLength(10_000);
  });
});

test('the first line that says something is the title of a quick note', () => {
  expect(titleOf('\n\n#  \n# 标题\n正文')).toBe('标题');
  expect(noteOf('买牛奶\n还有面包\n')).toBe('# 买牛奶\n\n还有面包\n');
  expect(noteOf('- 买牛奶')).toBe('# 买牛奶\n');
  const long = '长'.repeat(100);
  expect(titleOf(long)).toBe('长'.repeat(80));
  expect(noteOf(long)).toContain(`\n\n${long}\n`);
  expect(titleOf(' \n\t')).toBe('');
});

test.describe('the list', () => {
  test('from the filter to the note without a pointer', async ({ page }) => {
    await openNotes(page);
    const filter = page.getByRole('searchbox', { name: '按标题或文件夹筛选' });
    await filter.fill('读书');
    await expect(page.getByRole('listbox').getByRole('option')).toHaveCount(1);
    await filter.press('ArrowDown');
    await expect(page.getByRole('listbox', { name: '笔记' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(content(page)).toContainText('学而不思则罔');
    await expect(page.getByRole('listbox').getByRole('option', { selected: true })).toContainText('读书笔记');
    await filter.press('Escape');
    await expect(filter).toHaveValue('');
  });

  test('tag, library and order', async ({ page }) => {
    await openNotes(page);
    await page.getByRole('combobox', { name: '标签' }).selectOption('读书');
    await expect(page.getByRole('option').filter({ has: page.locator('.title') })).toHaveCount(1);
    await page.getByRole('combobox', { name: '标签' }).selectOption({ index: 0 });
    await page.getByRole('combobox', { name: '笔记库' }).selectOption('Sidenote');
    await page.getByRole('combobox', { name: '排序' }).selectOption('date');
    await expect(page.getByRole('listbox').getByRole('option').first()).toContainText('Meeting');
    await expect(page.getByText('2 / 14 篇')).toBeVisible();
  });

  test('nothing matches: said, with a way back', async ({ page }) => {
    await openNotes(page);
    await page.getByRole('searchbox').fill('zzz');
    await expect(page.getByText('没有符合的笔记')).toBeVisible();
    await page.getByRole('button', { name: '清除筛选' }).last().click();
    await expect(page.getByText('14 篇', { exact: true })).toBeVisible();
  });

  test('ten thousand notes: few are in the page, none is missing while scrolling', async ({ page }) => {
    await openNotes(page, 'many');
    const list = page.getByRole('listbox', { name: '笔记' });
    await expect(page.getByText('10,000 篇')).toBeVisible();
    const gaps = await list.evaluate(async (box) => {
      let gaps = 0;
      for (let at = 0; at < 60; at += 1) {
        box.scrollTop = (box.scrollHeight / 60) * at;
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        const { left, top, height, width } = box.getBoundingClientRect();
        for (const part of [0.1, 0.5, 0.9]) {
          if (!document.elementFromPoint(left + width / 2, top + height * part)?.closest('[role=option]')) gaps += 1;
        }
      }
      return gaps;
    });
    expect(gaps).toBe(0);
    expect(await page.getByRole('listbox').getByRole('option').count()).toBeLessThan(60);
    await list.press('End');
    await expect(page.getByRole('listbox').getByRole('option', { selected: true })).toHaveAttribute('aria-posinset', '10000');
    await page.getByRole('searchbox').fill('archived 777');
    await expect(page.getByRole('listbox').getByRole('option').first()).toContainText('777');
  });

  test('a list that is read anew stays where it was left, and the row under the keyboard stays the same note', async ({
    page,
  }) => {
    await openNotes(page, 'many');
    const list = page.getByRole('listbox', { name: '笔记' });
    const top = (): Promise<number> => list.evaluate((box) => box.scrollTop);
    await page.getByRole('searchbox', { name: '按标题或文件夹筛选' }).fill('Meeting');
    await page.keyboard.press('Enter');
    await expect(content(page)).toBeFocused();
    await page.getByRole('searchbox').fill('');
    await list.evaluate((box) => (box.scrollTop = 200_000));
    await expect.poll(top).toBe(200_000);
    const changed = async (title: string): Promise<void> => {
      await page.evaluate((title) => fakeDisk.change(2, `# ${title}\n`), title);
      await expect
        .poll(() => page.evaluate(() => (globalThis as unknown as { counts: { lists: number } }).counts.lists))
        .toBeGreaterThan(1);
      await page.waitForTimeout(2000);
    };
    await changed('AAA first of all');
    expect(await top()).toBe(200_000);
    await list.press('Home');
    await list.press('ArrowDown');
    const row = page.getByRole('listbox').getByRole('option', { selected: true });
    const before = await row.locator('.title').textContent();
    await changed('AAAA even before it');
    await changed('zzz last of all');
    await expect(row.locator('.title')).toHaveText(before ?? '');
  });

  test('no notes, no list, not yet', async ({ page }) => {
    await openNotes(page, 'empty');
    await expect(page.getByText('还没有笔记')).toBeVisible();
    await expectAccessible(page);
    await openNotes(page, 'failing');
    await expect(page.getByRole('alert')).toContainText('the list of notes cannot be read');
    await expect(page.getByRole('button', { name: '重试' })).toBeVisible();
    await openNotes(page, 'slow');
    await expect(page.getByRole('status').filter({ hasText: '正在载入' })).toBeAttached();
  });

  test('nothing serious for axe: list, note that is only read, empty pane', async ({ page }) => {
    await openNotes(page);
    await expect(page.getByRole('listbox').getByRole('option').first()).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('option', { name: /^LoRA/ }).click();
    await expect(page.getByText('这篇笔记不能在这里编辑')).toBeVisible();
    await expectAccessible(page);
  });

  test('narrow: the list or the note, and a way back', async ({ page }) => {
    await openNotes(page);
    await page.setViewportSize({ width: 640, height: 700 });
    await page.getByRole('option', { name: /^Meeting/ }).click();
    await expect(page.getByRole('listbox')).toBeHidden();
    await expect(content(page)).toBeVisible();
    await page.getByRole('button', { name: '返回列表' }).click();
    await expect(page.getByRole('listbox')).toBeFocused();
    await expect(content(page)).toBeHidden();
  });
});

test.describe('whole notes', () => {
  test('a shipped note says why it is not edited, and is copied', async ({ page }) => {
    await openNotes(page);
    await page.getByRole('option', { name: /^LoRA/ }).click();
    await expect(page.getByText('它随 Sidenote 附带')).toBeVisible();
    await page.getByRole('main').getByRole('button', { name: '复制一份来编辑' }).click();
    await expect(content(page)).toBeVisible();
    expect(await page.evaluate(() => fakeDisk.own().map(({ path }) => path))).toContain('LoRA.md');
  });

  test('a note of one’s own in another encoding says so, and is opened elsewhere to be saved in this one', async ({ page }) => {
    await openNotes(page, 'foreign');
    await page.getByRole('option', { name: /^日记/ }).click();
    const main = page.getByRole('main');
    await expect(main.getByText('它的文件是按 GB18030 编码读的')).toBeVisible();
    await expect(main.getByText('它随 Sidenote 附带')).toHaveCount(0);
    await expect(main.getByRole('button', { name: '用其他程序打开' })).toBeVisible();
    // A copy would be in the same encoding.
    await expect(page.locator('section.reader')).toContainText('一九九八年三月');
    await expect(page.getByRole('button', { name: '复制一份来编辑' })).toHaveCount(0);
    await expectAccessible(page);
  });

  test('what is no text is read or opened elsewhere: a copy would be no more editable', async ({ page }) => {
    await openNotes(page, 'pdf');
    await page.getByRole('option', { name: /^蓝鲸观测报告/ }).click();
    await expect(page.getByText('这篇笔记不能在这里编辑')).toBeVisible();
    await expect(page.getByRole('main').getByRole('button', { name: '复制一份来编辑' })).toHaveCount(0);
    await expect(page.getByRole('main').getByRole('button', { name: '用其他程序打开' })).toBeVisible();
    await page.getByRole('main').getByRole('button', { name: '在旁边阅读' }).click();
    await expect(page.locator('section.reader')).toBeVisible();
  });

  test('a new note is named, made and written', async ({ page }) => {
    await openNotes(page);
    await page.getByRole('button', { name: '新建笔记' }).first().click();
    await expectAccessible(page);
    await page.getByRole('textbox', { name: '标题' }).fill('周报 3/9');
    await page.keyboard.press('Enter');
    await expect(content(page)).toBeFocused();
    await page.keyboard.type('第一行');
    await saved(page);
    const made = await page.evaluate(() => fakeDisk.own().at(-1));
    expect(made?.text).toBe('# 周报 3/9\n\n第一行');
    await expect(page.getByRole('listbox').getByRole('option', { selected: true })).toContainText('周报 3/9');
  });

  test('a note that cannot be made says why and keeps the title', async ({ page }) => {
    await openNotes(page);
    await page.evaluate(() => fakeDisk.fill(true));
    await page.getByRole('button', { name: '新建笔记' }).first().click();
    await page.getByRole('textbox', { name: '标题' }).fill('周报');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText('no space left');
    await expect(page.getByRole('textbox', { name: '标题' })).toHaveValue('周报');
  });

  test('on a full disk the window asks before it closes, and closes by itself once everything is written', async ({ page }) => {
    const closed = (): Promise<number> =>
      page.evaluate(() => (globalThis as unknown as { left: { closed: number } }).left.closed);
    const close = (): Promise<void> => page.evaluate(() => (globalThis as unknown as { askToClose: () => void }).askToClose());
    await openNotes(page);
    await page.getByRole('option', { name: /^Meeting/ }).click();
    await content(page).press('Control+End');
    await page.evaluate(() => fakeDisk.fill(true));
    await page.keyboard.type('last words');
    await close();
    const question = page.getByRole('dialog', { name: '还有内容没有保存' });
    await expect(question).toBeVisible();
    await expectAccessible(page);
    // Asked again, it is the same question.
    await close();
    await question.getByRole('button', { name: '取消' }).click();
    await expect(question).toBeHidden();
    expect(await closed()).toBe(0);
    await page.evaluate(() => fakeDisk.fill(false));
    await close();
    await expect.poll(closed).toBe(1);
    expect(await textOf(page, 1)).toContain('last words');

    await page.evaluate(() => fakeDisk.fill(true));
    await content(page).press('Control+End');
    await page.keyboard.type('and more');
    await close();
    await question.getByRole('button', { name: '仍然关闭' }).click();
    await expect.poll(closed).toBe(2);
  });

  test('renamed, with what was typed just before', async ({ page }) => {
    await openNotes(page);
    await page.getByRole('option', { name: /^Meeting/ }).click();
    await content(page).press('Control+End');
    await page.keyboard.type('last words');
    await page.getByRole('button', { name: '笔记操作' }).click();
    await page.getByRole('menuitem', { name: '重命名…' }).click();
    await page.getByRole('textbox', { name: '标题' }).fill('Spring meeting');
    await page.getByRole('button', { name: '重命名', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'Spring meeting' }).first()).toBeVisible();
    await expect(content(page)).toContainText('# Spring meeting');
    expect(await textOf(page, 1)).toContain('last words');
    await saved(page);
  });

  test('renamed, and only if the person says so the notes that link to it follow', async ({ page }) => {
    await openNotes(page);
    const other = await page.evaluate(() => fakeDisk.idOf('读书笔记'));
    const link = '# 读书笔记\n\n见 [[Meeting 2026-03-02]] 和 [[Spring meeting]]。\n';
    await page.evaluate(({ other, link }) => fakeDisk.change(other, link), { other, link });
    const rename = async (title: string): Promise<void> => {
      await page.getByRole('button', { name: '笔记操作' }).click();
      await page.getByRole('menuitem', { name: '重命名…' }).click();
      await page.getByRole('textbox', { name: '标题' }).fill(title);
      await page.getByRole('button', { name: '重命名', exact: true }).click();
    };
    const question = page.getByRole('dialog', { name: '有 1 篇笔记链接到这一篇' });
    await page.getByRole('option', { name: /^Meeting/ }).click();
    await expect(content(page)).toBeVisible();
    await rename('Spring meeting');
    await expect(question).toContainText('“读书笔记”');
    await expectAccessible(page);
    await question.getByRole('button', { name: '不用改' }).click();
    await expect(question).toBeHidden();
    expect(await textOf(page, other)).toBe(link);
    await rename('Summer meeting');
    await question.getByRole('button', { name: '更新链接' }).click();
    await expect(page.getByText('已更新“读书笔记”中的链接')).toBeVisible();
    expect(await textOf(page, other)).toContain('[[Summer meeting]]');
  });

  test('into the trash only after a question that says so', async ({ page }) => {
    await openNotes(page);
    await page.getByRole('option', { name: /^Meeting/ }).click();
    await content(page).click();
    for (const answer of ['取消', '移到废纸篓']) {
      await page.getByRole('button', { name: '笔记操作' }).click();
      await page.getByRole('menuitem', { name: '移到废纸篓…' }).click();
      await expect(page.getByRole('dialog')).toContainText('系统的废纸篓');
      await page.getByRole('dialog').getByRole('button', { name: answer }).click();
      if (answer === '取消') await expect(content(page)).toBeVisible();
    }
    await expect(page.getByRole('option', { name: /^Meeting/ })).toHaveCount(0);
    await expect(page.getByText('没有打开的笔记')).toBeVisible();
    expect(await page.evaluate(() => fakeDisk.own().length)).toBe(1);
  });

  test('a note that was emptied, and is listed no more, goes into the trash by its last title', async ({ page }) => {
    await openNotes(page);
    await page.getByRole('option', { name: /^Meeting/ }).click();
    await content(page).press('Control+a');
    await page.keyboard.press('Delete');
    await saved(page);
    await page.evaluate(() => fakeDisk.unlist(1));
    await expect(page.getByRole('option', { name: /^Meeting/ })).toHaveCount(0);
    await page.getByRole('button', { name: '笔记操作' }).click();
    await page.getByRole('menuitem', { name: '移到废纸篓…' }).click();
    const question = page.getByRole('dialog', { name: /Meeting 2026-03-02/ });
    await question.getByRole('button', { name: '移到废纸篓' }).click();
    await expect(page.getByText('没有打开的笔记')).toBeVisible();
    expect(await page.evaluate(() => fakeDisk.own().length)).toBe(1);
  });

  test('neither trash nor a new name while two texts wait for a choice', async ({ page }) => {
    await openNotes(page, 'conflict');
    await page.getByRole('option', { name: /^Meeting/ }).click();
    await content(page).press('Control+End');
    await page.keyboard.type('mine');
    await expect(page.getByText('这篇笔记在别处改过了')).toBeVisible();
    await page.getByRole('button', { name: '笔记操作' }).click();
    await page.getByRole('menuitem', { name: '移到废纸篓…' }).click();
    await expect(page.getByText('请先在两份文字之间做出选择').first()).toBeVisible();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await page.getByRole('button', { name: '笔记操作' }).click();
    await page.getByRole('menuitem', { name: '重命名…' }).click();
    await page.getByRole('textbox', { name: '标题' }).fill('Other');
    await page.getByRole('button', { name: '重命名', exact: true }).click();
    await expect(page.getByRole('dialog').getByRole('alert')).toContainText('请先在两份文字之间做出选择');
    expect(await page.evaluate(() => fakeDisk.own().map(({ path }) => path))).toContain('Meeting 2026-03-02.md');
  });

  test('a quick note from anywhere; closing the box keeps its text', async ({ page }) => {
    await page.goto('/');
    await expect(page.getByRole('navigation').first()).toBeVisible();
    await page.keyboard.press('Control+Shift+N');
    const box = page.getByRole('textbox', { name: '速记' });
    await box.fill('想到一件事\n\n细节');
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await expect(box).toBeHidden();
    await page.keyboard.press('Control+Shift+N');
    await expect(box).toHaveValue('想到一件事\n\n细节');
    await box.press('Control+Enter');
    await expect(page.getByText('已保存“想到一件事”')).toBeVisible();
    expect(await page.evaluate(() => fakeDisk.own().at(-1)?.text)).toBe('# 想到一件事\n\n细节\n');
  });
});
