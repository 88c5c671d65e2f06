// Each line runs as its own words do: from the right in Arabic or Hebrew, whatever the lines around it. It must not know which languages there are.

import { RangeSetBuilder, type Extension } from '@codemirror/state';
import { Decoration, EditorView, ViewPlugin, type DecorationSet, type ViewUpdate } from '@codemirror/view';

const own = Decoration.line({ attributes: { dir: 'auto' } });

function seen(view: EditorView): DecorationSet {
  const lines = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to;) {
      const line = view.state.doc.lineAt(at);
      lines.add(line.from, line.from, own);
      at = line.to + 1;
    }
  }
  return lines.finish();
}

const directions = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = seen(view);
    }
    update(update: ViewUpdate): void {
      if (update.docChanged || update.viewportChanged) this.decorations = seen(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

// Cursor and selection move by what is seen of each line.
export const direction: Extension = [EditorView.perLineTextDirection.of(true), directions];
