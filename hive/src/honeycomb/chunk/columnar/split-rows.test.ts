import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { batchOfStreams, OBSERVED, type TestStream } from '../../testing/batches.ts';
import type { RowBatch } from '../row-batch.ts';
import { Splitter } from './split-rows.ts';
import { STAMP_LAYOUTS, StampLayout } from './stamp-layouts.ts';
import { type ModelTemplate, SplitModel } from './testing/split-model.ts';
import { CONSTANT, FIXED, LONG, RAW_ROW, VARYING } from './value-columns.ts';
import { CHARACTER_BITS, hashWordBytes } from './words.ts';

/** What the column of these values must be. */
function columnOf(values: readonly string[]) {
  const lengths = values.map(({ length }) => length);
  const [shortest, longest] = [Math.min(...lengths), Math.max(...lengths)];
  let mask = 0;
  for (const byte of Buffer.from(values.join(''), 'latin1')) mask |= CHARACTER_BITS[byte] ?? 0;
  const facts = { mask, shortest: Math.min(shortest, LONG), longest: Math.min(longest, LONG) };
  if (shortest < longest || longest >= LONG) {
    return { ...facts, encoding: VARYING, bytes: values.map((each) => `${each}\n`).join('') };
  }
  return new Set(values).size === 1
    ? { ...facts, encoding: CONSTANT, bytes: values[0] ?? '' }
    : { ...facts, encoding: FIXED, bytes: values.join('') };
}

function wordsOf(templates: readonly ModelTemplate[]): number[] {
  const values = new Set(templates.flatMap((template) => template.values.flat()));
  const worth = [...values].filter((value) => !/^[0-9]{1,3}$/.test(value));
  return [...new Set(worth.map((text) => hashOf(text)))].sort((a, b) => a - b);
}

function hashOf(text: string): number {
  const bytes = Buffer.from(text, 'latin1');
  return hashWordBytes(bytes, 0, bytes.length);
}

/** Splits with the compiled loops and plainly, and compares everything that comes of it. */
function expectSame(batch: RowBatch, splitter: Splitter, model: SplitModel): void {
  const split = splitter.split(batch);
  if (!split) throw new Error('not split');
  const { template, templates } = model.split(batch);
  expect([...split.template].map((id) => (id === RAW_ROW ? -1 : id))).toEqual(template);
  expect(
    split.templates.map(({ timestampLength, ended, layout, shift, hiddenTokens, from, to }) => ({
      traits: [timestampLength, ended, layout, shift],
      hidden: hiddenTokens,
      text: split.texts.toString('latin1', from, to),
    })),
  ).toEqual(templates.map(({ traits, hidden, text }) => ({ traits, hidden, text })));
  const literals = templates.flatMap(({ text }) => text.match(/[\w\x80-\xff]+/g) ?? []);
  expect(new Set(split.literals)).toEqual(new Set(literals.map((text) => hashOf(text))));
  const facts = split.columns.facts();
  const count = facts.mask.length - 1;
  const order = Array.from({ length: count }, (_, slot) => slot).reverse();
  const bytes = facts.columnBytes.reduce((sum, length) => sum + length, 0);
  const columns = split.columns.gather(order, bytes).toString('latin1');
  const values = templates.flatMap((each) => each.values);
  expect(values.length).toBe(count);
  let at = 0;
  const own = order.map((slot) => {
    const from = at;
    at += facts.columnBytes[slot] ?? 0;
    return {
      ...{ mask: facts.mask[slot], shortest: facts.shortest[slot], longest: facts.longest[slot] },
      ...{ encoding: facts.encoding[slot], bytes: columns.slice(from, at) },
    };
  });
  expect(own).toEqual(order.map((slot) => columnOf(values[slot] ?? [])));
  expect([...new Set(split.columns.words())].sort((a, b) => a - b)).toEqual(wordsOf(templates));
}

const layout = fc.constantFrom(...STAMP_LAYOUTS.map((pattern) => new StampLayout(pattern)));
const stamp = fc
  .tuple(layout, fc.integer({ min: OBSERVED - 2 * 86_400_000, max: OBSERVED }))
  .map(([own, ms]) => Buffer.from(own.format(ms)).toString('latin1'));
