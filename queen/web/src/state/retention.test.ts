import { describe, expect, test } from '@jest/globals';
import { lossOf, setClasses } from './retention.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');

const partition = (day: string, storedBytes: number, retentionClass = 'default') => ({
  day,
  retentionClass,
  chunks: 1,
  records: storedBytes / 10,
  rawBytes: storedBytes * 20,
  storedBytes,
  formats: [],
});

const held = {
  name: 'default',
  partitions: [
    partition('2026-11-20', 300),
    partition('2026-11-18', 200),
    partition('2026-11-10', 100),
    partition('2026-11-01', 999, 'audit'),
  ],
};

describe('what a change of retention deletes', () => {
  test('is nothing where everything fits', () => {
    expect(lossOf(held, {}, NOW)).toEqual({ storedBytes: 0, records: 0, days: [] });
    expect(lossOf(held, { days: 10, bytes: 600 }, NOW)).toMatchObject({ storedBytes: 0 });
  });

  test('is the days past its age', () => {
    expect(lossOf(held, { days: 9 }, NOW)).toEqual({
      storedBytes: 100,
      records: 10,
      days: ['2026-11-10'],
    });
  });

  test('is the oldest until it fits its size, at last a part of the newest day', () => {
    expect(lossOf(held, { bytes: 450 }, NOW).days).toEqual(['2026-11-10', '2026-11-18']);
    expect(lossOf(held, { bytes: 150 }, NOW)).toMatchObject({
      storedBytes: 450,
      days: ['2026-11-10', '2026-11-18', '2026-11-20'],
    });
    expect(lossOf(held, { days: 2, bytes: 300 }, NOW).days).toEqual(['2026-11-10', '2026-11-18']);
  });

  test('classes that were removed are not set again', () => {
    const view = { active: true, chunks: 0, records: 0, rawBytes: 0, storedBytes: 0 };
    const classes = [
      { name: 'default', tags: [], days: 3, ...view },
      { name: 'old', tags: ['x'], ...view, active: false },
    ];
    expect(setClasses(classes)).toEqual([{ name: 'default', tags: [], days: 3 }]);
  });
});
