import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SlotColumns } from './slot-columns.ts';
import { CONSTANT, FIXED, LONG, VARYING } from './value-columns.ts';
import { ValueList } from './value-list.ts';
import { WordHashes } from './word-hashes.ts';

const width = fc.oneof(
  { weight: 6, arbitrary: fc.constant(3) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 1, arbitrary: fc.integer({ min: LONG - 1, max: LONG + 1 }) },
);
const value = fc.oneof(
  { weight: 3, arbitrary: fc.constant('same') },
  fc.tuple(width, fc.constantFrom('a', 'b')).map(([length, letter]) => letter.repeat(length)),
);

/** What a column of these values must be. */
function columnOf(values: readonly string[]): { encoding: number; bytes: string } {
  const widths = new Set(values.map((each) => each.length));
  const [first = ''] = values;
  if (widths.size > 1 || first.length >= LONG) {
    return { encoding: VARYING, bytes: values.map((each) => `${each}\n`).join('') };
  }
  const isConstant = values.every((each) => each === first);
  return isConstant
    ? { encoding: CONSTANT, bytes: first }
    : { encoding: FIXED, bytes: values.join('') };
}

describe('columns of slots', () => {
  test('hold the values of each slot, whatever their widths and order', () => {
    const row = fc.tuple(value, value, value);
    const columns = new SlotColumns(new WordHashes());
    const list = new ValueList();
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 300 }), (rows) => {
        columns.clear();
        columns.add(3);
        for (const values of rows) {
          const bytes = Buffer.from(values.join(' '));
          let at = 0;
          for (const [index, each] of values.entries()) {
            list.start[index] = at;
            list.length[index] = each.length;
            at += each.length + 1;
          }
          list.count = values.length;
          columns.append(0, list, bytes);
        }
        const target = Buffer.alloc(columns.bytes);
        for (const slot of [0, 1, 2] as const) {
          const values = rows.map((each) => each[slot]);
          const { encoding, longest, shortest } = columns.facts(slot);
          const end = columns.copy(slot, target, 0);
          const lengths = values.map((each) => each.length);
          expect({ encoding, bytes: target.toString('latin1', 0, end) }).toEqual(columnOf(values));
          expect([shortest, longest]).toEqual([Math.min(...lengths), Math.max(...lengths)]);
        }
      }),
      { numRuns: 60 },
    );
  });
});
