import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { batchOfStreams, openEncoded } from '../testing/batches.ts';
import type { EncodedChunk, RowParts } from './chunk-format.ts';
import { columnar } from './columnar/columnar.ts';
import { LinearMemory } from './columnar/compiled/linear-memory.ts';
import { packSection, unpackSection } from './columnar/sections.ts';
import { keptRows } from './kept-rows.ts';
import { levelCode } from './level-code.ts';
import { plainZstd } from './plain-zstd.ts';
import type { RowBatch, Stretch } from './row-batch.ts';
import { verifyDecoded } from './verify-decoded.ts';

const pace = () => undefined;
const REFUSED = { code: 'store-corrupt' };

function encode(batch: RowBatch): EncodedChunk {
  const encoded = columnar.encode(batch);
  if (!encoded) throw new Error('not encoded');
  return encoded;
}

async function partsOf(batch: RowBatch, encoded = encode(batch)): Promise<RowParts> {
  const reader = openEncoded(batch, encoded, columnar.name);
  return await reader.decodeParts(pace, new LinearMemory());
}

const line = fc
  .tuple(fc.constantFrom('INFO', 'WARN', 'ERROR', 'none'), fc.nat(99_999), fc.nat(9))
  .map(([level, number, kind]) => `2026-01-20T00:00:0${kind}Z ${level} took ${number} ms`);
const streams = fc.array(fc.array(line, { minLength: 2, maxLength: 12 }), {
  minLength: 2,
  maxLength: 4,
});

/** Rows that all differ, as their numbers do; with the levels that their bodies state. */
function batchOf(lines: readonly (readonly string[])[]): RowBatch {
  const batch = batchOfStreams(
    lines.map((own, stream) => ({
      rows: own.map((text, row) => Buffer.from(`${text} of ${stream}-${row}\n`)),
    })),
  );
  return { ...batch, level: levelsOf(batch) };
}

function levelsOf(batch: RowBatch): Uint8Array {
  return Uint8Array.from({ length: batch.count }, (_, row) => levelCode(batch, row));
}

/** Rows of a batch in an order, some of them perhaps several times or not at all, as rows of its first stream. */
function reordered(batch: RowBatch, order: readonly number[]): RowBatch {
  const bodies = order.map((row) => batch.bytes.subarray(batch.start[row], batch.start[row + 1]));
  const start = new Uint32Array(order.length + 1);
  for (const [row, { length }] of bodies.entries()) start[row + 1] = (start[row] ?? 0) + length;
  const first = batch.stretches[0] as Stretch;
  return {
    ...{ count: order.length, bytes: Buffer.concat(bodies), start },
    time: Float64Array.from(order, (row) => batch.time[row] ?? 0),
    timestampLength: Uint8Array.from(order, (row) => batch.timestampLength[row] ?? 0),
    sourceLength: Uint32Array.from(order, (row) => batch.sourceLength[row] ?? 0),
    stretches: [{ ...first, from: 0, to: order.length }],
  };
}

const rowsOf = (batch: RowBatch) => Array.from({ length: batch.count }, (_, row) => row);
const withStretches = (batch: RowBatch, change: (stretch: Stretch, index: number) => Stretch) => ({
  ...batch,
  stretches: batch.stretches.map(change),
});

/** What a chunk may have wrong; `at` is a row. */
const FAULTS: Readonly<Record<string, (batch: RowBatch, at: number) => RowBatch>> = {
  'one byte of a body': (batch, at) => {
    const bytes = Buffer.from(batch.bytes);
    const place = (batch.start[at + 1] ?? 0) - 2;
    bytes[place] = bytes[place] === 0x39 ? 0x38 : 0x39;
    return { ...batch, bytes };
  },
  'a time': (batch, at) => ({ ...batch, time: batch.time.map((ms, row) => ms + +(row === at)) }),
  'the length of a time stamp': (batch, at) => ({
    ...batch,
    timestampLength: batch.timestampLength.map((own, row) => (row === at ? 0 : own)),
  }),
  'a row less': (batch, at) =>
    keptRows(
      batch,
      Uint8Array.from(rowsOf(batch), (row) => +(row !== at)),
    ),
  'a host': (batch) =>
    withStretches(batch, (own) => ({ ...own, source: { ...own.source, host: 'another' } })),
  'a generation, and ids with it': (batch) =>
    withStretches(batch, (own) => ({
      ...own,
      source: { ...own.source, generation: 'f'.repeat(16) },
    })),
  'the place in a generation': (batch) =>
    withStretches(batch, (own) => ({ ...own, offset: own.offset + 1 })),
  'a sequence': (batch) => withStretches(batch, (own) => ({ ...own, sequence: own.sequence + 1 })),
  'when rows were observed': (batch) =>
    withStretches(batch, (own) => ({ ...own, observed: own.observed + 1 })),
  'sources in one another’s place': (batch) =>
    withStretches(batch, (own, index) => ({
      ...own,
      source: (batch.stretches[(index + 1) % batch.stretches.length] ?? own).source,
    })),
};

