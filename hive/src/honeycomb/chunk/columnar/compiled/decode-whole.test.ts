import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  batchOfStreams,
  OBSERVED,
  openEncoded,
  type TestStream,
} from '../../../testing/batches.ts';
import type { EncodedChunk } from '../../chunk-format.ts';
import type { RowBatch } from '../../row-batch.ts';
import { ChunkData } from '../chunk-data.ts';
import { columnar } from '../columnar.ts';
import { decodeRows } from '../decode-rows.ts';
import { ColumnarEncoder } from '../encode.ts';
import { packSection, unpackSection } from '../sections.ts';
import { STAMP_LAYOUTS, StampLayout } from '../stamp-layouts.ts';
import { BodyDecoder } from './body-decoder.ts';
import { decodeWhole } from './decode-whole.ts';
import { borrowMemory, giveBackMemory, LinearMemory } from './linear-memory.ts';

const pace = () => undefined;
const encoder = new ColumnarEncoder();

function encode(batch: RowBatch): EncodedChunk {
  const encoded = encoder.encode(batch, 1);
  if (!encoded) throw new Error('not encoded');
  return encoded;
}

function dataOf({ sections }: EncodedChunk): ChunkData {
  return new ChunkData(async (index) => sections[index]?.bytes ?? new Uint8Array(), sections);
}

const streamOf = (rows: readonly string[]): TestStream => ({
  rows: rows.map((row) => Buffer.from(`${row}\n`)),
});

/** Words of lengths around the sixteen bytes that are copied at once, constant, of one width, and of many. */
const word = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((length) => `${'x'.repeat(length)}1`),
  fc.constantFrom('GET', 'a1', 'b22', '10.0.0.1', 'Ünïcödé', 'none'),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\n', ' ')),
);
const layout = fc.constantFrom(...STAMP_LAYOUTS.map((pattern) => new StampLayout(pattern)));
const time = fc.integer({ min: OBSERVED - 3 * 86_400_000, max: OBSERVED });
const stamped = fc
  .tuple(layout, time, fc.array(word, { maxLength: 6 }))
  .map(
    ([own, ms, words]) => `${Buffer.from(own.format(ms)).toString('latin1')} ${words.join(' ')}`,
  );
const shape = fc
  .tuple(fc.array(word, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(99_999), { maxLength: 9 }))
  .map(([words, numbers]) => numbers.map((number) => `${words.join('=')} ${number} end`));
const rows = fc
  .array(
    fc.oneof(
      stamped.map((row) => [row]),
      shape,
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.flat());

describe('all rows of a chunk at once', () => {
  test('are byte for byte what rows one by one are, and what was encoded', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 3 }), async (streams) => {
        const batch = batchOfStreams(streams.map(streamOf));
        const data = dataOf(encode(batch));
        const memory = borrowMemory();
        const whole = await decodeWhole(data, pace, memory);
        const wanted = Uint32Array.from({ length: batch.count }, (_, row) => row);
        const single = await decodeRows(data, wanted, pace);
        expect(whole.bytes.equals(single.bytes)).toBe(true);
        expect(whole.bytes.equals(batch.bytes)).toBe(true);
        expect(whole.start).toEqual(batch.start);
        giveBackMemory(memory);
      }),
      { numRuns: 150 },
    );
  });

  test('are the same in parts of any size, raw rows among them', async () => {
    const long = fc.integer({ min: 32_000, max: 40_000 }).map((length) => ['x'.repeat(length)]);
    const own = fc.tuple(rows, fc.oneof({ weight: 4, arbitrary: rows }, long));
    await fc.assert(
      fc.asyncProperty(own, rows, fc.nat(5000), async ([first, next], other, partBytes) => {
        const batch = batchOfStreams([[...first, ...next, ...first], other].map(streamOf));
        const decoder = await BodyDecoder.open(
          dataOf(encode(batch)),
          new LinearMemory(),
          partBytes,
        );
        const parts: Buffer[] = [];
        for (;;) {
          const part = await decoder.next(pace);
          if (!part) break;
          // What comes next is in the same place.
          parts.push(Buffer.from(part));
        }
        expect(Buffer.concat(parts).equals(batch.bytes)).toBe(true);
        expect(parts.length).toBeLessThanOrEqual(batch.count);
      }),
      { numRuns: 100 },
    );
  });

  test('leave nothing of what was decoded in the same memory before', async () => {
    const memory = new LinearMemory();
    const large = batchOfStreams([
      streamOf(Array.from({ length: 9000 }, (_, n) => `row ${n} of many`)),
    ]);
    const small = batchOfStreams([streamOf(['short 1', '', 'short 22 and more'])]);
    for (const batch of [large, small, large]) {
      const { bytes } = await decodeWhole(dataOf(encode(batch)), pace, memory);
      expect(bytes.equals(batch.bytes)).toBe(true);
    }
  });

  test('stay what they are while others are decoded, whether few or many', async () => {
    const batches = [3, 30_000].map((count) =>
      batchOfStreams([
        streamOf(Array.from({ length: count }, (_, n) => `row ${n} ${'of many '.repeat(100)}`)),
      ]),
    );
    const readers = batches.map((batch) => openEncoded(batch, encode(batch), columnar.name));
    const decoded: RowBatch[] = [];
    for (const reader of [...readers, ...readers]) decoded.push(await reader.decode(pace));
    const same = decoded.map(({ bytes }, index) => bytes.equals(batches[index % 2]!.bytes));
    expect(same).toEqual([true, true, true, true]);
  });

  test('are refused where the columns hold less, or more, than their lengths say', async () => {
    const batch = batchOfStreams([
      streamOf(Array.from({ length: 50 }, (_, n) => `took ${'9'.repeat((n % 20) + 1)} ms, ok`)),
    ]);
    const { sections } = encode(batch);
    const values = sections.find(({ name }) => name === 'values-0');
    const column = unpackSection(values?.bytes ?? new Uint8Array());
    for (const change of [
      // A value that swallows the next one, and one that is cut in two.
      (bytes: Buffer) => bytes.fill(0x39, bytes.indexOf(10), bytes.indexOf(10) + 1),
      (bytes: Buffer) => bytes.fill(10, bytes.length - 3, bytes.length - 2),
      (bytes: Buffer) => bytes.fill(0x39),
    ]) {
      const changed = sections.map((section) =>
        section === values
          ? { ...section, bytes: packSection(change(Buffer.from(column)), 1) }
          : section,
      );
      const decoded = decodeWhole(dataOf({ sections: changed }), pace, new LinearMemory());
      await expect(decoded).rejects.toMatchObject({ code: 'store-corrupt' });
    }
  });
});

describe('memory of compiled loops', () => {
  test('refuses more than was reserved', () => {
    const memory = new LinearMemory();
    memory.reserve(100_000, 1);
    expect(() => memory.take(memory.size)).toThrow(RangeError);
  });

  test('is kept for the next one, unless it has become large', () => {
    const memory = borrowMemory();
    giveBackMemory(memory);
    expect(borrowMemory()).toBe(memory);
    memory.reserve(30 * 1024 * 1024, 1);
    giveBackMemory(memory);
    expect(borrowMemory()).not.toBe(memory);
  });
});
