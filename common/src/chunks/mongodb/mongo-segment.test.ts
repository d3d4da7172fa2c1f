/** Segments of two honeycombs over tables in memory: how they wait for one another. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { ManualClock } from '../../clock.ts';
import type { Database } from '../../mongodb/database.ts';
import { appendOf, runOf, streamOf } from '../../testing/chunk-runs.ts';
import { MemoryTable } from '../../testing/memory-table.ts';
import type { AddedEntry, AppendMessage, AppendOutcome, Block } from '../chunks.ts';
import { CatalogueLog } from './catalogue-log.ts';
import { FrameLog } from './frame-log.ts';
import { MongoSegment } from './mongo-segment.ts';
import { RangeLog } from './range-log.ts';
import { RowLogs } from './row-log.ts';
import { SectionTables } from './section-tables.ts';

const STREAM = streamOf(Array.from({ length: 100 }, (_, index) => `line ${index}`));
const GENERATION = '00000000000000aa';
const OTHER = { generation: '00000000000000bb' };

const database: Database = {
  table: async () => new MemoryTable(),
  tableNames: async () => [],
  drop: async () => undefined,
  pool: () => ({ open: 0, taken: 0, requests: 0 }),
  close: async () => undefined,
};

class Site {
  readonly clock = new ManualClock();
  readonly frames = new MemoryTable();
  readonly entries = new MemoryTable();
  readonly #heads = new MemoryTable();
  readonly #catalogueRows = new MemoryTable();
  readonly #members: RangeLog[] = [];
  /** Whether honeycombs hear one another. */
  isTelling = true;
  /** What is told late, when it is called. */
  readonly late: (() => void)[] = [];
  isLate = false;

  async open(id: string): Promise<MongoSegment> {
    const { clock, frames } = this;
    const logs = (rows: MemoryTable) => new RowLogs({ rows, heads: this.#heads, clock });
    const catalogue = new CatalogueLog(logs(this.#catalogueRows), clock);
    const ranges: RangeLog = new RangeLog(logs(this.entries), clock, {
      areThere: () => this.#members.length > 1,
      tell: (entries) => this.#tell(ranges, entries),
    });
    this.#members.push(ranges);
    await catalogue.commit(({ segments }) => {
      const base = segments.size * 1_000;
      return { kind: 'open', segment: id, owner: id, base };
    });
    const state = catalogue.state.segments.get(id);
    if (!state) throw new Error('not opened');
    const sections = new SectionTables(database, 'sections');
    return await MongoSegment.open({
      ...{ state, catalogue, ranges, sections, clock, bytesMax: Number.POSITIVE_INFINITY },
      frames: new FrameLog({ segment: id, epoch: state.epoch, frames, ranges, clock }),
      release: () => undefined,
    });
  }

  async ranges() {
    return await this.#members[0]?.ranges(GENERATION);
  }

  #tell(teller: RangeLog, entries: readonly AddedEntry[]): void {
    if (!this.isTelling) return;
    for (const other of this.#members) {
      if (other === teller) continue;
      // The second one hears late.
      if (this.isLate && other === this.#members[1]) this.late.push(() => other.hear(entries));
      else other.hear(entries);
    }
  }
}

/** Bytes of the stream as a message. */
function bytes(from: number, to: number): AppendMessage {
  return appendOf([runOf(STREAM, from, to)]);
}

async function blocksOf(segment: MongoSegment): Promise<Block[]> {
  const blocks: Block[] = [];
  for await (const block of segment.blocks()) blocks.push(block);
  return blocks;
}

async function patiently(
  { patient }: MongoSegment,
  messages: readonly AppendMessage[],
  overdue: readonly AppendMessage[] = [],
) {
  return await patient.append(messages, new Set(overdue));
}

function kindsOf(outcomes: readonly (AppendOutcome | undefined)[]): string[] {
  return outcomes.flatMap((outcome) => outcome?.runs.map(({ kind }) => kind) ?? []);
}

describe('segments of two honeycombs', () => {
  let site: Site;
  let one: MongoSegment;
  let other: MongoSegment;

  beforeEach(async () => {
    site = new Site();
    one = await site.open('one');
    other = await site.open('other');
    await site.frames.drop();
  });

  test('lines are left out until those before them are heard of, and nobody is refused', async () => {
    const late = [bytes(10, 20), bytes(30, 40)];
    const news = other.patient.news();
    expect(await patiently(other, late)).toEqual([undefined, undefined]);
    expect(site.frames.size).toBe(0);
    await patiently(one, [bytes(0, 10)]);
    await news;
    const [first, second] = await patiently(other, late);
    expect(kindsOf([first])).toEqual(['stored']);
    expect(second).toBeUndefined();
    await patiently(one, [bytes(20, 30)]);
    expect(kindsOf(await patiently(other, late.slice(1)))).toEqual(['stored']);
    // A frame for each message: none was written again.
    expect(site.frames.size).toBe(4);
    expect(await site.ranges()).toEqual([{ from: 0, to: 40 }]);
  });

  test('what an append is at is told while it runs', async () => {
    const seen: unknown[] = [];
    for (const table of [site.frames, site.entries]) {
      const insertAll = table.insertAll.bind(table);
      table.insertAll = async (rows) => {
        seen.push(one.step);
        return await insertAll(rows);
      };
    }
    const sealing = one.seal([], []);
    const appending = one.append([bytes(0, 10)]);
    expect(one.step).toBe('waiting for the segment');
    await sealing;
    await appending;
    expect(seen).toEqual(['writing the frame', 'adding entries']);
    expect(one.step).toBeUndefined();
  });

  test('lines that come together do not wait for one another', async () => {
    const [first, second] = await patiently(other, [
      appendOf([runOf(STREAM, 0, 10), runOf(STREAM, 10, 20)]),
      bytes(20, 30),
    ]);
    expect(kindsOf([first, second])).toEqual(['stored', 'stored', 'stored']);
    expect(site.frames.size).toBe(1);
  });

  test('a message is left out as a whole, and others with it are not', async () => {
    const both = appendOf([runOf(STREAM, 0, 10, OTHER), runOf(STREAM, 10, 20)]);
    const [left, taken] = await patiently(other, [both, bytes(0, 10)]);
    expect([left, kindsOf([taken])]).toEqual([undefined, ['stored']]);
    expect(await blocksOf(other)).toHaveLength(1);
    expect(kindsOf(await patiently(other, [both]))).toEqual(['stored', 'stored']);
    expect(await site.ranges()).toEqual([{ from: 0, to: 20 }]);
  });

  test('who does not wait stores them, and nothing waits for what was missing for long', async () => {
    expect(await patiently(other, [bytes(10, 20)])).toEqual([undefined]);
    const late = bytes(10, 20);
    expect(kindsOf(await patiently(other, [late, bytes(90, 95)], [late]))).toEqual(['stored']);
    expect(kindsOf(await patiently(other, [bytes(20, 30)]))).toEqual(['stored']);
    expect(kindsOf(await other.append([bytes(50, 60)]))).toEqual(['stored']);
    expect(kindsOf(await patiently(other, [bytes(70, 80)]))).toEqual(['stored']);
    expect(kindsOf(await patiently(one, [bytes(0, 80)]))).toEqual(['stored']);
    expect(await site.ranges()).toEqual([{ from: 0, to: 80 }]);
  });

  test('an entry that another one has overtaken is waited for, and not read', async () => {
    const third = await site.open('third');
    await patiently(one, [bytes(0, 10)]);
    await patiently(other, [bytes(10, 20)]);
    site.isLate = true;
    await patiently(one, [bytes(20, 30)]);
    site.isLate = false;
    await patiently(third, [bytes(30, 40)]);
    const { reads } = site.entries;
    expect(await patiently(other, [bytes(40, 50)])).toEqual([undefined]);
    for (const tell of site.late) tell();
    expect(kindsOf(await patiently(other, [bytes(40, 50)]))).toEqual(['stored']);
    expect(site.entries.reads).toBe(reads);
    expect(await site.ranges()).toEqual([{ from: 0, to: 50 }]);
  });

  test('what was not heard of is found, and nothing is stored twice', async () => {
    site.isTelling = false;
    await patiently(one, [bytes(0, 10)]);
    expect(kindsOf(await other.append([bytes(0, 20)]))).toEqual(['stored']);
    expect(kindsOf(await patiently(one, [bytes(10, 20)]))).toEqual(['held']);
    expect(await site.ranges()).toEqual([{ from: 0, to: 20 }]);
  });
});

test('a honeycomb that is alone waits for nobody', async () => {
  const site = new Site();
  const alone = await site.open('alone');
  expect(kindsOf(await patiently(alone, [bytes(10, 20)]))).toEqual(['stored']);
  expect(await site.ranges()).toEqual([{ from: 10, to: 20 }]);
});