/** The same for rows of one stream. */
const REORDERINGS: Readonly<Record<string, (rows: number[], at: number) => number[]>> = {
  'a row twice': (rows, at) => rows.toSpliced(at, 0, at),
  'a row twice and the next one not at all': (rows, at) => rows.with(at + 1, at),
  'two rows in one another’s place': (rows, at) => rows.with(at, at + 1).with(at + 1, at),
  'no last row': (rows) => rows.slice(0, -1),
};

describe('the proof that a chunk says what was encoded', () => {
  test('accepts what it decodes to, in either format', async () => {
    await fc.assert(
      fc.asyncProperty(streams, async (lines) => {
        const batch = batchOf(lines);
        await verifyDecoded(await partsOf(batch), batch);
        const encoded = plainZstd.encode(batch);
        const plain = encoded && openEncoded(batch, encoded, plainZstd.name);
        if (!plain) throw new Error('not encoded');
        await verifyDecoded(await plain.decodeParts(pace, new LinearMemory()), batch);
      }),
      { numRuns: 50 },
    );
  });

  test.each(Object.entries(FAULTS))('refuses another thing: %s', async (_, fault) => {
    await fc.assert(
      fc.asyncProperty(streams, fc.nat(), async (lines, place) => {
        const batch = batchOf(lines);
        const wrong = fault(batch, place % batch.count);
        await expect(verifyDecoded(await partsOf(wrong), batch)).rejects.toMatchObject(REFUSED);
      }),
      { numRuns: 30 },
    );
  });

  test.each(Object.entries(REORDERINGS))('refuses %s', async (_, reorder) => {
    await fc.assert(
      fc.asyncProperty(streams, fc.nat(), async (lines, place) => {
        const rows = rowsOf(batchOf(lines));
        const batch = reordered(batchOf(lines), rows);
        await verifyDecoded(await partsOf(batch), batch);
        const wrong = reordered(batch, reorder(rows, place % (rows.length - 1)));
        await expect(verifyDecoded(await partsOf(wrong), batch)).rejects.toMatchObject(REFUSED);
      }),
      { numRuns: 30 },
    );
  });

  test('refuses a level that is neither the known one nor what the body states', async () => {
    await fc.assert(
      fc.asyncProperty(streams, fc.nat(), async (lines, place) => {
        const batch = batchOf(lines);
        const at = place % batch.count;
        const parts = await partsOf(batch);
        const level = levelsOf(batch).map((own, row) => (row === at ? own + 1 : own));
        const proof = verifyDecoded({ ...parts, level }, batch);
        await expect(proof).rejects.toMatchObject(REFUSED);
        // What a former version took for its level is none of this one.
        await verifyDecoded(await partsOf(batch), { ...batch, level });
      }),
      { numRuns: 30 },
    );
  });

  test('refuses levels and bodies that were changed in the sections of a chunk', async () => {
    // Longer than what is split: each has a level by itself, and its bytes are in a column.
    const long = 'x'.repeat(40_000);
    const batch = batchOf([
      [`INFO ${long}`, `WARN ${long}`],
      ['ERROR 1', 'ERROR 2'],
    ]);
    const encoded = encode(batch);
    await verifyDecoded(await partsOf(batch, encoded), batch);
    for (const [name, at] of [
      ['levels', 0],
      ['levels', 1],
      ['values-0', -2],
    ] as const) {
      const sections = encoded.sections.map((section) => {
        if (section.name !== name) return section;
        const bytes = Buffer.from(unpackSection(section.bytes));
        const place = (bytes.length + at) % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ 1;
        return { name, bytes: packSection(bytes, 1) };
      });
      const proof = partsOf(batch, { sections }).then((parts) => verifyDecoded(parts, batch));
      await expect(proof).rejects.toMatchObject(REFUSED);
    }
  });
});
