import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ones } from './row-counts.ts';

test('flags are counted, few and many, wherever they begin', () => {
  const flag = fc.constantFrom<0 | 1>(0, 1);
  const flags = fc.oneof(
    fc.array(flag, { maxLength: 200 }),
    fc.array(flag, { minLength: 1_000, maxLength: 3_000 }),
  );
  fc.assert(
    fc.property(flags, fc.integer({ min: 0, max: 7 }), (all, from) => {
      const own = all.slice(from);
      const expected = own.filter((each) => each === 1).length;
      expect(ones(Uint8Array.from(all).subarray(from))).toBe(expected);
    }),
  );
  expect(ones(new Uint8Array(100_003).fill(1))).toBe(100_003);
});
