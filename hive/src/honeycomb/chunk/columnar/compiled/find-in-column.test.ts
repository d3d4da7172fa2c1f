import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findInColumn } from './find-in-column.ts';

const letters = fc.constantFrom(...'abABz_019');
const word = fc.string({ unit: letters, minLength: 1, maxLength: 40 });
const needle = fc.string({ unit: fc.constantFrom(...'abz_01'), minLength: 1, maxLength: 20 });

/** Before and behind the column stands what would be found in others. */
function found(values: readonly string[], needle: string, width: number) {
  const before = `${needle}\n`.repeat(3);
  const column = values.map((value) => (width > 0 ? value : `${value}\n`)).join('');
  const bytes = Buffer.from(before + column + needle);
  const place = { bytes, from: before.length, to: before.length + column.length, width };
  const rows: { row: number; value: string }[] = [];
  findInColumn(place, Buffer.from(needle), (row, begin, end) => {
    rows.push({ row, value: bytes.toString('latin1', begin, end) });
  });
  return rows;
}

const expected = (values: readonly string[], needle: string) =>
  [...values.entries()]
    .filter(([, value]) => value.toLowerCase().includes(needle))
    .map(([row, value]) => ({ row, value }));

test('Values with a text are found, of any length or of one.', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 60 }), needle, (values, text) => {
      for (const one of [text, text.slice(0, 2)]) {
        expect(found(values, one, 0)).toEqual(expected(values, one));
      }
    }),
    { numRuns: 500 },
  );
  const fixed = fc.integer({ min: 1, max: 20 }).chain((width) =>
    fc.array(fc.string({ unit: letters, minLength: width, maxLength: width }), {
      minLength: 1,
      maxLength: 60,
    }),
  );
  fc.assert(
    fc.property(fixed, needle, (values, text) => {
      for (const one of [text, text.slice(0, 2)]) {
        expect(found(values, one, values[0]?.length ?? 0)).toEqual(expected(values, one));
      }
    }),
    { numRuns: 500 },
  );
});

test('More are found than the loop gives at once.', () => {
  const values = Array.from({ length: 5000 }, (_, row) => (row % 3 === 0 ? `x${row}` : 'Axx'));
  expect(found(values, 'x', 0)).toEqual(expected(values, 'x'));
  const even = values.map((value) => value.padEnd(5, '_'));
  expect(found(even, 'x', 5)).toEqual(expected(even, 'x'));
});
