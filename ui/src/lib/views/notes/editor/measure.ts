// Lines are measured again when letters change their size: with the person's text size, or as styles come that were not there at first. CodeMirror
// looks only when the text or its own box changes, and until then takes what is clicked or dropped for another line.

import { Compartment, type Extension } from '@codemirror/state';
import { EditorView, ViewPlugin } from '@codemirror/view';

const looks = new Compartment();
/** Two that show the same: changing one for the other is what makes CodeMirror measure. */
const same = [EditorView.theme({}), EditorView.theme({})] as const;

const watch = ViewPlugin.define((view) => {
  // One letter in the editor's own type, as high as a line.
  const letter = document.createElement('span');
  letter.className = 'cm-letter';
  letter.ariaHidden = 'true';
  letter.textContent = 'x';
  view.scrollDOM.append(letter);
  const observer = new ResizeObserver(() => {
    const [one, other] = same;
    view.dispatch({ effects: looks.reconfigure(looks.get(view.state) === one ? other : one) });
  });
  observer.observe(letter);
  return {
    destroy() {
      observer.disconnect();
      letter.remove();
    },
  };
});

export const measure: Extension = [looks.of(same[0]), watch];
