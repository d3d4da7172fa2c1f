import { describe, expect, it } from '@jest/globals';
import { savedAddress, savedRange } from './saved-queries.ts';
import { DEFAULT_RANGE, type TimeRange } from './time-range.ts';

const saved = { id: 'a', name: 'a', query: 'x', shared: false, owner: 'mira', savedMs: 0 };

describe('the range of a saved query', () => {
  it.each<[string, TimeRange]>([
    ['all time', { kind: 'all' }],
    ['a length', { kind: 'last', durationMs: 4 * 3_600_000 }],
    ['between two moments', { kind: 'between', fromMs: 1_000, toMs: 61_000 }],
  ])('comes back: %s', (_name, range) => {
    const text = savedRange(range);
    expect(savedAddress({ ...saved, range: text }, DEFAULT_RANGE).range).toEqual(range);
  });

  it('is not saved when it is the usual one', () => {
    expect(savedRange(DEFAULT_RANGE)).toBeUndefined();
    expect(savedAddress(saved, DEFAULT_RANGE)).toMatchObject({ query: 'x', range: DEFAULT_RANGE });
  });
});
