/** Chunks of one search that several look at: each is counted once, and no record is lost to it. */
import { ManualClock } from '@apiary/common/clock.ts';
import { searchRequestSchema } from '@apiary/common/messages/actions/honeycomb.ts';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { sealBatch } from '../chunk/seal-batch.ts';
import { ChunkList } from '../holdings/chunk-list.ts';
import type { ChunksByTime } from '../holdings/chunks-by-time.ts';
import { batchOfStreams, OBSERVED } from '../testing/batches.ts';
import { ChunkCache } from './chunk-cache.ts';
import { Claims, newClaims, SharedChunks, SpareChunks } from './claims.ts';
import { searchPart } from './part-search.ts';
import { SourceWalk } from './source-walk.ts';

const CHUNKS = 6;
const ROWS = 20;
const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

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

  /** All chunks by time, some of them at home with the holder 1, the others with 2. */
  function homesOf(own: readonly number[]): ChunksByTime {
    const list = ChunkList.of(chunks.map(({ entry }) => entry));
    for (const chunk of list.chunks) chunk.home = own.includes(chunk.number) ? 0 : 1;
    return list.byTime;
  }

  const sharedOf = (memory: SharedArrayBuffer, holder: number) =>
    new SharedChunks({ memory, holder, holders: Uint8Array.of(1, 2) });

  /** Looks at those that are of a holder, and may take over the others. */
  async function look(
    memory: SharedArrayBuffer,
    holder: number,
    { own, limit }: { readonly own: readonly number[]; readonly limit: number },
  ) {
    const clock = new ManualClock(OBSERVED);
    const readSection = async (id: string, index: number) => {
      const chunk = chunks.find(({ entry }) => entry.id === id);
      return Buffer.from(chunk?.sections[index] ?? []);
    };
    const over = { open: [], chunks: homesOf(own) };
    const part = { over, span: undefined, nowMs: OBSERVED, shared: sharedOf(memory, holder) };
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
    const list = homesOf([0, 5]);
    const shared = sharedOf(newClaims(CHUNKS), 1);
    const spare = new SpareChunks(shared, list, { range: ALWAYS, order: 'newest' });
    expect(spare.next(() => true)?.number).toBe(1);
    expect(spare.next(({ number }) => number !== 2)).toBeUndefined();
    expect(spare.next(() => true)?.number).toBe(2);
    expect(spare.next(() => true)?.number).toBe(3);
    expect(spare.next(() => true)).toBeUndefined();
    const memory = newClaims(CHUNKS);
    const owner = new Claims(memory, 2);
    expect([4, 1].map((number) => owner.take(number))).toEqual([true, true]);
    const left = new SpareChunks(sharedOf(memory, 1), list, { range: ALWAYS, order: 'oldest' });
    expect(left.next(() => true)?.number).toBe(3);
    expect(left.next(() => true)).toBeUndefined();
  });

  test('are not taken over where they are outside of the range', () => {
    const entries = chunks.map(({ entry }) => entry);
    const [from, to] = [entries[2]?.minTime ?? 0, entries[4]?.minTime ?? 0];
    const shared = sharedOf(newClaims(CHUNKS), 1);
    const spare = new SpareChunks(shared, homesOf([]), { range: { from, to }, order: 'newest' });
    expect(spare.next(() => true)?.number).toBe(2);
    expect(spare.next(() => true)).toBeUndefined();
  });

  test('are counted once, by whoever comes first', async () => {
    const memory = newClaims(CHUNKS);
    const idle = await look(memory, 1, { own: [], limit: 0 });
    const owner = await look(memory, 2, { own: [], limit: 0 });
    expect([idle.total, owner.total]).toEqual([(CHUNKS - 1) * ROWS, ROWS]);
  });

  test('that only one can read are looked at by that one, whoever has their home', async () => {
    const memory = newClaims(CHUNKS);
    const here = new Claims(memory, 1);
    expect([1, 3].map((number) => here.take(number))).toEqual([true, true]);
    const holders = Uint8Array.of(1, 2);
    const reserved = new Set([1, 3]);
    const shared = new SharedChunks({ memory, holder: 1, holders, reserved });
    const [range, how] = [ALWAYS, { order: 'newest' as const, shared }];
    const walk = new SourceWalk({ open: [], chunks: homesOf([0, 3]) }, range, how);
    const seen: (number | undefined)[] = [];
    for (let next = walk.next(); next; next = walk.next()) {
      seen.push(next.kind === 'chunk' ? next.chunk.number : undefined);
    }
    expect(seen).toEqual([3, 1, 0]);
    expect((await look(memory, 2, { own: [0, 3], limit: 0 })).total).toBe(3 * ROWS);
  });

  test('stay with whom they are of, as long as their records may be on the page', async () => {
    const memory = newClaims(CHUNKS);
    const own = [1, 3];
    const limit = ROWS + 5;
    // Its page is full with records of chunks 3 and 1: those of 0 come behind them, those of 2, 4 and 5 before.
    const first = await look(memory, 1, { own, limit });
    const second = await look(memory, 2, { own, limit });
    expect([first.total, second.total]).toEqual([3 * ROWS, 3 * ROWS]);
    const page = [...first.times, ...second.times].sort((a, b) => b - a).slice(0, limit);
    const alone = await look(newClaims(CHUNKS), 1, { own: [0, 1, 2, 3, 4, 5], limit });
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