/** Words and what stands between: around the sixteen bytes that are seen at once, and with what marks something. */
const word = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'GET', 'user', 'Failed', 'x_y', 'error', 'É') },
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 3000 }).map(String) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 40 }).map((n) => `${'w'.repeat(n)}1`) },
  { weight: 2, arbitrary: fc.stringMatching(/^[a-z]{1,3}$/) },
  { weight: 1, arbitrary: fc.constantFrom('z'.repeat(254), `${'y'.repeat(255)}1`, '\x01', '\x02') },
  { weight: 1, arbitrary: stamp },
);
const between = fc.constantFrom(
  ' ',
  ' ',
  ' ',
  '=',
  ': ',
  ' - ',
  '',
  '"',
  '\t',
  '[',
  '.'.repeat(17),
);
const line = fc
  .array(fc.tuple(word, between), { maxLength: 8 })
  .map((parts) => parts.flat().join(''));
const stamped = fc.tuple(stamp, line).map(([time, rest]) => `${time} ${rest}`);
const hostile = fc
  .uint8Array({ maxLength: 50 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));
/** Rows that have a text in common. */
const alike = fc
  .tuple(line, fc.array(word, { minLength: 1, maxLength: 40 }), line)
  .map(([head, values, tail]) => values.map((value) => `${head} ${value} ${tail}`));
const part = fc.oneof(
  { weight: 3, arbitrary: alike },
  { weight: 2, arbitrary: fc.array(fc.oneof(line, stamped), { maxLength: 6 }) },
  { weight: 1, arbitrary: hostile.map((row) => [row]) },
);
const stream: fc.Arbitrary<TestStream> = fc.record({
  rows: fc
    .tuple(fc.array(part, { maxLength: 8 }), fc.constantFrom('\n', '\n', '\r\n', ''))
    .map(([parts, end]) => parts.flat().map((row) => Buffer.from(`${row}${end}`, 'latin1'))),
  mapped: fc.boolean(),
  zoneOffsetMinutes: fc.constantFrom(0, 60, -330),
});

describe('rows that are split by the compiled loops', () => {
  test('are what they are split plainly, chunk after chunk', () => {
    const splitter = new Splitter();
    const model = new SplitModel();
    fc.assert(
      fc.property(fc.array(stream, { minLength: 1, maxLength: 4 }), (streams) => {
        expectSame(batchOfStreams(streams), splitter, model);
      }),
      // Both learn: a smaller example would meet another state.
      { numRuns: 400, endOnFailure: true },
    );
  });

  test('are so where one stream is guessed, and not, and names are promoted', () => {
    const name = (n: number) => `${String.fromCharCode(97 + (n % 26), 97 + ((n * 7) % 26))}x`;
    const rows = Array.from({ length: 12_000 }, (_, n) =>
      n % 3000 < 1500 ? `user ${name(n % 90)} took ${n} ms` : `step ${n % 7} of ${n * n} is done`,
    );
    const mixed = rows.map((row, n) => `${row}${'!'.repeat((n * n) % 11)}`);
    const streams = [rows, mixed, rows].map((texts) => ({
      rows: texts.map((text) => Buffer.from(`${text}\n`)),
    }));
    expectSame(batchOfStreams(streams), new Splitter(), new SplitModel());
  });

  test('are so where they are long, have many words, or more than is laid out at once', () => {
    const rows = [
      ...Array.from({ length: 50 }, (_, n) => `long ${n} ${'text '.repeat(6000)}`),
      'x '.repeat(2046),
      'x '.repeat(2047),
      '7 '.repeat(2048),
      ...[32_768, 32_769, 1 << 20, (1 << 20) + 1].map((length) => 'y'.repeat(length)),
      ...Array.from({ length: 20_000 }, (_, n) => `short ${n}`),
    ];
    const streams = [{ rows: rows.map((row) => Buffer.from(`${row}\n`)) }];
    expectSame(batchOfStreams(streams), new Splitter(), new SplitModel());
  });

  test('are so where there are more shapes than are remembered, and more templates than a chunk has', () => {
    const rows = Array.from({ length: 61_000 }, (_, n) =>
      n.toString(6).replace(/./g, (digit) => '-+.;/#'[Number(digit)] ?? ''),
    );
    const [splitter, model] = [new Splitter(), new SplitModel()];
    for (const some of [rows, rows.slice(0, 500)]) {
      const streams = [{ rows: some.map((row) => Buffer.from(`${row}\n`)) }];
      expectSame(batchOfStreams(streams), splitter, model);
    }
  });

  test('are given up where they have more templates than is worth it', () => {
    const splitter = new Splitter();
    const rows = Array.from({ length: 3000 }, (_, n) => Buffer.from(`${'.'.repeat(n)}\n`));
    expect(splitter.split(batchOfStreams([{ rows }]), 750)).toBeUndefined();
    expect(splitter.split(batchOfStreams([{ rows }]), 3000)?.templates.length).toBe(3000);
  });
});
