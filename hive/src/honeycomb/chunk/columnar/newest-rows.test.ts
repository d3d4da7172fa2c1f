import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RowView, recordOf } from '../../records/row-view.ts';
import { batchOfStreams, openEncoded, type TestStream } from '../../testing/batches.ts';
import { BatchSet } from '../batch-set.ts';
import type { EncodedChunk } from '../chunk-format.ts';
import type { RowBatch } from '../row-batch.ts';
import { isSameBatch } from '../same-rows.ts';
import { columnar } from './columnar.ts';
import { ColumnarEncoder } from './encode.ts';
import { decodeNewest, encodeNewest, NEWEST_BOUNDS, verifyNewest } from './newest-rows.ts';
import { packSection, unpackSection } from './sections.ts';

const pace = () => undefined;
const bounds = { chunkBytesMin: 0, rowsMax: 12, bytesMax: 600 };
const encoder = new ColumnarEncoder({ newest: bounds });

const line = fc
  .tuple(
    fc.integer({ min: 0, max: 9 }),
    fc.array(fc.constantFrom('error', 'Kelvin', '\u212A', 'ünï', '7', 'a=1', 'level=warn'), {
      maxLength: 5,
    }),
    fc.constantFrom('\n', '\n', '\r\n', ''),
  )
  .map(([second, words, end]) =>
    Buffer.from(`2026-01-10T00:00:0${second}Z ${words.join(' ')}${end}`),
  );
const streams: fc.Arbitrary<TestStream[]> = fc.array(
  fc.record({ rows: fc.array(line, { minLength: 1, maxLength: 20 }), mapped: fc.boolean() }),
  { minLength: 1, maxLength: 4 },
);

function later(batch: RowBatch, after: number): number[] {
  return [...batch.time.keys()].filter((row) => (batch.time[row] ?? 0) > after);
}

function encode(batch: RowBatch): EncodedChunk {
  const encoded = encoder.encode(batch, 1);
  if (!encoded) throw new Error('not encoded');
  return encoded;
}

