/** What is told of a chunk without opening it: never that it lacks what it has, and mostly that it lacks what it does. */
import { ManualClock } from '@apiary/common/clock.ts';
import { searchRequestSchema } from '@apiary/common/messages/actions/honeycomb.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { describe, expect, test } from '@jest/globals';
import { ChunksByTime } from '../../holdings/chunks-by-time.ts';
import { ChunkCache } from '../../search/chunk-cache.ts';
import { searchPart } from '../../search/part-search.ts';
import { batchOfStreams, OBSERVED } from '../../testing/batches.ts';
import { sealBatch } from '../seal-batch.ts';
import { lacksWord } from './lacks-word.ts';

const ROWS = 200;

async function chunkOf(index: number) {
  const rows = Array.from({ length: ROWS }, (_, row) =>
    Buffer.from(
      `2026-01-20T00:00:01Z user alpha${row}x${index} of group${row % 7}y took ${row} ms`,
    ),
  );
  const batch = batchOfStreams([{ rows, source: { generation: `${index}`.padStart(16, '0') } }]);
  const partition = { day: '2026-01-20', retentionClass: 'default' };
  return await sealBatch(batch, { id: `chunk-${index}`, partition });
}

type Chunk = Awaited<ReturnType<typeof chunkOf>>;

function lacks({ entry, sections }: Chunk, text: string, read: number[] = []): boolean {
  const parsed = parseQuery(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return lacksWord(entry, parsed.query, (index) => {
    read.push(index);
    return Buffer.from(sections[index] ?? []);
  });
}

describe('a chunk that is not opened', () => {
  test('lacks no word that it has, in values or in the literal text', async () => {
    const chunk = await chunkOf(0);
    for (let row = 0; row < ROWS; row++) expect(lacks(chunk, `alpha${row}x0`)).toBe(false);
    for (const word of ['user', 'USER', 'group3y', 'took', '"user alpha7x0 of"']) {
      expect(lacks(chunk, word)).toBe(false);
    }
  });

  test('lacks most words that it does not have, by a look at one section for each', async () => {
    const chunk = await chunkOf(0);
    const words = Array.from({ length: 100 }, (_, index) => `beta${index}z`);
    const read: number[] = [];
    expect(words.filter((word) => lacks(chunk, word, read)).length).toBeGreaterThan(90);
    expect(read).toHaveLength(words.length);
    const names = read.map((index) => chunk.entry.sections[index]?.name ?? '');
    expect(names.every((name) => name.startsWith('bloom-'))).toBe(true);
  });

  test('is not told of where the section is not at hand', async () => {
    const parsed = parseQuery('absentword');
    if (!parsed.ok) throw new Error(parsed.error.message);
    const { entry } = await chunkOf(0);
    expect(lacksWord(entry, parsed.query, () => undefined)).toBe(false);
  });

  test.each([
    ['user AND absentword', true],
    ['"user absentword"', true],
    ['user OR absentword', false],
    ['NOT absentword', false],
    ['absentw*', false],
    ['/absentword/', false],
    ['host:absentword', false],
    // Numbers so small are in no bloom, and those words may be in any stamp.
    ['987', false],
    ['jan', false],
  ])('is told of %s: %s', async (query, expected) => {
    expect(lacks(await chunkOf(0), query)).toBe(expected);
  });

  test('answers a search as one that is', async () => {
    const chunks = await Promise.all([0, 1, 2].map(chunkOf));
    const sectionOf = (id: string, index: number) =>
      Buffer.from(chunks.find(({ entry }) => entry.id === id)?.sections[index] ?? []);
    const opened = new Set<string>();
    const readSection = async (id: string, index: number) => {
      opened.add(id);
      return sectionOf(id, index);
    };
    const clock = new ManualClock(OBSERVED);
    const over = { open: [], chunks: ChunksByTime.of(chunks.map(({ entry }) => entry)) };
    const ask = async (withBlooms: boolean, query: string) => {
      opened.clear();
      const store = { readSection, ...(withBlooms && { sectionAtHand: sectionOf }) };
      const cache = new ChunkCache(store, clock);
      const request = searchRequestSchema.parse({ query, limit: 5 });
      const parts = [];
      const part = { over, span: undefined, nowMs: OBSERVED };
      for await (const given of searchPart({ cache, clock }, request, part)) parts.push(given);
      cache.close();
      return { parts, opened: [...opened] };
    };
    for (const query of ['alpha7x1', 'group3y', 'absentword', 'user AND alpha9x2']) {
      expect((await ask(true, query)).parts).toEqual((await ask(false, query)).parts);
    }
    expect((await ask(true, 'alpha7x1')).opened).toEqual(['chunk-1']);
    expect((await ask(true, 'absentword')).opened).toEqual([]);
  });
});
