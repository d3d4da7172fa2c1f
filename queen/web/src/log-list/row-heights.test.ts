import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RowHeights } from './row-heights.ts';

/** Rows named by their numbers; `version` is told by hand. */
function rows(ids: string[]) {
  return {
    version: 0,
    get size() {
      return ids.length;
    },
    rowOf: (id: string) => ids.indexOf(id),
  };
}

describe('the heights of rows', () => {
  it('multiplies where all rows are alike', () => {
    const heights = new RowHeights(rows(['a', 'b', 'c']), 22);
    expect([0, 1, 3].map((row) => heights.startOf(row))).toEqual([0, 22, 66]);
    expect([-5, 0, 21, 22, 65, 66, 900].map((px) => heights.rowAt(px))).toEqual([
      0, 0, 0, 1, 2, 3, 3,
    ]);
  });

  it('tells whether a height is new, and forgets one that stands out no more', () => {
    const heights = new RowHeights(rows(['a', 'b']), 22);
    expect([heights.note('a', 22), heights.note('a', 48), heights.note('a', 48)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(heights.startOf(1)).toBe(48);
    expect(heights.note('a', 22)).toBe(true);
    expect([heights.known('a'), heights.startOf(1)]).toEqual([undefined, 22]);
  });

  it('follows a record to its new row, and lets go of one that left', () => {
    const ids = ['a', 'b', 'c'];
    const source = rows(ids);
    const heights = new RowHeights(source, 10);
    heights.note('b', 50);
    ids.unshift('new');
    source.version++;
    expect([1, 2, 3, 4].map((row) => heights.startOf(row))).toEqual([10, 20, 70, 80]);
    ids.splice(2, 1);
    source.version++;
    expect(heights.startOf(3)).toBe(30);
    expect(heights.known('b')).toBeUndefined();
  });

  it('agrees with adding up all heights, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 40 }), (all) => {
        const ids = all.map((_, row) => `r${row}`);
        const heights = new RowHeights(rows(ids), 22);
        for (const [row, px] of all.entries()) heights.note(`r${row}`, px);
        let top = 0;
        for (const [row, px] of all.entries()) {
          expect(heights.startOf(row)).toBe(top);
          expect(heights.rowAt(top)).toBe(row);
          expect(heights.rowAt(top + px - 0.5)).toBe(row);
          top += px;
        }
        expect(heights.startOf(all.length)).toBe(top);
        expect(heights.rowAt(top)).toBe(all.length);
      }),
    );
  });
});