describe('the newest rows of a chunk', () => {
  test('are all that are later than a time, within the bounds, and whole', () => {
    fc.assert(
      fc.property(streams, (all) => {
        const batch = batchOfStreams(all);
        const section = encodeNewest(batch, bounds);
        const sorted = [...batch.time].sort((a, b) => b - a);
        if (!section) {
          // So many share the last time, or are so long, that the section would not be within the bounds.
          const [last = 0] = sorted;
          const rows = later(batch, last - 1);
          const bytes = rows.reduce((sum, row) => sum + new BatchSet(batch).bytes(row).length, 0);
          expect(rows.length > bounds.rowsMax || bytes > bounds.bytesMax).toBe(true);
          return;
        }
        const newest = decodeNewest(section);
        const rows = later(batch, newest.after);
        expect(rows.length).toBeLessThanOrEqual(bounds.rowsMax);
        expect(newest.batch.bytes.length).toBeLessThanOrEqual(bounds.bytesMax);
        expect(newest.after === Number.NEGATIVE_INFINITY).toBe(rows.length === batch.count);
        const [own, whole] = [new BatchSet(newest.batch), new BatchSet(batch)];
        expect(own.count).toBe(rows.length);
        for (const [at, row] of rows.entries()) {
          expect(recordOf(own, at)).toEqual(recordOf(whole, row));
          expect(own.bytes(at)).toEqual(whole.bytes(row));
          expect(own.sequence(at)).toBe(whole.sequence(row));
          expect(own.timestampLength(at)).toBe(whole.timestampLength(row));
          expect(own.sourceLength(at)).toBe(whole.sourceLength(row));
        }
        verifyNewest(newest, batch);
      }),
      { numRuns: 300 },
    );
  });

  test('are in large chunks alone, and not where one line is larger than the section', () => {
    const small = batchOfStreams([{ rows: [Buffer.from('2026-01-10T00:00:00Z a\n')] }]);
    expect(encodeNewest(small)).toBeUndefined();
    expect(columnar.encode(small)?.sections.map(({ name }) => name)).not.toContain('newest');
    const long = Buffer.from(`2026-01-10T00:00:01Z ${'x'.repeat(bounds.bytesMax)}\n`);
    const rows = [Buffer.from('2026-01-10T00:00:00Z a\n'), long];
    expect(encodeNewest(batchOfStreams([{ rows }]), bounds)).toBeUndefined();
    expect(NEWEST_BOUNDS.chunkBytesMin).toBeGreaterThan(8 << 20);
  });

  test('that match are found as by looking at each', async () => {
    const queries = [
      ...['error', 'kelvin', 'ünï', 'err*', '*rro*', '"error kelvin"', 'NOT error', '*:*'],
      ...['a:1 AND error', 'level:warn', '/.*el.*7/', 'host:host-1', 'error OR 7', 'absent'],
    ];
    await fc.assert(
      fc.asyncProperty(streams, fc.constantFrom(...queries), async (all, text) => {
        const batch = batchOfStreams(all);
        const parsed = parseQuery(text);
        if (!parsed.ok) throw new Error(parsed.error.message);
        const matcher = compileMatcher(parsed.query, { nowMs: 0 });
        const [from, to] = [batch.time[0] ?? 0, (batch.time[0] ?? 0) + 3_000];
        const { selectNewest } = openEncoded(batch, encode(batch), columnar.name);
        const found = await selectNewest?.({
          ...{ query: parsed.query, matcher, matcherOptions: { nowMs: 0 }, from, to, pace },
        });
        if (!found) return;
        const set = new BatchSet(batch);
        const view = new RowView(set);
        const rows = later(batch, found.after).filter((row) => {
          const time = set.time(row);
          return time >= from && time < to && matcher.matches(view.at(row));
        });
        const own = await found.matches.rows();
        const loaded = await found.matches.load(own);
        const records = [...own].map((row) => recordOf(loaded, row));
        expect(records).toEqual(rows.map((row) => recordOf(set, row)));
      }),
      { numRuns: 300 },
    );
  });

  test('that are not those of the chunk, or are damaged, are noticed where the chunk is decoded', async () => {
    const rowsOf = (word: string) =>
      Array.from({ length: 30 }, (_, at) => Buffer.from(`2026-01-10T00:00:${at + 10}Z ${word}\n`));
    const batch = batchOfStreams([{ rows: rowsOf('one') }]);
    const encoded = encode(batch);
    const own = encoded.sections.find(({ name }) => name === 'newest');
    const decode = async (bytes: Uint8Array) => {
      const sections = encoded.sections.map((each) => (each === own ? { ...each, bytes } : each));
      return await openEncoded(batch, { sections }, columnar.name).decode(pace);
    };
    expect(isSameBatch(await decode(own?.bytes ?? new Uint8Array()), batch)).toBe(true);
    const other = encodeNewest(batchOfStreams([{ rows: rowsOf('two') }]), bounds);
    const cut = unpackSection(own?.bytes ?? new Uint8Array()).subarray(0, -1);
    const flipped = Buffer.from(own?.bytes ?? []);
    flipped[5] = (flipped[5] ?? 0) ^ 1;
    const damaged = [
      packSection(other ?? new Uint8Array(), 1),
      packSection(cut, 1),
      packSection(Buffer.alloc(3), 1),
      packSection(Buffer.alloc(60, 0xff), 1),
      flipped,
    ];
    for (const bytes of damaged) {
      await expect(decode(bytes)).rejects.toMatchObject({ code: 'store-corrupt' });
    }
  });

  test('are not read where a word is in no row of the chunk', async () => {
    const rows = Array.from({ length: 30 }, (_, at) =>
      Buffer.from(`2026-01-10T00:00:${at + 10}Z one\n`),
    );
    const batch = batchOfStreams([{ rows }]);
    const read: string[] = [];
    const reader = openEncoded(batch, encode(batch), columnar.name, (name) => read.push(name));
    const parsed = parseQuery('absent');
    if (!parsed.ok) throw new Error(parsed.error.message);
    const found = await reader.selectNewest?.({
      ...{ query: parsed.query, matcher: compileMatcher(parsed.query), matcherOptions: {}, pace },
      ...{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY },
    });
    expect(found?.after).toBe(Number.NEGATIVE_INFINITY);
    expect(found?.matches.count).toBe(0);
    expect(read).not.toContain('newest');
    expect(read.length).toBeGreaterThan(0);
  });
});
