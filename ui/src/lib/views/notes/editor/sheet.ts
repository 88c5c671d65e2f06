// CodeMirror's styles under a policy that forbids <style> elements. style-mod takes a constructable sheet where the root has no head, as in a shadow
// tree, and a <style> element in a document; here the document is mounted once as if it had none, and keeps the sheet it got.

import { StyleModule } from 'style-mod';

let mounted = false;

export function withoutStyleElements(): void {
  if (mounted || !('adoptedStyleSheets' in document)) return;
  mounted = true;
  Object.defineProperty(document, 'head', { value: null, configurable: true });
  try {
    StyleModule.mount(document, new StyleModule({}));
  } finally {
    Reflect.deleteProperty(document, 'head');
  }
}
