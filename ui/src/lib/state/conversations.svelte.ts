// The list of conversations, as searched. It must not know what is said in them.

import { backend, type ConversationInfo } from '../backend';

class Conversations {
  list = $state.raw<ConversationInfo[] | null>(null);
  failure = $state.raw<unknown>(null);
  query = $state('');
  private asked = 0;

  async refresh(): Promise<void> {
    const mine = (this.asked += 1);
    try {
      const list = await backend.ask.conversations(this.query.trim() || null);
      if (mine !== this.asked) return;
      this.list = list;
      this.failure = null;
    } catch (error) {
      if (mine === this.asked) this.failure = error;
    }
  }

  find(query: string): void {
    this.query = query;
    void this.refresh();
  }

  async rename(id: number, title: string): Promise<void> {
    await backend.ask.rename(id, title);
    await this.refresh();
  }

  async remove(id: number): Promise<void> {
    await backend.ask.remove(id);
    await this.refresh();
  }
}

export const conversations = new Conversations();
