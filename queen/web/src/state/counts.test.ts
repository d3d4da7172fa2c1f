import { describe, expect, test } from '@jest/globals';
import { addLines, type Counts, levelTotal, moveTo, withBuckets } from './counts.ts';
import { recordAt } from './testing.ts';

const counts: Counts = {
  total: 6,
  hosts: 1,
  histogram: { from: 100, step: 10, levels: { info: [1, 2, 0], error: [0, 0, 3] } },
};

describe('counts', () => {
  test('live lines count in their bucket and level', () => {
    const next = addLines(counts, [recordAt(125), recordAt(119, { level: 'warn' })]);
    expect(next.total).toBe(8);
    expect(next.histogram?.levels).toEqual({
      info: [1, 2, 1],
      error: [0, 0, 3],
      warn: [0, 1, 0],
    });
    expect(counts.histogram?.levels.info).toEqual([1, 2, 0]);
  });

  test('a line without a level counts as none', () => {
    const { level: _level, ...plain } = recordAt(101);
    const next = addLines(counts, [plain]);
    expect(next.histogram && levelTotal(next.histogram, 'none')).toBe(1);
  });

  test('when a bucket closes the oldest leaves, and the total with it', () => {
    const next = moveTo(counts, 131, { slides: true, bucketsMax: 100 });
    expect(next.total).toBe(5);
    expect(next.histogram).toEqual({
      from: 110,
      step: 10,
      levels: { info: [2, 0, 0], error: [0, 3, 0] },
    });
  });

  test('a jump over the whole window empties it', () => {
    const next = moveTo(counts, 1005, { slides: true, bucketsMax: 100 });
    expect(next.total).toBe(0);
    expect(next.histogram).toMatchObject({ from: 980, levels: { info: [0, 0, 0] } });
  });

  test('without sliding the histogram grows up to its bound, and the total stays', () => {
    const next = moveTo(counts, 145, { slides: false, bucketsMax: 4 });
    expect(next.total).toBe(6);
    expect(next.histogram).toMatchObject({ from: 110, levels: { info: [2, 0, 0, 0] } });
  });

  test('an empty histogram gets the buckets that were asked for', () => {
    const empty = withBuckets({ from: 0, step: 10, levels: {} }, 3);
    expect(addLines({ ...counts, histogram: empty }, [recordAt(25)]).histogram?.levels).toEqual({
      info: [0, 0, 1],
    });
  });
});
