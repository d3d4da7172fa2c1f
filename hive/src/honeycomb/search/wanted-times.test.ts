import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { WantedTimes } from './wanted-times.ts';

describe('rows whose times are wanted', () => {
  test('are those up to the last time that a page can hold, as sorting all of them tells', () => {
    const times = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 300 });
    const bound = fc.constantFrom(Number.NEGATIVE_INFINITY, 0, 2, 5);
    const order = fc.constantFrom('newest' as const, 'oldest' as const);
    fc.assert(
      fc.property(
        times,
        bound,
        order,
        fc.integer({ min: 0, max: 70 }),
        (all, after, way, wanted) => {
          const sign = way === 'newest' ? -1 : 1;
          const least = Number.isFinite(after) ? sign * after : after;
          const most = wanted === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
          const found = new WantedTimes({ wanted, least, most });
          const half = all.length >> 1;
          const rows = Uint32Array.from(all.keys());
          const columns = { time: (row: number) => all[row] ?? 0 };
          found.add(rows.subarray(0, half), columns, way);
          found.add(rows.subarray(half), columns, way);
          const keys = all.map((time) => sign * time);
          const counted = keys.filter((key) => key > least).sort((a, b) => a - b);
          const last = counted.length > wanted ? (counted[wanted - 1] ?? most) : most;
          const expected = [...rows].filter((row) => {
            const key = keys[row] ?? 0;
            return key >= least && key <= last;
          });
          expect([...found.result()]).toEqual(expected);
          const isCut =
            counted.length > wanted || (wanted === 0 && keys.some((key) => key >= least));
          expect(found.skipped).toBe(isCut);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('may all be of one time', () => {
    const found = new WantedTimes({
      wanted: 3,
      least: Number.NEGATIVE_INFINITY,
      most: Number.POSITIVE_INFINITY,
    });
    const rows = Uint32Array.from({ length: 200_000 }, (_, row) => row);
    found.add(rows, { time: () => 7 }, 'newest');
    expect(found.result()).toEqual(rows);
    expect(found.skipped).toBe(true);
  });
});
