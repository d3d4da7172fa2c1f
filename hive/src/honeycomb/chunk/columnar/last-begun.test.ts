import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lastBegun } from './last-begun.ts';

test('the last piece that begins at a place or before it, of pieces that may be empty', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(lengths, fc.nat(), fc.nat(), (all, anyPlace, anyFirst) => {
      const begins = [0];
      for (const length of all) begins.push((begins.at(-1) ?? 0) + length);
      const place = anyPlace % ((begins.at(-1) ?? 0) + 1);
      const last = begins.slice(0, -1).findLastIndex((begin) => begin <= place);
      const first = anyFirst % (last + 1);
      expect(lastBegun(begins, place)).toBe(last);
      expect(lastBegun(Float64Array.from(begins), place, first)).toBe(last);
    }),
  );
});

test('the only piece, and where there is none the first', () => {
  expect(lastBegun([0, 7], 3)).toBe(0);
  expect(lastBegun([0], 0)).toBe(0);
});
