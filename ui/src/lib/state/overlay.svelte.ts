// What lies above the whole window, one thing at a time. It must not know how it looks.

class Overlay {
  open = $state<'palette' | 'shortcuts' | 'capture' | null>(null);

  show(what: NonNullable<Overlay['open']>): void {
    this.open = what;
  }

  close(): void {
    this.open = null;
  }
}

export const overlay = new Overlay();
