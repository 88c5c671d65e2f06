// What the program says of itself is said in the interface's language. The sentences are read from the program's sources, so that a new one cannot be
// forgotten.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { told as en } from '../src/lib/i18n/en/told';
import { told as zh } from '../src/lib/i18n/zh/told';
import './notes/window';
import { ask, open } from './window';

const ROOT = join(import.meta.dirname, '../..');
/** Where what the window shows is said. `eval` speaks to a terminal only. */
const SOURCES = ['crates/engine/src', 'crates/models/src', 'src-tauri/src'];
const TERMINAL_ONLY = /\/eval(\/|\.rs)|\/practise\.rs/;
/** What nobody is shown: defects, and sentences of the terminal. */
const UNSEEN =
  /panicked|no display to open|in a desktop session|thread ended|thread could not be started|damaged segment|schema of another|damaged vector|note vanished|is outside its document|tokenizer|no text may hold|speed test|--kind|WebKitGTK|could not be opened: \{\}$|own folder is unknown|just added is not there|is no \{\}$|says what each model does|is no revision|name a branch|trying again|going on from there|has a problem of its own|write it with https|choose one with --file/;

/** Said before there is a window, or where only the terminal has a way: how a model that does not say it makes vectors, a file in parts. */
const TERMINAL_WAYS = /^name a folder with --data-dir$|--pooling|--kind|llama-gguf-split|in a desktop session|WebKitGTK/;

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => name.endsWith('.rs') && !TERMINAL_ONLY.test(name));
}

/** The arguments of a call, up to the bracket that closes it. */
function argumentsAt(source: string, from: number): string {
  let depth = 1;
  let quoted = false;
  let at = from;
  for (; at < source.length && depth > 0; at += 1) {
    const c = source[at];
    if (quoted && c === '\\') at += 1;
    else if (c === '"') quoted = !quoted;
    else if (!quoted && (c === '(' || c === '[' || c === '{')) depth += 1;
    else if (!quoted && (c === ')' || c === ']' || c === '}')) depth -= 1;
  }
  return source.slice(from, at);
}

/** The sentences that the program's sources say, with `{}` for their values. */
function sentences(): string[] {
  const found = new Set<string>();
  for (const file of SOURCES.flatMap((folder) => files(join(ROOT, folder)))) {
    const source = readFileSync(file, 'utf8').replace(/#\[cfg\(test\)\][^]*/, '');
    for (const match of source.matchAll(
      /(?:Error::new|Skip::new|Flaw::new|with_remedy|notices\.push|warnings\.push|reasons\.push|push_once)\(/g,
    )) {
      const inside = argumentsAt(source, match.index + match[0].length);
      for (const [, literal = ''] of inside.matchAll(/"((?:[^"\\]|\\[^])*)"/g)) {
        const form = formOf(literal);
        if (/[a-z]{2}.* /.test(form)) found.add(form);
      }
    }
  }
  return [...found];
}

/** What holds no sentences to show: words that questions and web pages are known by, prompts, HTML. A constructor of `sentences` in them is looked into. */
const WORDS_ONLY =
  /engine\/src\/(polite|day\.rs|act\/|followup(\/|\.rs)|answer\/|catalog|conversations|document|export|render\/|retrieve\/glossary|engine\/snapshot\/compare|ingest\.rs|ingest\/(docx|html|structure|furniture))|models\/src\/(catalogue|fingerprint|generate\/(lanes|matrix|linear|attention|elsewhere|choose))|src\/hub\/checksum|src\/pages\.rs/;
