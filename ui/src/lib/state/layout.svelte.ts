// How the window is divided, as the person left it. It must not know what the parts show.

import { innerWidth } from 'svelte/reactivity/window';
import { preferences } from './preferences.svelte';
import { store, stored } from './stored';

/** Pixels, with text of the usual size. */
const NARROW = 900;

export const NARROWEST = 0.28;
export const WIDEST = 0.65;

class Layout {
  /** The reader's part of the window's width. */
  reader = $state(stored('layout.reader', 0.42));
  /** Whether PDFs are shown as pages, or as text. */
  pdfPages = $state(stored('layout.pdfPages', true));
  private wideSidebar = $state(stored('layout.sidebar', true));
  private drawer = $state(false);

  /** Too narrow, for text of this size, for things side by side: the reader and the sidebar then cover the view. */
  get narrow(): boolean {
    return (innerWidth.current ?? Infinity) <= NARROW * (preferences.settings?.text_scale ?? 1);
  }

  get sidebar(): boolean {
    return this.narrow ? this.drawer : this.wideSidebar;
  }

  toggleSidebar(open = !this.sidebar): void {
    if (this.narrow) this.drawer = open;
    else {
      this.wideSidebar = open;
      store('layout.sidebar', open);
    }
  }

  /** Something was chosen in it: a drawer closes. */
  chosen(): void {
    this.drawer = false;
  }

  showPdf(pages: boolean): void {
    this.pdfPages = pages;
    store('layout.pdfPages', pages);
  }

  resizeReader(part: number): void {
    this.reader = Math.min(WIDEST, Math.max(NARROWEST, part));
    store('layout.reader', this.reader);
  }
}

export const layout = new Layout();
