import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import { baseOf } from '@apiary/common/chunks/stretch.ts';
import { describe, expect, test } from '@jest/globals';
import { planCompaction, planExpiry } from './plan.ts';

const MiB = 1024 * 1024;
let made = 0;

function entry(
  day: string,
  more: Partial<ChunkEntry> & { retentionClass?: string } = {},
): ChunkEntry {
  const { retentionClass = 'default', ...rest } = more;
  const sequence = ++made;
  return {
    ...{ id: `chunk-${sequence}`, partition: { day, retentionClass }, format: 'test@1' },
    ...{ records: 1, rawBytes: 8 * MiB, storedBytes: MiB, minTime: 0, maxTime: 0 },
    ...{ firstSequence: sequence, lastSequence: sequence, sections: [] },
    ...rest,
  };
}

const many = (count: number, day: string, more = {}) =>
  Array.from({ length: count }, () => entry(day, more));

describe('what is merged', () => {
  test('eight chunks of today, of one partition, in the order of their sequences', () => {
    const chunks = [...many(7, '2026-11-20'), ...many(7, '2026-11-20', { retentionClass: 'web' })];
    expect(planCompaction(chunks, '2026-11-20')).toBeUndefined();
    const eighth = entry('2026-11-20');
    const group = planCompaction([eighth, ...chunks], '2026-11-20');
    expect(group).toEqual([...chunks.slice(0, 7), eighth]);
  });

  test('never past 64 MB, and what is large enough is left alone', () => {
    const chunks = [...many(3, '2026-11-20', { rawBytes: 33 * MiB }), ...many(20, '2026-11-20')];
    const group = planCompaction(chunks, '2026-11-20') ?? [];
    expect(group).toEqual(chunks.slice(3, 11));
  });

  test('fewer of today where no further one fits: a chunk has more than 8 MB when it is sealed', () => {
    const chunks = many(7, '2026-11-20', { rawBytes: 8.5 * MiB });
    expect(planCompaction(chunks, '2026-11-20')).toBeUndefined();
    const further = [...chunks, ...many(3, '2026-11-20', { rawBytes: 8.5 * MiB })];
    expect(planCompaction(further, '2026-11-20')).toEqual(chunks);
    const large = many(3, '2026-11-20', { rawBytes: 30 * MiB });
    expect(planCompaction(large, '2026-11-20')).toEqual(large.slice(0, 2));
  });

  test('whatever is left of a day that is over, unless it did not fit', () => {
    const chunks = many(2, '2026-11-19');
    expect(planCompaction(chunks, '2026-11-20')).toEqual(chunks);
    const tooLarge = new Set(chunks.map(({ id }) => id));
    expect(planCompaction(chunks, '2026-11-20', tooLarge)).toBeUndefined();
    expect(planCompaction(chunks.slice(1), '2026-11-20')).toBeUndefined();
  });
});

describe('what several owners sealed', () => {
  test('stays apart, each owner’s for itself', () => {
    const later = { firstSequence: baseOf(1) + 1, lastSequence: baseOf(1) + 1 };
    const chunks = [...many(7, '2026-11-20'), ...many(7, '2026-11-20', later)];
    expect(planCompaction(chunks, '2026-11-20')).toBeUndefined();
    const group = planCompaction([...chunks, entry('2026-11-20', later)], '2026-11-20');
    expect(group?.every(({ firstSequence }) => firstSequence > baseOf(1))).toBe(true);
    expect(group).toHaveLength(8);
  });
});

describe('what goes', () => {
  const now = Date.UTC(2026, 10, 20, 12);

  test('days that are past the age of their class', () => {
    const chunks = [
      ...many(2, '2026-11-12'),
      ...many(1, '2026-11-13'),
      ...many(1, '2026-11-12', { retentionClass: 'audit' }),
    ];
    const open = [{ day: '2026-11-01', retentionClass: 'default' }];
    const days = (name: string) => (name === 'default' ? { days: 7 } : {});
    expect(planExpiry({ chunks, open }, days, now)).toEqual({
      partitions: [open[0], { day: '2026-11-12', retentionClass: 'default' }],
      chunks: [],
    });
  });

  test('the oldest days until a class fits its size, then the oldest chunks of the last one', () => {
    const chunks = [...many(5, '2026-11-18'), ...many(5, '2026-11-19'), ...many(5, '2026-11-20')];
    const held = { chunks, open: [] };
    const first = planExpiry(held, () => ({ bytes: 11 * MiB }), now);
    expect(first.partitions.map(({ day }) => day)).toEqual(['2026-11-18']);
    const second = planExpiry(held, () => ({ bytes: 3 * MiB }), now);
    expect(second.partitions.map(({ day }) => day)).toEqual(['2026-11-18', '2026-11-19']);
    expect(second.chunks).toEqual(chunks.slice(10, 12));
    expect(planExpiry(held, () => ({}), now)).toEqual({ partitions: [], chunks: [] });
  });
});
