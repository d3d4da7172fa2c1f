import type { Pattern } from '@apiary/common/messages/analysis.ts';
import { describe, expect, it } from '@jest/globals';
import { sortPatterns, startsLate } from './pattern-order.ts';

const pattern = (id: string, trend: number[], first = 0): Pattern => ({
  id,
  text: id,
  query: id,
  count: trend.reduce((sum, one) => sum + one, 0),
  share: 0,
  first,
  last: first,
  levels: {},
  hosts: 1,
  trend,
  slots: [],
  example: id,
});

describe('patterns', () => {
  const falling = pattern('falling', [9, 0], 1);
  const rising = pattern('rising', [1, 5], 2);

  it('stand in the order that is asked for', () => {
    const ids = (sort: 'most' | 'newest' | 'rising') =>
      sortPatterns([rising, falling], sort).map(({ id }) => id);
    expect(ids('most')).toEqual(['falling', 'rising']);
    expect(ids('newest')).toEqual(['rising', 'falling']);
    expect(ids('rising')).toEqual(['rising', 'falling']);
  });

  it('are new where the first part of the range has none of them', () => {
    const span = { fromMs: 0, stepMs: 100 };
    expect(startsLate(pattern('a', [0, 1], 30), span)).toBe(false);
    expect(startsLate(pattern('a', [0, 1], 50), span)).toBe(true);
  });
});
