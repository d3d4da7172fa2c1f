import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import { ManualClock } from '@apiary/common/clock.ts';
import { CHUNK_CACHE_STALE_MS } from '@apiary/common/limits/search.ts';
import { describe, expect, test } from '@jest/globals';
import { plainZstd } from '../chunk/plain-zstd.ts';
import { batchOfStreams } from '../testing/batches.ts';
import { ChunkCache } from './chunk-cache.ts';

const batch = batchOfStreams([{ rows: [Buffer.alloc(1_000, 'x')] }]);
const { sections = [] } = plainZstd.encode(batch) ?? {};

/** Chunks of about 1 kB when they are read, in a cache that has room for five. */
function cacheOfFive() {
  const reads: string[] = [];
  const readSection = async (chunk: string, index: number) => {
    if (index === 0) reads.push(chunk);
    return Buffer.from(sections[index]?.bytes ?? []);
  };
  const clock = new ManualClock(0);
  const cache = new ChunkCache({ readSection }, clock, { bytesMax: 5_500 });
  const entryOf = (id: string): ChunkEntry => ({
    ...{ id, partition: { day: '2026-01-20', retentionClass: 'default' }, format: plainZstd.name },
    ...{ records: 1, rawBytes: 1_000, storedBytes: 0, minTime: 0, maxTime: 0 },
    ...{ firstSequence: 0, lastSequence: 0 },
    sections: sections.map(({ name, bytes }) => ({ name, bytes: bytes.length })),
  });
  /** Goes through chunks as a search does; gives those that had to be read. */
  const search = async (names: string): Promise<string> => {
    reads.length = 0;
    for (const name of names) await cache.open(entryOf(name)).decode(() => undefined);
    return reads.join('');
  };
  return { cache, clock, search, open: (name: string) => cache.open(entryOf(name)) };
}

describe('chunks that were opened', () => {
  test('are kept while they fit', async () => {
    const { cache, search } = cacheOfFive();
    expect(await search('abcde')).toBe('abcde');
    expect(await search('abcde')).toBe('');
    cache.close();
  });

  test('are of use to the next search also where one goes through more than fit', async () => {
    const { cache, search } = cacheOfFive();
    await search('abcdefgh');
    expect((await search('abcdefgh')).length).toBeLessThan(5);
    expect((await search('abcdefgh')).length).toBeLessThan(5);
    cache.close();
  });

  test('give way to others once nobody uses them', async () => {
    const { cache, clock, search } = cacheOfFive();
    await search('abcde');
    clock.advance(CHUNK_CACHE_STALE_MS + 1);
    await search('vwxyz');
    expect(await search('vwxyz')).toBe('');
    cache.close();
  });

  test('count by what they take, also where they took it long after they were opened', async () => {
    const { cache, search, open } = cacheOfFive();
    const readers = [...'abcdef'].map(open);
    const openOthers = () => {
      for (let times = 0; times < 40; times++) open(`other-${times}`);
    };
    openOthers();
    for (const reader of readers) await reader.decode(() => undefined);
    openOthers();
    expect((await search('abcdef')).length).toBeGreaterThan(0);
    cache.close();
  });
});
