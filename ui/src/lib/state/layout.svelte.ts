// How the window is divided, as the person left it. It must not know what the parts show.

import { innerWidth } from 'svelte/reactivity/window';
import { preferences } from './preferences.svelte';
import { store, stored } from './stored';

/** Pixels, with text of the usual size. */
const NARROW = 900;
/** The same for the parts of a view. */
const SLIM = 640;

/** The same for the sidebar, and for the view that lies between it and the reader at the least. */
const SIDEBAR = 240;
const MIDDLE = 320;

export const NARROWEST = 0.28;
const WIDEST = 0.65;

class Layout {
  /** The reader's part of the window's width, as it was chosen. */
  private wished = $state(stored('layout.reader', 0.42));
  /** Whether PDFs are shown as pages, or as text. */
  pdfPages = $state(stored('layout.pdfPages', true));
  private wideSidebar = $state(stored('layout.sidebar', true));
  private drawer = $state(false);

  /** Too narrow, for text of this size, for things side by side: the reader and the sidebar then cover the view. */
  get narrow(): boolean {
    return this.room <= NARROW;
  }

  /** Too narrow for parts of a view side by side. */
  get slim(): boolean {
    return this.room < SLIM;
  }

  /** The window's width, measured by its text. */
  private get room(): number {
    return (innerWidth.current ?? Infinity) / (preferences.settings?.text_scale ?? 1);
  }

  /** The reader's part of the width. */
  get reader(): number {
    return Math.min(this.wished, this.widest);
  }

  /** What it may be at the most: the view beside it stays usable. */
  get widest(): number {
    const taken = MIDDLE + (this.sidebar ? SIDEBAR : 0);
    return Math.max(NARROWEST, Math.min(WIDEST, 1 - taken / this.room));
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
    this.wished = Math.min(this.widest, Math.max(NARROWEST, part));
    store('layout.reader', this.wished);
  }
}

export const layout = new Layout();
