import { COUNTED_ENTRIES_MAX, COUNTED_VALUES_MAX } from '@apiary/common/limits/alerts.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MatchCounts } from './match-counts.ts';

const WINDOW_MS = 60_000;

describe('counts of matches by value', () => {
  test('are those of the window before the newest match, to a step', () => {
    const match = fc.record({
      value: fc.constantFrom('web-1', 'web-2', 'db'),
      timeMs: fc.integer({ min: 0, max: 5 * WINDOW_MS }),
    });
    fc.assert(
      fc.property(fc.array(match, { minLength: 1, maxLength: 200 }), (matches) => {
        const counts = new MatchCounts(WINDOW_MS);
        for (const { value, timeMs } of matches) counts.add('g', value, timeMs);
        const newest = Math.max(...matches.map(({ timeMs }) => timeMs));
        const since = (ms: number) => matches.filter(({ timeMs }) => timeMs > newest - ms);
        for (const value of ['web-1', 'web-2', 'db']) {
          const found = counts.of('g').find((each) => each.value === value)?.count ?? 0;
          const is = (each: { value: string }) => each.value === value;
          expect(found).toBeGreaterThanOrEqual(since(WINDOW_MS).filter(is).length);
          expect(found).toBeLessThanOrEqual(since(WINDOW_MS + 1_000).filter(is).length);
        }
      }),
    );
  });

  test('come with the most first, and groups apart', () => {
    const counts = new MatchCounts(WINDOW_MS);
    for (const value of ['b', 'a', 'c', 'c']) counts.add('g', value, 1);
    counts.add('other', 'z', 1);
    expect(counts.of('g').map(({ value, count }) => [value, count])).toEqual([
      ['c', 2],
      ['a', 1],
      ['b', 1],
    ]);
    expect(counts.of('none')).toEqual([]);
  });

  test('beyond the bound are one', () => {
    const counts = new MatchCounts(WINDOW_MS);
    for (let i = 0; i < COUNTED_VALUES_MAX + 5; i++) counts.add('g', `host-${i}`, 1);
    expect(counts.of('g')[0]).toEqual({ value: undefined, count: 5 });
  });

  test('of groups that matched longest ago make room', () => {
    const counts = new MatchCounts(WINDOW_MS);
    for (let i = 0; i <= COUNTED_ENTRIES_MAX; i++) counts.add(`g-${i}`, 'a', i);
    expect(counts.of('g-0')).toEqual([]);
    expect(counts.of('g-1')).toHaveLength(1);
  });
});
