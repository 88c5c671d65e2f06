// Which notes came with the program: those stay as they are, and a copy of them can be edited. It must not know who wants to.

import { backend, type NoteInfo } from '../backend';

class Shipped {
  /** The names of the libraries; null until they are known. */
  private libraries = $state.raw<string[] | null>(null);
  private asked = false;

  /** Null while that is not known. */
  has(note: NoteInfo): boolean | null {
    if (!this.asked) void this.ask();
    return this.libraries?.includes(note.library) ?? null;
  }

  private async ask(): Promise<void> {
    this.asked = true;
    try {
      const { libraries } = await backend.libraries.status();
      this.libraries = libraries.filter((library) => library.shipped).map((library) => library.name);
    } catch {
      // The next one who wants to know asks again.
      this.asked = false;
    }
  }
}

export const shipped = new Shipped();
