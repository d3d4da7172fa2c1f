import { describe, expect, test } from '@jest/globals';
import { groupAccuracy } from './accuracy.ts';
import { labelledLines } from './labelled-samples.ts';
import { ownTruth } from './own-truth.ts';

const closed = (n: number, event: string) => ({ line: `closed by 10.0.0.${n}`, event });

describe('group accuracy', () => {
  test('counts lines whose group is exactly that of the ground truth', () => {
    const other = { line: 'all is well', event: 'b' };
    expect(groupAccuracy([closed(1, 'a'), closed(2, 'a'), other])).toBe(1);
  });

  test('counts no line of a group that should have been two, or is a part of one', () => {
    const other = { line: 'all is well', event: 'c' };
    expect(groupAccuracy([closed(1, 'a'), closed(2, 'b'), other])).toBeCloseTo(1 / 3);
    expect(groupAccuracy([closed(1, 'c'), closed(2, 'c'), other])).toBe(0);
  });

  test('is as good as can be on the own ground truth', () => {
    expect(groupAccuracy(ownTruth())).toBeGreaterThanOrEqual(0.9);
  });
});

test('reads quoted cells of a structured sample', () => {
  const text = 'LineId,Content,EventId\r\n1,"said ""no"", and left",E1\r\n2,plain,E2\n';
  expect(labelledLines(text)).toEqual([
    { line: 'said "no", and left', event: 'E1' },
    { line: 'plain', event: 'E2' },
  ]);
  expect(() => labelledLines('a,b\n1,2\n')).toThrow('Content');
});
