import { describe, expect, test } from '@jest/globals';
import { CommitBound } from './commit-bound.ts';
import { baseOf } from './stretch.ts';

describe('how far commits had come', () => {
  test('where there is one stretch it is a number', () => {
    const bound = new CommitBound([7]);
    expect([6, 7, 8].map((sequence) => bound.isWithin(sequence))).toEqual([true, true, false]);
    expect(bound.isWithin(baseOf(1) + 1)).toBe(false);
    expect(bound.mayHave({ firstSequence: 7, lastSequence: 9 })).toBe(true);
    expect(bound.hasAll({ firstSequence: 7, lastSequence: 9 })).toBe(false);
    expect(bound.mayHave({ firstSequence: 8, lastSequence: 9 })).toBe(false);
    expect(bound.hasAll({ firstSequence: 1, lastSequence: 7 })).toBe(true);
  });

  test('of stretches that are over everything counts, of those to come nothing', () => {
    const bound = new CommitBound([baseOf(2) + 5, baseOf(4)]);
    const isWithin = (sequence: number) => bound.isWithin(sequence);
    expect([baseOf(1) + 99, baseOf(2) + 5, baseOf(3) + 12].every(isWithin)).toBe(true);
    expect([baseOf(2) + 6, baseOf(4) + 1, baseOf(5) + 1].some(isWithin)).toBe(false);
    const overTwo = { firstSequence: baseOf(2) + 9, lastSequence: baseOf(3) + 1 };
    expect([bound.mayHave(overTwo), bound.hasAll(overTwo)]).toEqual([true, false]);
  });

  test('two of them together are within both', () => {
    const bounds: [CommitBound, CommitBound] = [
      new CommitBound([baseOf(1) + 5, baseOf(3) + 2]),
      new CommitBound([baseOf(1) + 9, baseOf(2) + 4]),
    ];
    for (const [one, other] of [bounds, [...bounds].reverse() as typeof bounds]) {
      const both = one.and(other);
      for (let stretch = 0; stretch < 5; stretch++) {
        for (let number = 1; number < 12; number++) {
          const sequence = baseOf(stretch) + number;
          const expected = one.isWithin(sequence) && other.isWithin(sequence);
          expect({ sequence, is: both.isWithin(sequence) }).toEqual({ sequence, is: expected });
        }
      }
    }
  });
});
