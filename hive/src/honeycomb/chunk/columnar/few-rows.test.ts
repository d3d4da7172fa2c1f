/** A page's rows are what they are when the whole chunk is decoded, wherever in it they are. */

import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RecordSet } from '../../records/record-set.ts';
import { recordOf } from '../../records/row-view.ts';
import { batchOfStreams, openEncoded, type TestStream } from '../../testing/batches.ts';
import { BatchSet } from '../batch-set.ts';
import type { RowBatch } from '../row-batch.ts';
import { ColumnarEncoder } from './encode.ts';

const ROWS = 6_000;
/** Random numbers that are the same each time. */
function* numbers(): Generator<number, never> {
  for (let state = 42; ; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    yield state >>> 8;
  }
}

/** Few templates with long columns of values of one length and of several, empty ones of theirs, and levels that vary. */
function longBatch(): RowBatch {
  const next = numbers();
  const pick = () => next.next().value;
  const line = (row: number) => {
    const second = String(Math.floor(row / 300) % 60).padStart(2, '0');
    const stamp = `2026-01-10T00:00:${second}Z`;
    const level = ['info', 'error', 'notice7'][pick() % 3];
    const value = 'x9'.repeat(pick() % 40);
    if (row % 3 === 0) return `${stamp} ${level} took ${pick() % 7} of 1${value}`;
    if (row % 3 === 1) return `${stamp} block ${String(pick() % 1000).padStart(4, '0')} moved`;
    return `${stamp} host7 said n${value} and m${'y8'.repeat(pick() % 90)} twice ${pick()}`;
  };
  const streams: TestStream[] = Array.from({ length: 12 }, (_, stream) => ({
    rows: Array.from({ length: ROWS / 12 }, (_unused, row) => {
      const text = line(stream * (ROWS / 12) + row);
      return Buffer.from(stream % 4 === 3 ? text : `${text}\n`);
    }),
    ...(stream % 4 === 3 && { mapped: true }),
  }));
  return batchOfStreams(streams);
}

function everything(set: RecordSet, row: number) {
  return {
    ...recordOf(set, row),
    sequence: set.sequence(row),
    sourceLength: set.sourceLength(row),
    timestampLength: set.timestampLength(row),
    bytes: Buffer.from(set.body(row)).toString('latin1'),
  };
}

