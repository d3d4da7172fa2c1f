import { describe, expect, it } from '@jest/globals';
import { flagsOf } from './flag-places.ts';

const firing = (atMs: number) => ({
  id: `f${atMs}`,
  name: `rule ${atMs}`,
  atMs,
  severity: 'warning' as const,
});

describe('the flags of a chart', () => {
  it('stand where rules fired within it, with the room up to the next one', () => {
    const flags = flagsOf([-5, 10, 60, 100, 101].map(firing), (ms) => ms, 100);
    expect(flags.map(({ left, side, roomPx }) => [left, side, roomPx])).toEqual([
      [10, 'behind', 34],
      [60, 'behind', 12],
      [100, 'before', 4],
    ]);
  });

  it('are one where they would cover one another', () => {
    const [flag, ...others] = flagsOf([10, 12, 25].map(firing), (ms) => ms, 1_000);
    expect(others).toEqual([]);
    expect(flag?.firings.map(({ name }) => name)).toEqual(['rule 10', 'rule 12', 'rule 25']);
    expect(flag?.roomPx).toBe(150);
  });
});
