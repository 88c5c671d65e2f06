import { expect, test } from '@playwright/test';
import { Disk, full, open, settle } from './notes/disk';

test('typing is in the draft soon and in the file when the keys rest', async () => {
  const disk = new Disk('a');
  const { save, clock } = open(disk);
  save.typed('ab');
  expect(save.state.name).toBe('saving');
  await clock.pass(150);
  expect(disk.draftText).toBe('ab');
  expect(disk.text).toBe('a');
  await clock.pass(300);
  expect(disk.text).toBe('ab');
  expect(disk.draftText).toBeNull();
  expect(save.state).toEqual({ name: 'saved' });
});

test('steady typing does not put off the write for ever', async () => {
  const disk = new Disk('');
  const { save, clock } = open(disk);
  for (let key = 1; key <= 20; key += 1) {
    save.typed('x'.repeat(key));
    await clock.pass(200);
  }
  expect(disk.saves).toBeGreaterThan(0);
});

test('what is typed during a slow write is written after it, one write at a time', async () => {
  const disk = new Disk('');
  disk.direct = false;
  const { save, clock } = open(disk);
  save.typed('one');
  await clock.pass(400);
  const end = async (): Promise<void> => {
    disk.calls.shift()?.run(false);
    await settle();
  };
  await end(); // the draft
  expect(disk.calls.map((call) => call.name)).toEqual(['save']);
  save.typed('one two');
  await clock.pass(1000);
  while (disk.calls.length > 0) await end();
  expect(disk.text).toBe('one two');
  expect(save.state).toEqual({ name: 'saved' });
});

test('a full disk: the text is kept, tried again, and written when there is room', async () => {
  const disk = new Disk('old');
  disk.fullFor.add('save');
  const { save, clock } = open(disk);
  save.typed('new');
  await clock.pass(500);
  expect(save.state).toEqual({ name: 'failed', error: full, kept: true, again: true });
  expect(disk.draftText).toBe('new');
  save.typed('newer');
  await clock.pass(5000);
  expect(save.text).toBe('newer');
  expect(disk.draftText).toBe('newer');
  disk.fullFor.clear();
  await clock.pass(60_000);
  expect(disk.text).toBe('newer');
  expect(save.state).toEqual({ name: 'saved' });
});

test('where not even the draft can be written the state says so', async () => {
  const disk = new Disk('old');
  disk.failing = full;
  const { save, clock } = open(disk);
  save.typed('new');
  await clock.pass(500);
  expect(save.state).toMatchObject({ name: 'failed', kept: false });
  expect(save.unsaved).toBe(true);
});

test('a note that is gone is not tried again until there is a new text', async () => {
  const disk = new Disk('old');
  disk.failing = { code: 'not_found', message: 'gone', hint: '' };
  const { save, clock } = open(disk);
  save.typed('new');
  await clock.pass(120_000);
  expect(save.state).toMatchObject({ name: 'failed', again: false });
  disk.failing = null;
  save.typed('new!');
  await clock.pass(500);
  expect(disk.text).toBe('new!');
});

test('a note that was renamed elsewhere is written as soon as it is known again, without another key', async () => {
  const disk = new Disk('old');
  disk.failing = { code: 'not_found', message: 'gone', hint: '' };
  const { save, clock } = open(disk);
  save.typed('new');
  await clock.pass(10_000);
  expect(save.state).toMatchObject({ name: 'failed', again: false });
  disk.failing = null;
  await save.diskChanged();
  await settle();
  expect(disk.text).toBe('new');
  expect(save.state).toEqual({ name: 'saved' });
  expect(disk.draftText).toBeNull();
});

test('flushing writes at once; closing does too and leaves nothing behind', async () => {
  const disk = new Disk('');
  const { save } = open(disk);
  save.typed('a');
  expect(await save.flush()).toBe(true);
  expect(disk.text).toBe('a');
  save.typed('ab');
  expect(await save.close()).toBe(true);
  expect(disk.text).toBe('ab');
  expect(disk.draftText).toBeNull();
});

test('closing while the disk is full leaves the draft', async () => {
  const disk = new Disk('');
  disk.fullFor.add('save');
  const { save } = open(disk);
  save.typed('mine');
  expect(await save.close()).toBe(false);
  expect(disk.draftText).toBe('mine');
});

test('a file that changed meanwhile is not overwritten; mine, theirs, both', async () => {
  for (const choice of ['mine', 'theirs', 'both'] as const) {
    const disk = new Disk('old');
    const { save, clock, reloads } = open(disk);
    save.typed('mine');
    disk.change('theirs');
    await clock.pass(500);
    expect(save.state).toEqual({ name: 'conflict', mine: 'mine', theirs: 'theirs', why: 'changed', error: null });
    await clock.pass(60_000);
    expect(disk.text).toBe('theirs');
    expect(disk.draftText).toBe('mine');
    await save.choose(choice);
    await settle();
    expect(disk.text).toBe(choice === 'mine' ? 'mine' : 'theirs');
    expect(disk.copies).toEqual(choice === 'both' ? ['mine'] : []);
    expect(reloads).toEqual(choice === 'mine' ? [] : ['theirs']);
    expect(save.state).toEqual({ name: 'saved' });
    expect(disk.draftText).toBeNull();
  }
});

