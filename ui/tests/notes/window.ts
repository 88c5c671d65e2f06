// The notes view in a page, for tests; and what other programs do to the fake's files.

import type { AppEvent } from '../../src/lib/backend';
import { expect as strict, type Locator, type Page } from '@playwright/test';

export interface FakeDisk {
  text(id: number): string;
  idOf(title: string): number;
  draft(id: number): string | null;
  change(id: number, text: string): void;
  lose(id: number): void;
  unlist(id: number): void;
  leave(id: number, text: string): void;
  fill(isFull: boolean): void;
  own(): { id: number; path: string; text: string }[];
}

declare global {
  var fakeDisk: FakeDisk;
  var emit: (event: AppEvent) => void;
}

/** Patient: a busy machine takes its time, and nothing here is about how long. */
export const expect = strict.configure({ timeout: 15_000 });

/** The note in English of one's own. */
export const MEETING = 1;

export async function openNotes(page: Page, scene = ''): Promise<void> {
  await page.goto(scene ? `/?scene=${scene}` : '/');
  await page.getByRole('navigation', { name: '主导航' }).getByRole('button', { name: '笔记', exact: true }).click();
  await expect(page.getByRole('heading', { name: '笔记', exact: true })).toBeVisible();
}

export function content(page: Page): Locator {
  return page.getByRole('textbox', { name: '笔记正文' });
}

export async function openMeeting(page: Page): Promise<Locator> {
  await page.getByRole('searchbox', { name: '按标题或文件夹筛选' }).fill('Meeting');
  await page.keyboard.press('Enter');
  await expect(content(page)).toBeFocused();
  return content(page);
}

/** The end of the note's text. */
export async function toEnd(page: Page): Promise<void> {
  await content(page).press('Control+End');
}

export function textOf(page: Page, id: number): Promise<string> {
  return page.evaluate((id) => fakeDisk.text(id), id);
}

export async function saved(page: Page): Promise<void> {
  await expect(page.locator('[data-state]')).toHaveAttribute('data-state', 'saved');
}
