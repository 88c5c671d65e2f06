// Short messages that go away by themselves. They must not carry what a person has to act on.

import { said } from '../i18n/told';
import { failureOf } from './failure';

export interface Toast {
  id: number;
  text: string;
  hint: string;
  tone: 'plain' | 'failed';
  action: { label: string; act: () => void } | null;
}

const STAYS_MS = 5000;
const FAILURE_STAYS_MS = 12_000;

class Toasts {
  list = $state<Toast[]>([]);
  private next = 1;
  private readonly timers = new Map<number, ReturnType<typeof setTimeout>>();

  say(text: string, action: Toast['action'] = null): void {
    this.add({ id: this.next++, text, hint: '', tone: 'plain', action });
  }

  /** What a call was rejected with. */
  fail(error: unknown): void {
    const { message, hint } = failureOf(error);
    this.add({ id: this.next++, text: said(message), hint: said(hint), tone: 'failed', action: null });
  }

  drop(id: number): void {
    this.hold(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  hold(id: number): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
  }

  release(id: number): void {
    const toast = this.list.find((each) => each.id === id);
    if (toast) this.wait(toast);
  }

  private add(toast: Toast): void {
    this.list = [...this.list.slice(-2), toast];
    this.wait(toast);
  }

  private wait(toast: Toast): void {
    this.hold(toast.id);
    this.timers.set(
      toast.id,
      setTimeout(() => this.drop(toast.id), toast.tone === 'failed' ? FAILURE_STAYS_MS : STAYS_MS),
    );
  }
}

export const toasts = new Toasts();

/** Copies something and says so. */
export async function copied(copy: Promise<void>, text: string): Promise<void> {
  try {
    await copy;
    toasts.say(text);
  } catch (error) {
    toasts.fail(error);
  }
}
