// Which view is open, and which note beside it. It must not know how views look.

export type View =
  /** `question`: asked at once. */
  | { name: 'ask'; conversation: number | null; question?: string }
  | { name: 'search'; query: string }
  /** `create`: with a new note begun. */
  | { name: 'notes'; note: number | null; create?: boolean }
  | { name: 'libraries' }
  | { name: 'settings'; page: 'general' | 'models' | 'about' };

/** A note in the pane beside the view, and what is marked in it (bytes of its text). */
export interface Reading {
  document: number;
  start: number | null;
  end: number | null;
}

class Place {
  view = $state<View>({ name: 'ask', conversation: null });
  reading = $state<Reading | null>(null);

  go(view: View): void {
    this.view = view;
  }

  read(document: number, start: number | null = null, end: number | null = null): void {
    this.reading = { document, start, end };
  }

  close(): void {
    this.reading = null;
  }
}

export const place = new Place();
