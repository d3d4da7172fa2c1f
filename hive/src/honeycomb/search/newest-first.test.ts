/** Pages are the same whether chunks have their newest rows apart or not; where they have, the records come first. */

import type { ChunkEntry, NewChunk } from '@apiary/common/chunks/chunks.ts';
import { ManualClock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import { type SearchPart, searchRequestSchema } from '@apiary/common/messages/actions/honeycomb.ts';
import { Metrics } from '@apiary/common/metrics.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { columnar } from '../chunk/columnar/columnar.ts';
import { ColumnarEncoder } from '../chunk/columnar/encode.ts';
import { Holdings } from '../holdings/holdings.ts';
import { Figures } from '../metrics.ts';
import { batchOfStreams, OBSERVED } from '../testing/batches.ts';
import { ChunkCache } from './chunk-cache.ts';
import { Search } from './search.ts';

const partition = { day: '2026-01-20', retentionClass: 'default' };
const without = new ColumnarEncoder();

interface Row {
  readonly second: number;
  readonly text: string;
}

function chunkOf(index: number, rows: readonly Row[], encoder: ColumnarEncoder): NewChunk {
  const stream = (own: readonly Row[], at: number) => ({
    rows: own.map(({ second, text }) =>
      Buffer.from(`2026-01-20T00:00:${String(second).padStart(2, '0')}Z ${text}\n`),
    ),
    source: { host: `host-${at}`, generation: (index * 2 + at).toString(16).padStart(16, '0') },
  });
  const middle = rows.length >> 1;
  const batch = batchOfStreams([stream(rows.slice(0, middle), 0), stream(rows.slice(middle), 1)]);
  const sections = encoder.encode(batch, 1)?.sections ?? [];
  const times = [...batch.time];
  const entry: ChunkEntry = {
    ...{ id: `chunk-${index}`, partition, format: columnar.name, records: batch.count },
    ...{ rawBytes: batch.bytes.length, storedBytes: 0, firstSequence: 0, lastSequence: 0 },
    minTime: Math.min(...times),
    maxTime: Math.max(...times),
    sections: sections.map(({ name, bytes }) => ({ name, bytes: bytes.length })),
  };
  return { entry, sections: sections.map(({ bytes }) => bytes) };
}

/** A search over chunks; `onRead` is told of each section that is read, and may throw. */
function searchOf(chunks: readonly NewChunk[], onRead?: (chunk: string, name: string) => void) {
  const clock = new ManualClock(OBSERVED);
  const readSection = async (id: string, index: number) => {
    const chunk = chunks.find(({ entry }) => entry.id === id);
    onRead?.(id, chunk?.entry.sections[index]?.name ?? '');
    return Buffer.from(chunk?.sections[index] ?? []);
  };
  const cache = new ChunkCache({ readSection }, clock);
  const holdings = new Holdings(chunks.map(({ entry }) => entry));
  return new Search({ holdings, cache, clock, figures: new Figures(new Metrics()) });
}

async function partsOf(search: Search, request: object): Promise<SearchPart[]> {
  const parts: SearchPart[] = [];
  for await (const part of search.run(searchRequestSchema.parse(request))) parts.push(part);
  return parts;
}

async function answerOf(search: Search, request: object) {
  const records: LogRecord[] = [];
  let [counts, done]: [SearchPart | undefined, SearchPart | undefined] = [undefined, undefined];
  for (const part of await partsOf(search, request)) {
    if (part.type === 'records') records.push(...part.records);
    else if (part.type === 'counts') counts = part;
    else done = { ...part, elapsedMs: 0 };
  }
  return { records, counts, done };
}

const rows = fc.array(
  fc.record({
    // Few times, so that many rows share one.
    second: fc.integer({ min: 0, max: 20 }),
    text: fc.constantFrom('error a', 'info a=1', 'error b ünï', 'level=warn c', 'info d 7'),
  }),
  { minLength: 2, maxLength: 60 },
);
const request = fc.record(
  {
    query: fc.constantFrom(
      'error',
      'info AND NOT 7',
      'a:1',
      '*:*',
      'absent',
      '"error b"',
      'host:host-1',
    ),
    limit: fc.integer({ min: 1, max: 25 }),
    order: fc.constantFrom('newest', 'newest', 'newest', 'oldest'),
    from: fc.integer({ min: 0, max: 12 }).map((second) => OBSERVED + second * 1000),
    to: fc.integer({ min: 10, max: 21 }).map((second) => OBSERVED + second * 1000),
    histogram: fc.constant({ buckets: 7 }),
  },
  { requiredKeys: ['query', 'limit', 'order'] },
);

describe('newest first', () => {
  test('pages, their cursors and counts are those of chunks that have no newest rows apart', async () => {
    const shape = fc.record({ rows, rowsMax: fc.integer({ min: 1, max: 40 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(shape, { minLength: 1, maxLength: 5 }),
        request,
        async (shapes, asked) => {
          const plain = shapes.map((each, index) => chunkOf(index, each.rows, without));
          const apart = shapes.map((each, index) => {
            const newest = { chunkBytesMin: 0, bytesMax: 4096, rowsMax: each.rowsMax };
            return chunkOf(index, each.rows, new ColumnarEncoder({ newest }));
          });
          let cursor: string | undefined;
          do {
            const page = { ...asked, ...(cursor !== undefined && { cursor }) };
            const expected = await answerOf(searchOf(plain), page);
            expect(await answerOf(searchOf(apart), page)).toEqual(expected);
            cursor = expected.done?.type === 'done' ? expected.done.next : undefined;
          } while (cursor !== undefined);
        },
      ),
      { numRuns: 80 },
    );
  });

  const newest = { chunkBytesMin: 0, bytesMax: 4096, rowsMax: 20 };
  const chunkFrom = (index: number, firstSecond: number, text = 'error a') =>
    chunkOf(
      index,
      Array.from({ length: 25 }, (_, at) => ({ second: firstSecond + at, text })),
      new ColumnarEncoder({ newest }),
    );

  test('the page is there before anything is counted, and counts come behind it', async () => {
    const read: string[] = [];
    const search = searchOf([chunkFrom(0, 0), chunkFrom(1, 30)], (chunk, name) => {
      read.push(`${chunk} ${name}`);
    });
    const asked = searchRequestSchema.parse({ query: 'error', limit: 10 });
    const parts = search.run(asked);
    const first = await parts.next();
    expect(first.value).toMatchObject({ type: 'records', records: { length: 10 } });
    expect(read.filter((each) => !each.includes('bloom-'))).toEqual(['chunk-1 newest']);
    const rest: SearchPart[] = [];
    for await (const part of parts) rest.push(part);
    expect(rest.map((part) => [part.type, 'total' in part && part.total])).toEqual([
      ['counts', 25],
      ['counts', 50],
      ['done', 50],
    ]);
  });

  test('of chunks that overlap in time each one is asked for its newest rows', async () => {
    const read: string[] = [];
    const search = searchOf([chunkFrom(0, 29), chunkFrom(1, 30)], (chunk, name) => {
      read.push(`${chunk} ${name}`);
    });
    const { value } = await search.run(searchRequestSchema.parse({ query: 'a', limit: 10 })).next();
    expect(value).toMatchObject({ type: 'records' });
    const { records } = await answerOf(search, { query: 'error', limit: 10 });
    expect(records.map(({ id }) => id.slice(15, 16))).toEqual([...'3313131313']);
    expect(read.filter((each) => each.endsWith('newest'))).toEqual([
      'chunk-1 newest',
      'chunk-0 newest',
    ]);
  });

  test('no more than a few chunks are asked in vain', async () => {
    const text = 'info a';
    const rare = (index: number) =>
      chunkOf(
        index,
        Array.from({ length: 25 }, (_, at) => ({
          second: at + index,
          text: at === 0 ? 'error' : text,
        })),
        new ColumnarEncoder({ newest }),
      );
    const read: string[] = [];
    const search = searchOf(
      Array.from({ length: 12 }, (_, index) => rare(index)),
      (_chunk, name) => read.push(name),
    );
    const { records } = await answerOf(search, { query: 'error', limit: 100 });
    expect(records).toHaveLength(12);
    expect(read.filter((name) => name === 'newest')).toHaveLength(4);
  });

  test('a chunk that was dropped meanwhile is missing, once', async () => {
    const search = searchOf([chunkFrom(0, 0), chunkFrom(1, 30)], (chunk) => {
      if (chunk === 'chunk-1') throw new AppError('not-found', 'It was dropped.');
    });
    const { records, done } = await answerOf(search, { query: 'error', limit: 10 });
    expect(records).toHaveLength(10);
    expect(done).toMatchObject({ total: 25, missing: ['a chunk that was dropped meanwhile'] });
  });
});