async function matchesIn(
  batch: RowBatch,
  idsRows: number,
  text = '*:*',
  onRead?: (section: string) => void,
) {
  const encoded = new ColumnarEncoder({
    idsRows,
    lexicon: { valuesMin: 1, frameValues: 1000 },
  }).encode(batch, 1);
  if (!encoded) throw new Error('not encoded');
  const parsed = parseQuery(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const { query } = parsed;
  // Nothing is decoded yet.
  return await openEncoded(batch, encoded, 'columnar@8', onRead).select({
    ...{ query, matcher: compileMatcher(query), matcherOptions: {}, pace: () => undefined },
    ...{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY },
  });
}

test('rows near either end of long columns, and between', async () => {
  const batch = longBatch();
  const set = new BatchSet(batch);
  const last = batch.count - 1;
  const half = last >> 1;
  const pages = [
    ...[[0], [last], [half], [0, last], [last, 0, half]],
    Array.from({ length: 100 }, (_, index) => last - index),
    Array.from({ length: 100 }, (_, index) => index),
    Array.from({ length: 512 }, (_, index) => index * 11),
    // Past what is read row by row.
    Array.from({ length: 600 }, (_, index) => index * 9),
  ];
  for (const rows of pages) {
    const matches = await matchesIn(batch, 700);
    const loaded = await matches.load(Uint32Array.from(rows));
    for (const row of rows) expect(everything(loaded, row)).toEqual(everything(set, row));
  }
});

test('rows of columns that are too long for one section', async () => {
  const rows = Array.from({ length: 4_000 }, (_, row) => {
    const second = String(Math.floor(row / 100) % 60).padStart(2, '0');
    const stamp = `2026-01-10T00:00:${second}Z`;
    return Buffer.from(`${stamp} host7 said ${'y8'.repeat(700 + (row % 90))} to ${row}\n`);
  });
  const batch = batchOfStreams([{ rows }]);
  const set = new BatchSet(batch);
  const last = batch.count - 1;
  const matches = await matchesIn(batch, 700);
  for (const wanted of [[last], [0], [last, last - 1, 7], [last >> 1, (last >> 1) + 1]]) {
    const loaded = await matches.load(Uint32Array.from(wanted));
    for (const row of wanted) expect(everything(loaded, row)).toEqual(everything(set, row));
  }
});

test('any rows of any small chunks', async () => {
  const word = fc.constantFrom(
    'error',
    'info',
    '7',
    '',
    '10.0.0.1',
    'a1',
    'Ünïcödé9',
    'x'.repeat(300),
  );
  const text = fc.array(word, { maxLength: 5 }).map((words) => words.join(' '));
  const stamp = fc.constantFrom(
    '',
    '2026-01-10T00:00:00.000Z ',
    'Jan 10 00:00:02 ',
    '2026-01-10 00:00:01,5 ',
  );
  const row = fc.tuple(stamp, text).map((parts) => Buffer.from(parts.join('')));
  const stream = fc.record({
    rows: fc.array(row, { minLength: 1, maxLength: 30 }),
    mapped: fc.boolean(),
  });
  const streams = fc.array(stream, { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(streams, fc.array(fc.nat(), { minLength: 1 }), async (some, places) => {
      const batch = batchOfStreams(
        some.map(({ rows, mapped }) => ({
          rows: mapped ? rows : rows.map((one) => Buffer.concat([one, Buffer.from('\n')])),
          mapped,
        })),
      );
      const wanted = [...new Set(places.map((place) => place % batch.count))];
      const loaded = await (await matchesIn(batch, 7)).load(Uint32Array.from(wanted));
      const set = new BatchSet(batch);
      for (const one of wanted) expect(everything(loaded, one)).toEqual(everything(set, one));
    }),
    { numRuns: 200 },
  );
});

test('a rare word, with its times, without the sections of ids that have none of it', async () => {
  const rare = new Set([700, 701, 1_950, 4_002, ROWS - 1]);
  const streams: TestStream[] = Array.from({ length: 12 }, (_, stream) => ({
    rows: Array.from({ length: ROWS / 12 }, (_unused, at) => {
      const row = stream * (ROWS / 12) + at;
      // Some times are no whole seconds, and some are no time stamps at all.
      const second = String(row % 60).padStart(2, '0');
      const stamp =
        row % 7 === 0 ? `2026-01-10T00:00:${second}.123Z` : `2026-01-10T00:00:${second}Z`;
      const text = rare.has(row) ? `needle7 was ${row}` : `took ${'x9'.repeat(row % 11)} of ${row}`;
      return Buffer.from(`${stream === 3 ? '' : `${stamp} `}${text}\n`);
    }),
  }));
  const batch = batchOfStreams(streams);
  const set = new BatchSet(batch);
  const read: string[] = [];
  const matches = await matchesIn(batch, 700, 'needle7', (section) => read.push(section));
  const runs = await matches.timed();
  const found = runs.flatMap((run) => {
    const [times, rows] = [run.times(), [...run.rows()]];
    for (const row of rows) {
      expect(times.time(row)).toBe(set.time(row));
      expect(run.least).toBeLessThanOrEqual(set.time(row));
      expect(run.most).toBeGreaterThanOrEqual(set.time(row));
    }
    return rows;
  });
  expect(found).toEqual([...rare]);
  const loaded = await matches.load(Uint32Array.from(found));
  for (const row of found) expect(everything(loaded, row)).toEqual(everything(set, row));
  // There are nine; the others are of streams that have such a line.
  expect(read).toContain('ids-8');
  expect(read).not.toContain('ids-3');
  expect(read).not.toContain('ids-4');
});
