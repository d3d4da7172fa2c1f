import { describe, expect, test } from '@jest/globals';
import { againstUsual, ratesOf } from './usual-rates.ts';

const series = (value: string, counts: number[]) => ({
  kind: 'value' as const,
  value,
  total: counts.reduce((sum, count) => sum + count, 0),
  counts,
});

describe('the usual rate of an agent', () => {
  test('counts from its first line of the day on, and needs an hour of it', () => {
    const rates = ratesOf({
      from: 0,
      step: 900_000,
      series: [
        series('old', [900, 900, 900, 900, 900, 900]),
        series('late', [0, 0, 9_000, 9_000, 9_000, 9_000]),
        series('new', [0, 0, 0, 0, 9_000, 9_000]),
        { kind: 'rest', total: 3, counts: [0, 0, 0, 0, 0, 3] },
      ],
    });
    expect([...rates]).toEqual([
      ['old', 1],
      ['late', 10],
    ]);
  });

  test('is told as a factor where it differs', () => {
    expect(againstUsual(12, 10)).toEqual({ text: 'as usual', isUnusual: false });
    expect(againstUsual(31, 10)).toEqual({ text: '3.1×', isUnusual: true });
    expect(againstUsual(180, 10)).toEqual({ text: '18×', isUnusual: true });
    expect(againstUsual(1, 10)).toEqual({ text: '0.1×', isUnusual: false });
    expect(againstUsual(0, 10)).toEqual({ text: 'at rest', isUnusual: false });
    expect(againstUsual(1, undefined)).toEqual({ text: 'new today', isUnusual: false });
  });
});
