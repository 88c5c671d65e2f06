// What pressing a citation does: the note beside the answer, at the passage as it stands now; and whether it is there.

import type { Citation, CitationNow } from '../../backend';
import { place } from '../../state/view.svelte';

/** The passage of a citation, where it is now. */
function passage(citation: Citation, now: CitationNow | null): { document: number; start: number; end: number } {
  return {
    document: now?.document_id ?? citation.document_id,
    start: now?.start ?? citation.start,
    end: now?.end ?? citation.end,
  };
}

export function openCitation(citation: Citation, now: CitationNow | null): void {
  if (now?.state === 'gone') return;
  const { document, start, end } = passage(citation, now);
  place.read(document, start, end, {
    was: now?.state === 'changed' ? citation.quote : null,
    text: now?.state === 'changed' ? now.text : citation.quote,
  });
}

/** Whether it is what the reader was opened at. */
export function isOpen(citation: Citation, now: CitationNow | null): boolean {
  const { document, start, end } = passage(citation, now);
  const { reading } = place;
  return reading?.document === document && reading.start === start && reading.end === end;
}
