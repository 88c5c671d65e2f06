// What pressing a citation does: the note beside the answer, at the passage as it stands now.

import type { Citation, CitationNow } from '../../backend';
import { place } from '../../state/view.svelte';

export function openCitation(citation: Citation, now: CitationNow | null): void {
  if (now?.state === 'gone') return;
  const document = now?.document_id ?? citation.document_id;
  place.read(document, now?.start ?? citation.start, now?.end ?? citation.end, {
    was: now?.state === 'changed' ? citation.quote : null,
    text: now?.state === 'changed' ? now.text : citation.quote,
  });
}
