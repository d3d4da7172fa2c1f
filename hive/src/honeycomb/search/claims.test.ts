/** Chunks of one search that several look at: each is counted once, and no record is lost to it. */
import { ManualClock } from '@apiary/common/clock.ts';
import { searchRequestSchema } from '@apiary/common/messages/actions/honeycomb.ts';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { sealBatch } from '../chunk/seal-batch.ts';
import { batchOfStreams, OBSERVED } from '../testing/batches.ts';
import { ChunkCache } from './chunk-cache.ts';
import { Claims, newClaims, type SharedChunks, SpareChunks } from './claims.ts';
import { searchPart } from './part-search.ts';

const CHUNKS = 6;
const ROWS = 20;

/** Chunk 0 has the oldest records. */
async function chunkOf(index: number) {
  const rows = Array.from({ length: ROWS }, (_, row) =>
    Buffer.from(`2026-01-20T00:0${index}:${String(row).padStart(2, '0')}Z order ${row}`),
  );
  const generation = index.toString(16).padStart(16, '0');
  const batch = batchOfStreams([{ rows, source: { generation } }]);
  const partition = { day: '2026-01-20', retentionClass: 'default' };
  return await sealBatch(batch, { id: `chunk-${index}`, partition });
}

describe('chunks that several look at', () => {
  let chunks: Awaited<ReturnType<typeof chunkOf>>[];

  beforeAll(async () => {
    chunks = await Promise.all(Array.from({ length: CHUNKS }, (_, index) => chunkOf(index)));
  });

  function spareOf(indexes: readonly number[]) {
    return indexes.flatMap((index) => {
      const entry = chunks[index]?.entry;
      if (!entry) return [];
      return [{ index, minTime: entry.minTime, maxTime: entry.maxTime, entry: () => entry }];
    });
  }

  /** Looks at some, and may take over others. */
  async function look(
    memory: SharedArrayBuffer,
    holder: number,
    { own, others }: { readonly own: readonly number[]; readonly others: readonly number[] },
    limit: number,
  ) {
    const clock = new ManualClock(OBSERVED);
    const readSection = async (id: string, index: number) => {
      const chunk = chunks.find(({ entry }) => entry.id === id);
      return Buffer.from(chunk?.sections[index] ?? []);
    };
    const shared: SharedChunks = {
      claims: new Claims(memory, holder),
      placeOf: (id) => chunks.findIndex(({ entry }) => entry.id === id),
      others: [spareOf(others)],
    };
    const over = { open: [], chunks: spareOf(own).map(({ entry }) => entry()) };
    const part = { over, span: undefined, nowMs: OBSERVED, shared };
    const request = searchRequestSchema.parse({ query: 'order', limit });
    const cache = new ChunkCache({ readSection }, clock);
    const times: number[] = [];
    let total = -1;
    for await (const given of searchPart({ cache, clock }, request, part)) {
      if (given.type === 'records') times.push(...given.records.map(({ time }) => time));
      else if (given.type === 'end') total = given.total;
    }
    cache.close();
    return { times, total };
  }

  test('are taken over from the end, and the last one is left', () => {
    const claims = new Claims(newClaims(CHUNKS), 1);
    const owner = (shared: SharedArrayBuffer) => new Claims(shared, 2);
    const shared: SharedChunks = {
      ...{ claims, placeOf: () => undefined },
      others: [spareOf([4, 1, 3, 2])],
    };
    const spare = new SpareChunks(shared, 'newest');
    expect(spare.next(() => true)?.index).toBe(1);
    expect(spare.next(({ index }) => index !== 2)).toBeUndefined();
    expect(spare.next(() => true)?.index).toBe(2);
    expect(spare.next(() => true)?.index).toBe(3);
    expect(spare.next(() => true)).toBeUndefined();
    const memory = newClaims(CHUNKS);
    const taken = { ...shared, claims: new Claims(memory, 1) };
    expect([4, 1].map((index) => owner(memory).take(index))).toEqual([true, true]);
    const left = new SpareChunks(taken, 'oldest');
    expect(left.next(() => true)?.index).toBe(3);
    expect(left.next(() => true)).toBeUndefined();
  });

  test('are counted once, by whoever comes first', async () => {
    const memory = newClaims(CHUNKS);
    const all = [0, 1, 2, 3, 4, 5];
    const idle = await look(memory, 1, { own: [], others: all }, 0);
    const owner = await look(memory, 2, { own: all, others: [] }, 0);
    expect([idle.total, owner.total]).toEqual([(CHUNKS - 1) * ROWS, ROWS]);
  });

  test('stay with whom they are of, as long as their records may be on the page', async () => {
    const memory = newClaims(CHUNKS);
    const [middle, ends] = [
      [1, 3],
      [0, 4, 5],
    ];
    const limit = ROWS + 5;
    // Its page is full with records of chunks 3 and 1: those of 0 come behind them, those of 4 and 5 before.
    const first = await look(memory, 1, { own: middle, others: ends }, limit);
    const second = await look(memory, 2, { own: ends, others: middle }, limit);
    expect([first.total, second.total]).toEqual([3 * ROWS, 2 * ROWS]);
    const page = [...first.times, ...second.times].sort((a, b) => b - a).slice(0, limit);
    const own = [...middle, ...ends];
    const alone = await look(newClaims(CHUNKS), 1, { own, others: [] }, limit);
    expect(page).toEqual(alone.times);
  });

  test('go to another one as their holder is lost', () => {
    const memory = newClaims(3);
    const [here, lost] = [new Claims(memory, 1), new Claims(memory, 2)];
    expect([here.take(0), lost.take(1), lost.take(0)]).toEqual([true, true, false]);
    expect([0, 1, 2].map((index) => here.takeFrom(index, 2))).toEqual([false, true, false]);
    expect([0, 1, 2].map((index) => here.isFree(index))).toEqual([false, false, true]);
  });
});
