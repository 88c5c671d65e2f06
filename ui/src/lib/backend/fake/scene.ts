// States that tests and screenshots ask for by `?scene=a,b` in the address: `empty` (no notes), `slow` (everything takes long), `failing` (calls are
// rejected), `offline`, `many` (10,000 notes), `conflict`, `changed` (cited notes were edited), `indexing`,
// `history` (conversations from before), `generative`, `remote` (a model on another machine), `taken-back`, `breaks` (see ask.ts),
// `left` (texts of an earlier run that did not reach their files), `unreadable` (the first reading of each note fails), `gone` (cited notes are gone).
// `noticed` (an answer with notices), `pdf` (a note is a PDF), `unpaged` (its pages cannot be drawn),
// `elsewhere` (another machine writes the answers, and a chosen model is not installed), `first` (a question waits for the first reading of the notes),
// `missing` (a library whose folder is not there), `nested` (a library in the folder of another), `rtl` (notes in Arabic and Hebrew), `full` (the disk is full: nothing can be written),
// `heavy` (notes are too long to be edited here), `foreign` (a note of one's own in another encoding), `part` (of notes only a part is shown),
// `unasked` (no note asks anything), `repeated` (what is said once is said twice), `garbled` (of some calls the first answer is not what it should be).

const scenes = new Set((new URLSearchParams(location.search).get('scene') ?? '').split(',').filter(Boolean));

export function scene(name: string): boolean {
  return scenes.has(name);
}

/** In `repeated` everything twice: nothing promises that sentences differ. */
export function repeated<T>(list: T[]): T[] {
  return scene('repeated') ? [...list, ...list] : list;
}

/** True at the first call of this name in `garbled`. */
export function garbled(call: string): boolean {
  return scene('garbled') && !answered.has(call) && Boolean(answered.add(call));
}
const answered = new Set<string>();

/** Takes about as long as the program does. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, scene('slow') ? 20 * ms : ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
