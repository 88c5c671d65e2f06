// The focus is never lost: where what had it goes away, or cannot have it any more, it goes to what came in its place, or to what stands beside it. Whoever
// knows a better place puts it there; this is for everything else. It must not know views.

const MAY = 'a[href], button, input, select, textarea, [contenteditable="true"], [tabindex]';
/** Within these the focus stays while they hold anything that can have it. */
const REGIONS = 'dialog, main';

function can(element: HTMLElement): boolean {
  return (
    element.isConnected &&
    element.tabIndex >= 0 &&
    !element.matches(':disabled') &&
    element.closest('[inert]') === null &&
    element.getClientRects().length > 0
  );
}

function all(within: ParentNode): HTMLElement[] {
  return [...within.querySelectorAll<HTMLElement>(MAY)].filter(can);
}

/** How a node went out of what it was in. */
function lossOf(records: MutationRecord[], lost: Node): MutationRecord | undefined {
  return records.find((record) => [...record.removedNodes].some((node) => node.contains(lost)));
}

/** What came where the node was: it, or the first in it. */
function inPlace(records: MutationRecord[], where: Node): HTMLElement | undefined {
  return records
    .filter((record) => record.target === where)
    .flatMap((record) => [...record.addedNodes])
    .filter((node) => node instanceof HTMLElement && node.isConnected)
    .flatMap((node) => [node as HTMLElement, ...all(node as HTMLElement)])
    .find((element) => element.matches(MAY) && can(element));
}

/** The first after a place, or the last before it. */
function beside(place: Node, region: ParentNode): HTMLElement | undefined {
  const there = all(region);
  const after = there.find((element) => {
    const position = place.compareDocumentPosition(element);
    return element === place || (position & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  });
  return after ?? there.at(-1);
}

/** Begins to look after the focus; call what it gives back to end. */
export function keepFocus(): () => void {
  let last = document.activeElement as HTMLElement | null;
  const remember = (event: FocusEvent): void => {
    last = event.target as HTMLElement;
  };

  function mend(records: MutationRecord[]): void {
    const active = document.activeElement;
    if (!last || (active !== null && active !== document.body && active !== last)) return;
    if (last.isConnected) {
      // Busy for a moment: it gets the focus back.
      if (last.matches('[aria-busy=true]')) return;
      const freed = records.some((record) => record.type === 'attributes' && record.target === last);
      if (can(last)) {
        if (active !== last && freed) last.focus();
      } else if (freed || active !== last) beside(last, last.closest(REGIONS) ?? document)?.focus();
      return;
    }
    let gone = lossOf(records, last);
    // What lost it may have gone away itself afterwards, as an editor does that takes its text out first.
    while (gone && !gone.target.isConnected) gone = lossOf(records, gone.target);
    if (!gone) return;
    const where = gone.target as HTMLElement;
    const region = where.closest(REGIONS) ?? document;
    const place = [gone.nextSibling, gone.previousSibling].find((node) => node?.isConnected) ?? where;
    (inPlace(records, where) ?? beside(place, region) ?? document.querySelector('main'))?.focus();
  }

  const observer = new MutationObserver(mend);
  observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled', 'inert'] });
  document.addEventListener('focusin', remember);
  return () => {
    observer.disconnect();
    document.removeEventListener('focusin', remember);
  };
}
