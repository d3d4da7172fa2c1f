/** What searches find does not hang on how much of a chunk is kept decoded, or on who else searches it. */
import { crc32 } from 'node:zlib';
import type { ChunkEntry, NewChunk } from '@apiary/common/chunks/chunks.ts';
import { ManualClock } from '@apiary/common/clock.ts';
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { expect, test } from '@jest/globals';
import { sealBatch } from '../chunk/seal-batch.ts';
import type { RecordSource } from '../records/record-set.ts';
import { batchOfStreams, OBSERVED } from '../testing/batches.ts';
import { ChunkCache } from './chunk-cache.ts';

const ROWS = 16_000;
const QUERIES = [
  ...['"said twice"', 'a7*', '*b3c*', 'NOT error', '/twice.*9f.*/', '/.*q[0-9]{3}.*said.*/'],
  ...['(a* OR *77*) AND NOT *c1*', 'size:[100 TO 5000]', 'id:*e4*', '*:*'],
];

/** Columns of several MB, beside short ones. */
async function chunkOf(seed: number): Promise<NewChunk> {
  let state = seed;
  const hex = (length: number) => {
    let text = '';
    while (text.length < length) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      text += (state >>> 7).toString(16);
    }
    return text.slice(0, length);
  };
  const line = (row: number) =>
    row % 3 === 0
      ? `{"level":"error","id":"${hex(300)}","size":${row},"text":"q${hex(9)} said twice"}`
      : row % 3 === 1
        ? `a${hex(5)} said twice ${hex(350)} and ${hex(1 + (row % 40))}`
        : `{"level":"info","size":${row * 7},"id":"${hex(200)}${hex(150)}","text":"once"}`;
  const rows = Array.from({ length: ROWS }, (_, row) => Buffer.from(`${line(row)}\n`));
  const partition = { day: '2026-01-20', retentionClass: 'default' };
  return await sealBatch(batchOfStreams([{ rows }]), { id: `chunk-${seed}`, partition }, 1);
}

/** How many rows match, and checksums of which, and of the bodies of some. */
async function found(source: RecordSource, text: string) {
  const parsed = parseQuery(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const { query } = parsed;
  const matches = await source.select({
    ...{ query, matcher: compileMatcher(query), matcherOptions: { nowMs: OBSERVED } },
    ...{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY },
    // Others go on in between.
    pace: () => new Promise<void>((resolve) => setImmediate(resolve)),
  });
  const rows = await matches.rows();
  const some = rows.filter((_, index) => index % 97 === 0);
  const set = await matches.load(some);
  const bodies = Array.from(some).reduce((sum, row) => crc32(set.body(row), sum), 0);
  return { text, count: matches.count, rows: crc32(Buffer.from(rows.buffer)), bodies };
}

/** A cache over chunks; sections are read as a store reads them. */
function cacheOver(chunks: readonly NewChunk[], bytesMax: number): ChunkCache {
  const byId = new Map(chunks.map((chunk) => [chunk.entry.id, chunk]));
  const readSection = async (chunk: string, index: number) => {
    const section = byId.get(chunk)?.sections[index] ?? [];
    return Buffer.concat([Buffer.from(section)]);
  };
  return new ChunkCache({ readSection }, new ManualClock(0), { bytesMax });
}

test('searches side by side, with room for all and for next to nothing, find the same', async () => {
  const chunks = [await chunkOf(1), await chunkOf(2)];
  const entries: ChunkEntry[] = chunks.map(({ entry }) => entry);
  const roomy = cacheOver(chunks, Number.MAX_SAFE_INTEGER);
  const asks = entries.flatMap((entry) => QUERIES.map((query) => ({ entry, query })));
  const expected: Awaited<ReturnType<typeof found>>[] = [];
  for (const { entry, query } of asks) expected.push(await found(roomy.open(entry), query));
  expect(expected.filter(({ count }) => count === 0)).toEqual([]);
  roomy.close();
  const [lent, used] = [cacheOver(chunks, 1), cacheOver(chunks, 1)];
  const open = asks.map(({ entry, query }) => ({ source: lent.open(entry), query }));
  expect(await Promise.all(open.map(({ source, query }) => found(source, query)))).toEqual(
    expected,
  );
  const look = async ({ entry, query }: (typeof asks)[number]) =>
    await used.use(entry, async (source) => await found(source, query));
  expect(await Promise.all(asks.map(look))).toEqual(expected);
  // Whoever comes next finds nothing of what was freed.
  used.cool();
  for (const ask of asks.slice(0, 4)) expect(expected).toContainEqual(await look(ask));
  lent.close();
  used.close();
});

test('a chunk that the store does not have yet stays whole when it is searched', async () => {
  const chunk = await chunkOf(3);
  const before = chunk.sections.map((section) => Buffer.from(section).toString('base64'));
  const cache = cacheOver([], 1);
  cache.provide(chunk);
  await found(cache.open(chunk.entry), 'a7*');
  cache.close();
  expect(chunk.sections.map((section) => Buffer.from(section).toString('base64'))).toEqual(before);
});
