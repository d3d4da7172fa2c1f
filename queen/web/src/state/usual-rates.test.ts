import { describe, expect, test } from '@jest/globals';
import { againstUsual, ratesOf } from './usual-rates.ts';

const series = (value: string, counts: number[]) => ({
  kind: 'value' as const,
  value,
  total: counts.reduce((sum, count) => sum + count, 0),
  counts,
});

describe('the usual rate of an agent', () => {
  test('is the median of the quarters in which it sent, and needs two hours of them', () => {
    const rates = ratesOf({
      from: 0,
      step: 900_000,
      series: [
        series('steady', Array<number>(96).fill(900)),
        series('burst', [...Array<number>(88).fill(0), ...Array<number>(7).fill(9_000), 9_000_000]),
        series('new', [...Array<number>(89).fill(0), ...Array<number>(7).fill(9_000)]),
        { kind: 'rest', total: 3, counts: [0, 0, 0, 0, 0, 3] },
      ],
    });
    expect([...rates]).toEqual([
      ['steady', 1],
      ['burst', 10],
    ]);
  });

  test('is told as a factor where it differs', () => {
    expect(againstUsual(12, 10)).toEqual({ text: 'as usual', isUnusual: false });
    expect(againstUsual(31, 10)).toEqual({ text: '3.1×', isUnusual: true });
    expect(againstUsual(180, 10)).toEqual({ text: '18×', isUnusual: true });
    expect(againstUsual(11_217, 1)).toEqual({ text: 'over 100×', isUnusual: true });
    expect(againstUsual(1, 10)).toEqual({ text: '0.1×', isUnusual: false });
    expect(againstUsual(0, 10)).toEqual({ text: 'at rest', isUnusual: false });
    expect(againstUsual(1, undefined)).toEqual({ text: 'new today', isUnusual: false });
  });
});