/** Before a text that is for whoever reads the source, or for a machine: the verb of `could not …`, defects, reasons of lints, patterns. */
const NOT_SAID =
  /(reason = |expect\(|unreachable!\(|Error::io\(|Error::internal\((format!\()?|Regex::new\(|starts_with\(|contains\(|header\("authorization", format!\(|InvalidData, |trim_start_matches\(|prepare_cached\()\s*$/;
/** Examples of questions, names of folders and titles, parts of sentences that are put together, SQL, markup. */
const NO_SENTENCE =
  /^(Why is|How |What |Represent this|System Volume|SQLite format|Microsoft |powerpoint |\[|"?<|\^|\(\?|(SELECT|UPDATE|DELETE|INSERT|PRAGMA|BEGIN) |Pages? \{\}( and \{\})? \{\}$|ONNX Runtime$|\{\} and \{\}$)/;

/** Every other text of the sources that looks like words to a person. */
function texts(): string[] {
  const found = new Set<string>();
  for (const file of SOURCES.flatMap((folder) => files(join(ROOT, folder)))) {
    if (WORDS_ONLY.test(file)) continue;
    const source = readFileSync(file, 'utf8')
      .replace(/#\[cfg\(test\)\][^]*/, '')
      .replace(/r#"[^]*?"#/g, 'raw')
      .replace(/^\s*\/\/.*$/gm, '')
      .replace(/'(?:\\?"|\\')'/g, "' '");
    for (const match of source.matchAll(/\br"[^"]*"|\bb"(?:[^"\\]|\\[^])*"|"((?:[^"\\]|\\[^])*)"/g)) {
      if (NOT_SAID.test(source.slice(Math.max(0, match.index - 60), match.index))) continue;
      const form = formOf(match[1] ?? '');
      if (/[A-Za-z]{2,} [A-Za-z`{]|[}`] [a-z]{2,}/.test(form) && !NO_SENTENCE.test(form)) found.add(form);
    }
  }
  return [...found];
}

/** A literal as the page knows it, with `{}` for its values. */
function formOf(literal: string): string {
  return literal
    .replace(/\\\n\s*/g, '')
    .replaceAll('\\"', '"')
    .replace(/\{[^{}]*\}/g, '{}');
}

test('every sentence of the program has words in Chinese', () => {
  const all = sentences();
  expect(all.length).toBeGreaterThan(150);
  expect(all.filter((form) => !(form in zh) && !UNSEEN.test(form))).toEqual([]);
});

test('whatever else of the program can reach a person has words in Chinese too, also what is put into a sentence', () => {
  const all = texts();
  expect(all.length).toBeGreaterThan(400);
  expect(all.filter((form) => !(form in zh) && !UNSEEN.test(form))).toEqual([]);
});

test('no value is lost or made up in a translation', () => {
  const count = (text: string): number => text.split('{}').length - 1;
  for (const [form, shown] of [...Object.entries(zh), ...Object.entries(en)]) {
    const numbered = [...shown.matchAll(/\{(\d+)\}/g)].map((match) => Number(match[1]));
    expect(Math.max(count(shown), ...numbered), `${form} → ${shown}`).toBeLessThanOrEqual(count(form));
    expect(shown).not.toMatch(/`sidenote [a-z]/);
  }
});

test('an error and its remedy are said in the language of the interface, with their values', async ({ page }) => {
  await open(page, 'failing');
  await page.getByRole('textbox', { name: '问题', exact: true }).fill('x');
  await page.keyboard.press('Enter');
  const alert = page.getByRole('alert').first();
  await expect(alert).toContainText('数据损坏了：database disk image is malformed');
  await expect(alert).toContainText('笔记不受影响，会重新读取');
});

test.describe('in English', () => {
  test.use({ locale: 'en-US' });
  test('an error begins with a capital letter and names nothing of a terminal', async ({ page }) => {
    await open(page, 'failing');
    await page.getByRole('textbox', { name: 'Your question', exact: true }).fill('x');
    await page.keyboard.press('Enter');
    const alert = page.getByRole('alert').first();
    await expect(alert).toContainText('The catalog is damaged: database disk image is malformed');
    await expect(alert).not.toContainText('sidenote sync');
  });
});

test('what results are missing is said in Chinese', async ({ page }) => {
  await open(page, 'noticed');
  await ask(page, 'RAG 的流程有哪些步骤？');
  await expect(page.getByText('没有语义模型，这次只按关键词查找')).toBeVisible();
  await expect(page.getByText('这次只按关键词查找：模型 bge-m3 没有安装；请在“设置 › 模型”里下载（约 2290 MB）')).toBeVisible();
});

test('what failed without being asked for is said in the window', async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    const message = 'there is no note `a.md` in the library `b`';
    const error = { code: 'not_found', message, hint: 'it was deleted, moved, or left out; look it up by its title' };
    (globalThis as unknown as { tell: (event: unknown) => void }).tell({ type: 'failed', error });
  });
  await expect(page.getByText('笔记库“b”里没有笔记 `a.md`')).toBeVisible();
  await expect(page.getByText('可以按标题查找')).toBeVisible();
});

test('two sentences in one are said as two, and what is put into a sentence is said too', async ({ page }) => {
  await open(page);
  for (const [message, shown] of [
    [
      'the settings in `a.toml` cannot be read: `models.endpoint` has no `url`; put the file right, or delete it to start from the defaults',
      '`a.toml` 里的设置读不出来：`models.endpoint` 缺少 `url`；请改正这个文件，或删除它，从默认设置开始',
    ],
    ['there is no model x/y on `https://hub`', '`https://hub` 上没有模型 x/y'],
    [
      'this is a ZIP archive or an Office file, not text; give it its own extension, or remove it',
      '这是ZIP 压缩包或 Office 文件，不是文本；请改成它自己的扩展名，或移走',
    ],
    ['Pages 1, 4–6 and 9 have no text layer.', '第 1, 4–6 和 9 页没有文字层。'],
  ] as const) {
    await page.evaluate((message) => {
      const error = { code: 'io', message, hint: '' } as const;
      emit({ type: 'failed', error });
    }, message);
    await expect(page.getByText(shown, { exact: true })).toBeVisible();
  }
});

test('a moment that the program names is said as it is here', async ({ page }) => {
  await open(page);
  const told = 'index as of 2026-11-20T03:17:11Z: 3 files have changed since; run `sidenote sync`';
  await page.evaluate((message) => emit({ type: 'failed', error: { code: 'io', message, hint: '' } as const }), told);
  const here = await page.evaluate(() =>
    new Date('2026-11-20T03:17:11Z').toLocaleString('zh-CN', { dateStyle: 'medium', timeStyle: 'short' }),
  );
  await expect(page.getByText(`索引是 ${here} 的，之后有 3 个文件改过；详情见“笔记库”`)).toBeVisible();
});

test('no sentence of the program tells a person in the window to type a command, in either language', () => {
  const shown = [...new Set([...sentences(), ...texts(), ...Object.keys(zh)])].filter((form) => !TERMINAL_WAYS.test(form));
  const terminal = /`sidenote |(^|[\s`])--[a-z]|run the command|命令行/;
  for (const words of [zh, en])
    expect.soft(shown.map((form) => words[form] ?? form).filter((text) => terminal.test(text))).toEqual([]);
});

test('what the window says in other words is still said by the program', () => {
  const all = new Set([...sentences(), ...texts()]);
  expect(Object.keys(en).filter((form) => !all.has(form))).toEqual([]);
});
