/** The logs over tables in memory: states, heads, deletions, and who slept through them. */
import { describe, expect, test } from '@jest/globals';
import { ManualClock } from '../../clock.ts';
import {
  CATALOGUE_ROWS_PER_STATE,
  RANGE_ENTRIES_PER_STATE,
  ROW_LOG_DELETE_MS,
} from '../../limits/mongodb.ts';
import { runOf, streamOf } from '../../testing/chunk-runs.ts';
import { MemoryTable } from '../../testing/memory-table.ts';
import type { AddedEntry } from '../chunks.ts';
import { CatalogueLog } from './catalogue-log.ts';
import { RangeLog } from './range-log.ts';
import { RowLogs } from './row-log.ts';

const STREAM = streamOf(Array.from({ length: 1_000 }, (_, index) => `line ${index}`));
const GENERATION = '00000000000000aa';

function newPlace() {
  const clock = new ManualClock();
  const rows = new MemoryTable();
  const heads = new MemoryTable();
  return { clock, rows, open: () => new RowLogs({ rows, heads, clock }) };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('the log of a generation', () => {
  /** Adds one piece; true if it was stored. */
  async function add(ranges: RangeLog, from: number): Promise<boolean> {
    for (;;) {
      const draft = (await ranges.drafts([GENERATION])).get(GENERATION);
      if (draft?.judge(runOf(STREAM, from, from + 5)).kind !== 'stored') return false;
      if ((await ranges.add([draft], `frame-${from}`)).size === 0) return true;
    }
  }

  test('is read from its last state, and entries before that go in time', async () => {
    const { clock, rows, open } = newPlace();
    const ranges = new RangeLog(open(), clock);
    const count = 3 * RANGE_ENTRIES_PER_STATE + 3;
    for (let index = 0; index < count; index++) await add(ranges, index * 5);
    await settled();
    expect(rows.size).toBe(count);
    clock.advance(ROW_LOG_DELETE_MS);
    await settled();
    expect(rows.size).toBeLessThan(RANGE_ENTRIES_PER_STATE);
    const fresh = new RangeLog(open(), clock);
    expect(await fresh.ranges(GENERATION)).toEqual([{ from: 0, to: count * 5 }]);
    expect(await add(fresh, 0)).toBe(false);
  });

  test.each([
    [true, 0],
    [false, 1],
  ])('is looked at before it is added to, if others are there: %s', async (known, refusals) => {
    const { clock, open } = newPlace();
    const logs = [0, 1].map(() => new RangeLog(open(), clock, { areThere: () => known }));
    let refused = 0;
    let index = 0;
    const adds = async (one: number) => {
      const draft = (await logs[one]?.drafts([GENERATION]))?.get(GENERATION);
      expect(draft?.judge(runOf(STREAM, index * 5, index * 5 + 5)).kind).toBe('stored');
      if (draft && (await logs[one]?.add([draft], `frame-${index}`))?.size === 0) index++;
      else refused++;
    };
    for (let round = 0; round < RANGE_ENTRIES_PER_STATE; round++) await adds(0);
    for (let round = 0; round < 3; round++) await adds(1);
    await adds(0);
    expect(refused).toBe(refusals);
    // Who was refused knows what the others added meanwhile, and goes on there.
    await adds(0);
    expect(refused).toBe(refusals);
    expect(await logs[1]?.ranges(GENERATION)).toEqual([{ from: 0, to: index * 5 }]);
    clock.advance(ROW_LOG_DELETE_MS);
    await settled();
    expect(logs[0] && (await add(logs[0], 0))).toBe(false);
    expect(logs[0] && (await add(logs[0], index * 5))).toBe(true);
  });

  test('is not looked at where others tell what they add, and whoever hears it is not refused', async () => {
    const { clock, rows, open } = newPlace();
    let isTelling = true;
    const logs: RangeLog[] = [0, 1].map(
      (own) =>
        new RangeLog(open(), clock, {
          areThere: () => true,
          tell: (entries) => isTelling && logs[1 - own]?.hear(entries),
        }),
    );
    let index = 0;
    let refused = 0;
    const adds = async (one: number) => {
      const draft = (await logs[one]?.drafts([GENERATION]))?.get(GENERATION);
      expect(draft?.judge(runOf(STREAM, index * 5, index * 5 + 5)).kind).toBe('stored');
      if (draft && (await logs[one]?.add([draft], `frame-${index}`))?.size === 0) index++;
      else refused++;
    };
    await adds(0);
    await adds(1);
    const reads = rows.reads;
    for (let round = 0; round < RANGE_ENTRIES_PER_STATE + 6; round++) await adds(round % 2);
    expect(refused).toBe(0);
    expect(rows.reads).toBe(reads);
    // What is not heard is found when it is needed, by being refused or by the gap.
    isTelling = false;
    await adds(0);
    await adds(1);
    expect(refused).toBe(1);
    await adds(1);
    isTelling = true;
    await adds(1);
    await adds(0);
    await adds(1);
    expect(refused).toBe(1);
    const fresh = new RangeLog(open(), clock);
    for (const log of [...logs, fresh]) {
      expect(await log.ranges(GENERATION)).toEqual([{ from: 0, to: index * 5 }]);
    }
  });

  test('is not read by who hears of it from its first entry on, in whatever order', async () => {
    const { clock, rows, open } = newPlace();
    const told: AddedEntry[][] = [];
    const others = {
      areThere: () => true,
      tell: (all: readonly AddedEntry[]) => told.push([...all]),
    };
    const [first, second] = [0, 1].map(() => new RangeLog(open(), clock, others));
    if (!first || !second) throw new Error('there are two');
    for (let index = 0; index < 5; index++) await add(first, index * 5);
    // The first entry first: of a generation that is not known the others say nothing that can be used.
    const [head = [], ...more] = told.splice(0);
    for (const entries of [head, ...more.reverse()]) second.hear(entries);
    const reads = rows.reads;
    expect(await add(second, 25)).toBe(true);
    expect(await add(second, 20)).toBe(false);
    expect(rows.reads).toBe(reads);
    expect(await second.ranges(GENERATION)).toEqual([{ from: 0, to: 30 }]);
  });

  test('is not read by who was refused by its next entry', async () => {
    const { clock, rows, open } = newPlace();
    const others = { areThere: () => true, tell: () => undefined };
    const [first, second] = [0, 1].map(() => new RangeLog(open(), clock, others));
    if (!first || !second) throw new Error('there are two');
    await add(first, 0);
    await add(second, 5);
    const reads = rows.reads;
    const draft = (await first.drafts([GENERATION])).get(GENERATION);
    expect(draft?.judge(runOf(STREAM, 10, 15)).kind).toBe('stored');
    expect(draft && (await first.add([draft], 'refused'))).toEqual(new Set([GENERATION]));
    // The row that was there tells what it added.
    expect(rows.reads).toBe(reads + 1);
    expect(await add(first, 10)).toBe(true);
    expect(rows.reads).toBe(reads + 1);
    expect(await second.ranges(GENERATION)).toEqual([{ from: 0, to: 15 }]);
  });

  test('is not written to by who has heard of entries that came and went', async () => {
    const { clock, open } = newPlace();
    const late: AddedEntry[] = [];
    const others = {
      areThere: () => true,
      tell: (all: readonly AddedEntry[]) => late.push(...all),
    };
    const [awake, asleep] = [0, 1].map(() => new RangeLog(open(), clock, others));
    if (!awake || !asleep) throw new Error('there are two');
    for (let index = 0; index < 2 * RANGE_ENTRIES_PER_STATE; index++) await add(awake, index * 5);
    await settled();
    clock.advance(ROW_LOG_DELETE_MS);
    await settled();
    asleep.hear(late.slice(0, 3));
    expect(await add(asleep, 15)).toBe(false);
    expect(await asleep.ranges(GENERATION)).toHaveLength(1);
    expect(await awake.ranges(GENERATION)).toHaveLength(1);
  });

  test('refuses who slept while entries came and went', async () => {
    const { clock, open } = newPlace();
    const asleep = new RangeLog(open(), clock);
    const awake = new RangeLog(open(), clock);
    await add(asleep, 0);
    const draft = (await asleep.drafts([GENERATION])).get(GENERATION);
    expect(draft?.judge(runOf(STREAM, 5, 10)).kind).toBe('stored');
    for (let index = 1; index < 2 * RANGE_ENTRIES_PER_STATE; index++) await add(awake, index * 5);
    await settled();
    clock.advance(ROW_LOG_DELETE_MS);
    await settled();
    expect(draft && (await asleep.add([draft], 'late'))).toEqual(new Set([GENERATION]));
    expect(await add(asleep, 5)).toBe(false);
    expect(await awake.ranges(GENERATION)).toHaveLength(1);
  });

  test('an entry that was not written in time is never written', async () => {
    const { clock, open } = newPlace();
    const owner = new RangeLog(open(), clock);
    const heir = new RangeLog(open(), clock);
    const draft = (await owner.drafts([GENERATION])).get(GENERATION);
    draft?.judge(runOf(STREAM, 0, 5));
    expect(await heir.lost({ by: 'frame', entries: { [GENERATION]: 1 } })).toEqual([GENERATION]);
    expect(draft && (await owner.add([draft], 'frame'))).toEqual(new Set([GENERATION]));
    expect(await add(owner, 0)).toBe(true);
    expect(await heir.lost({ by: 'frame-0', entries: { [GENERATION]: 2 } })).toEqual([]);
  });
});

describe('the log of the catalogue', () => {
  test('is the same for who was there, who came late and who slept', async () => {
    const { clock, rows, open } = newPlace();
    const [one, two, asleep] = [open(), open(), open()].map(
      (logs) => new CatalogueLog(logs, clock),
    );
    if (!one || !two || !asleep) throw new Error('not made');
    await asleep.refresh();
    const rounds = CATALOGUE_ROWS_PER_STATE + 20;
    for (let round = 0; round < rounds; round++) {
      await Promise.all(
        [one, two].map((log, own) =>
          log.commit(() => ({
            kind: 'open',
            segment: `s${round % 3}`,
            owner: `${own}-${round}`,
            base: 0,
          })),
        ),
      );
    }
    await settled();
    expect(one.state.number).toBe(2 * rounds);
    clock.advance(ROW_LOG_DELETE_MS);
    await settled();
    expect(rows.size).toBeLessThan(CATALOGUE_ROWS_PER_STATE);
    const late = new CatalogueLog(open(), clock);
    for (const log of [one, two, asleep, late]) {
      const { number, segments } = await log.refresh();
      expect(number).toBe(2 * rounds);
      expect(segments).toEqual(one.state.segments);
    }
    await asleep.commit(() => ({ kind: 'open', segment: 's9', owner: 'asleep', base: 0 }));
    expect((await late.refresh()).segments.get('s9')?.epoch).toBe(2 * rounds + 1);
  });
});
