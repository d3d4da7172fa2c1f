import { describe, expect, test } from '@jest/globals';
import { SEQUENCES_PER_OWNER } from '../limits/mongodb.ts';
import type { ChunkEntry } from './chunks.ts';
import { baseOf, sealedEnds, stretchOf } from './stretch.ts';

const chunk = (firstSequence: number, lastSequence: number): ChunkEntry => ({
  ...{ id: 'c', partition: { day: '2026-11-20', retentionClass: 'default' }, format: 'f' },
  ...{ records: 1, rawBytes: 1, storedBytes: 1, minTime: 0, maxTime: 0, sections: [] },
  ...{ firstSequence, lastSequence },
});

describe('stretches of commit numbers', () => {
  test('each begins behind the last number of the one before', () => {
    expect(stretchOf(baseOf(3))).toBe(3);
    expect(stretchOf(baseOf(4) - 1)).toBe(3);
    expect(stretchOf(7)).toBe(0);
  });

  test('end where sealed chunks end, or where they could at most', () => {
    const second = SEQUENCES_PER_OWNER;
    const ends = sealedEnds([
      chunk(1, 9),
      chunk(10, 14),
      chunk(second + 1, second + 4),
      chunk(second + 5, 3 * second + 2),
    ]);
    expect([...ends]).toEqual([
      [0, 14],
      [1, 2 * second - 1],
      [3, 3 * second + 2],
    ]);
  });
});
