// The keys that act in the whole window. What they do is given; what has the focus may have used them before. It must not know views.

export const apple = /Mac|iPhone|iPad/.test(navigator.platform);
/** The name of the key that shortcuts begin with. */
export const command = apple ? '⌘' : 'Ctrl';

export type Shortcut =
  'palette' | 'new-note' | 'capture' | 'search' | 'settings' | 'sheet' | 'escape' | 'larger' | 'smaller' | 'usual-size';

/** Whether keys that are pressed there are text. */
export const typesText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('textarea, select, input:not([type=checkbox], [type=radio])'));

/** The shortcut that was pressed, if it is one. */
export function shortcutOf(event: KeyboardEvent): Shortcut | null {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return null;
  if (event.key === 'Escape') return 'escape';
  if (event.key === '?' && !event.ctrlKey && !event.metaKey && !event.altKey) return typesText(event.target) ? null : 'sheet';
  const commanded = apple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  if (!commanded || event.altKey) return null;
  // `+` needs Shift on some keyboards and none on others.
  const size = ({ '+': 'larger', '=': 'larger', '-': 'smaller', _: 'smaller', '0': 'usual-size' } as const)[event.key];
  if (size) return size;
  const key = event.key.toLowerCase();
  if (event.shiftKey) return ({ f: 'search', n: 'capture' } as const)[key] ?? null;
  return ({ k: 'palette', n: 'new-note', ',': 'settings', '/': 'sheet' } as const)[key] ?? null;
}
