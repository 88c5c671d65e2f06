import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { ask, chip, open, QUESTION, reader } from './window';

const view =
  (name: string) =>
  async (page: Page): Promise<void> => {
    await page.getByRole('navigation').getByRole('button', { name, exact: true }).click();
    await page.waitForTimeout(300);
  };

const SCREENS: Record<string, { scenes?: string[]; go: (page: Page) => Promise<void> }> = {
  welcome: { go: async () => undefined },
  'no notes': { scenes: ['empty'], go: async () => undefined },
  answer: { scenes: ['generative', 'history'], go: (page) => ask(page, QUESTION) },
  'answer and note': {
    go: async (page) => {
      await ask(page, QUESTION);
      await chip(page, 2).click();
      await expect(reader(page).locator('.passage').first()).toBeAttached();
    },
  },
  'pages of a PDF': {
    scenes: ['pdf'],
    go: async (page) => {
      await ask(page, '蓝鲸的叫声频率是多少？');
      await chip(page, 1).click();
      await expect(reader(page).locator('.mark').first()).toBeVisible();
    },
  },
  'not in notes': { go: (page) => ask(page, '公司 2031 年的差旅报销标准和缓存策略') },
  'changed citations': {
    scenes: ['changed'],
    go: async (page) => {
      await page.getByRole('button', { name: 'RAG 效果不好时怎么排查？', exact: true }).click();
      await expect(page.getByText(/处引文后来改过/).first()).toBeVisible();
    },
  },
  failure: {
    scenes: ['failing'],
    go: async (page) => {
      await page.getByRole('textbox', { name: '问题', exact: true }).fill('x');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('alert').first()).toBeVisible();
    },
  },
  palette: {
    go: async (page) => {
      await page.keyboard.press('Control+k');
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  'sheet of keys': {
    go: async (page) => {
      await page.keyboard.press('Control+/');
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  scope: {
    go: async (page) => {
      await page.getByRole('button', { name: /提问范围/ }).click();
      await expect(page.getByRole('option').nth(2)).toBeVisible();
    },
  },
  'look up': { go: view('查找') },
  notes: { go: view('笔记') },
  libraries: { go: view('笔记库') },
  settings: { go: view('设置') },
};

for (const [name, { scenes = [], go }] of Object.entries(SCREENS)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`nothing serious is wrong with: ${name}, ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await open(page, ...scenes);
      await go(page);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(
        serious.map(
          ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).join('; ')}`,
        ),
      ).toEqual([]);
    });
  }
}
