import { TRY_BUCKETS } from '@apiary/common/limits/alerts.ts';
import type { RuleCondition } from '@apiary/common/messages/alerts.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RuleMeasure } from './measure.ts';

const RANGE = { from: 0, to: TRY_BUCKETS * 1_000 };

function recordAt(time: number, body = 'x', host = 'web-1'): LogRecord {
  return {
    ...{ id: `${time}`, time, observed: time, host, body, agent: 'a', target: 't' },
    ...{ file: '/f', tags: [], offset: 0, end: 1 },
  } as LogRecord;
}

function measured(condition: RuleCondition, groupBy: string[] = []) {
  return new RuleMeasure({ condition, groupBy }, RANGE);
}

describe('what a rule measured', () => {
  test('is, of a count, the matches of its window, of the fullest group', () => {
    const measure = measured({ type: 'count', count: 5, windowMs: 2_000 }, ['host']);
    for (const [time, host] of [
      [100, 'a'],
      [200, 'b'],
      [300, 'a'],
      [2_200, 'a'],
      [9_000, 'b'],
    ] as const) {
      measure.add(recordAt(time, 'x', host), 'query');
    }
    const { from, step, values } = measure.result;
    expect([from, step]).toEqual([0, 1_000]);
    expect(values.slice(0, 10)).toEqual([2, null, 2, ...Array(6).fill(null), 1]);
  });

  test('is, of a count without groups, as a naive count says', () => {
    const times = fc.array(fc.nat(RANGE.to - 1), { maxLength: 60 });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 20 }), (unsorted, seconds) => {
        const sorted = unsorted.toSorted((a, b) => a - b);
        const windowMs = seconds * 1_000;
        const measure = measured({ type: 'count', count: 5, windowMs });
        for (const time of sorted) measure.add(recordAt(time), 'query');
        const naive = Array.from({ length: TRY_BUCKETS }, (_, at) => {
          const counts = sorted.flatMap((time, index) =>
            Math.floor(time / 1_000) === at
              ? [sorted.slice(0, index + 1).filter((other) => other > time - windowMs).length]
              : [],
          );
          return counts.length === 0 ? null : Math.max(...counts);
        });
        expect(measure.result.values).toEqual(naive);
      }),
    );
  });

  test('is, of a field, its value nearest to the limit', () => {
    const above = { type: 'threshold', field: 'ms', direction: 'above' } as const;
    const high = measured({ ...above, value: 5, count: 1, windowMs: 1_000 });
    const low = measured({ ...above, direction: 'below', value: 5, count: 1, windowMs: 1_000 });
    for (const [time, ms] of [
      [10, 7],
      [20, 3],
      [30, 'soon'],
      [1_500, -2],
    ] as const) {
      for (const each of [high, low]) each.add(recordAt(time, `{"ms":"${ms}"}`), 'query');
    }
    expect(high.result.values.slice(0, 3)).toEqual([7, -2, null]);
    expect(low.result.values.slice(0, 3)).toEqual([3, -2, null]);
  });

  test('is, of a ratio, the share once there is enough to compare with', () => {
    const measure = measured({ type: 'ratio', of: '*', above: 0.1, windowMs: 5_000, minimum: 4 });
    for (const time of [1, 2, 3]) measure.add(recordAt(time), 'of');
    measure.add(recordAt(4), 'query');
    expect(measure.result.values[0]).toBeNull();
    measure.add(recordAt(1_100), 'of');
    expect(measure.result.values[1]).toBe(0.25);
  });

  test('leaves out what lies beyond the stretch', () => {
    const measure = measured({ type: 'absence', windowMs: 1_000 });
    measure.add(recordAt(-1), 'query');
    measure.add(recordAt(RANGE.to), 'query');
    expect(measure.result.values.every((value) => value === null)).toBe(true);
  });
});
