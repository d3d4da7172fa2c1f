import { describe, expect, it } from '@jest/globals';
import { ratesBySecond } from './rate.ts';

describe('the rate by the second', () => {
  it('holds until the next push', () => {
    const samples = [
      { atMs: 2_000, linesPerSecond: 5 },
      { atMs: 5_000, linesPerSecond: 0 },
    ];
    expect(ratesBySecond(samples, 6_000, 6)).toEqual([0, 5, 5, 5, 0, 0]);
  });

  it('takes the last of one second, and nothing from the future', () => {
    const samples = [1_100, 1_900, 9_000].map((atMs) => ({ atMs, linesPerSecond: atMs }));
    expect(ratesBySecond(samples, 3_000, 3)).toEqual([0, 1_900, 1_900]);
  });
});