test('mine is not written over a file that changed once more', async () => {
  const disk = new Disk('old');
  const { save, clock } = open(disk);
  save.typed('mine');
  disk.change('theirs');
  await clock.pass(500);
  disk.change('theirs again');
  await save.choose('mine');
  expect(save.state).toMatchObject({ name: 'conflict', theirs: 'theirs again' });
  expect(disk.text).toBe('theirs again');
});

test('a copy that fails leaves the conflict open', async () => {
  const disk = new Disk('old');
  const { save, clock } = open(disk);
  save.typed('mine');
  disk.change('theirs');
  await clock.pass(500);
  disk.failing = full;
  await save.choose('both');
  expect(save.state).toMatchObject({ name: 'conflict', mine: 'mine', error: full });
  expect(save.text).toBe('mine');
});

test('a change on disk is shown at once where nothing is unsaved, later while composing, and never over what was typed', async () => {
  const disk = new Disk('old');
  let may = false;
  const { save, clock, reloads } = open(disk, () => may);
  disk.change('theirs');
  await save.diskChanged();
  expect(reloads).toEqual([]);
  may = true;
  await clock.pass(1000);
  expect(reloads).toEqual(['theirs']);
  save.typed('theirs and mine');
  disk.change('other');
  await save.diskChanged();
  expect(reloads).toEqual(['theirs']);
  await clock.pass(500);
  expect(save.state).toMatchObject({ name: 'conflict', mine: 'theirs and mine', theirs: 'other' });
});

test('a draft left from before is shown beside the file', async () => {
  const disk = new Disk('file');
  disk.draftText = 'file and what was typed';
  const { save } = open(disk);
  expect(save.state).toMatchObject({ name: 'conflict', why: 'draft', mine: 'file and what was typed', theirs: 'file' });
  await save.choose('mine');
  expect(disk.text).toBe('file and what was typed');
  expect(disk.draftText).toBeNull();
});

test('a draft that says what the file says is forgotten', async () => {
  const disk = new Disk('file');
  disk.draftText = 'file';
  const { save } = open(disk);
  await settle();
  expect(save.state).toEqual({ name: 'saved' });
  expect(disk.draftText).toBeNull();
});

/** Numbers that are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

for (let block = 0; block < 4; block += 1) {
  test(`whatever happens in whatever order, no text is lost (${block + 1} of 4)`, async () => {
    test.setTimeout(90_000);
    const ends = { saved: 0, conflict: 0 };
    for (let seed = block * 30; seed < block * 30 + 30; seed += 1) {
      const random = numbers(seed + 1);
      const disk = new Disk('start');
      disk.direct = false;
      const { save, clock, reloads, states } = open(disk);
      let last = 'start';
      const givenUp = new Set<string>();
      const others: string[] = [];
      const check = (when: string): void => {
        // What was typed is in hand, or was in the file (and others wrote after that), or in a copy, or was given up by choice.
        if (!givenUp.has(last)) expect([save.text, ...disk.history, ...disk.copies], `seed ${seed}, ${when}`).toContain(last);
        // "Saved" is said of no text that never reached the file.
        if (save.state.name === 'saved') expect(disk.history, `seed ${seed}, ${when}`).toContain(save.text);
        // What others wrote was seen before it was written over.
        const seen = [...reloads, ...states.flatMap((state) => (state.name === 'conflict' ? [state.theirs] : []))];
        for (const text of disk.replaced) if (others.includes(text)) expect(seen, `seed ${seed}, ${when}`).toContain(text);
      };
      for (let step = 0; step < 60; step += 1) {
        const act = random(12);
        if (act < 4) {
          last = `${save.text.slice(-30)}+${seed}.${step}`;
          save.typed(last);
        } else if (act < 8 && disk.calls.length > 0) {
          const [call] = disk.calls.splice(random(disk.calls.length), 1);
          call?.run(random(4) === 0);
        } else if (act < 10) await clock.pass(random(600));
        else if (act === 10 && random(3) === 0) {
          others.push(`other ${seed}.${step}`);
          disk.change(`other ${seed}.${step}`);
          void save.diskChanged();
        } else if (save.state.name === 'conflict' && random(2) === 0) {
          const choice = (['mine', 'theirs', 'both'] as const)[random(3)] ?? 'mine';
          if (choice === 'theirs') givenUp.add(save.text);
          void save.choose(choice);
        } else void save.flush();
        await settle();
        check(`step ${step}`);
      }
      // Now everything works: it must come to rest with the text in the file, or with the choice before the person and the text in the draft.
      for (let round = 0; round < 100 && (disk.calls.length > 0 || !clock.idle); round += 1) {
        disk.calls.shift()?.run(false);
        await settle();
        await clock.pass(1000);
      }
      expect(disk.calls).toEqual([]);
      check('at the end');
      const { state } = save;
      if (state.name === 'conflict') {
        expect(state.mine).toBe(save.text);
        expect(disk.draftText, `seed ${seed}`).toBe(save.text);
        ends.conflict += 1;
      } else {
        expect(state.name, `seed ${seed}`).toBe('saved');
        expect(disk.draftText, `seed ${seed}`).toBeNull();
        ends.saved += 1;
      }
    }
    // Both ends are reached, or the steps say little.
    expect(Math.min(ends.saved, ends.conflict)).toBeGreaterThan(2);
  });
}
