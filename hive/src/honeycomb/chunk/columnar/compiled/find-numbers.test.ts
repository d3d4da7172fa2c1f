import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findNumbers, wantedNumbers } from './find-numbers.ts';

/** Numbers as planes of their bytes. */
function frameOf(numbers: readonly number[], planes: number) {
  const bytes = Array.from({ length: planes }, (_, plane) =>
    numbers.map((number) => (number >> (8 * plane)) & 0xff),
  );
  return { values: numbers.length, planes: Buffer.from(bytes.flat()) };
}

function found(numbers: readonly number[], planes: number, wanted: ReadonlySet<number>) {
  const flags = new Uint8Array(1 << (8 * Math.min(planes, 2) + (planes > 2 ? 2 : 0)));
  for (const number of wanted) flags[number] = 1;
  const frame = frameOf(numbers, planes);
  const want = wantedNumbers(flags);
  return (from: number, to: number) => {
    const values: number[] = [];
    findNumbers(frame, { from, to }, want, (value) => values.push(value));
    return values;
  };
}

test.each([
  [1, 0xff],
  [2, 0xffff],
  [3, 0x3ffff],
])('numbers that are wanted are found in %s planes', (planes, most) => {
  const number = fc.oneof(fc.integer({ min: 0, max: most }), fc.integer({ min: 0, max: 40 }));
  const numbers = fc.array(number, { minLength: 1, maxLength: 200 });
  const place = fc.integer({ min: 0, max: 200 });
  fc.assert(
    fc.property(numbers, fc.array(number), place, place, (all, others, one, other) => {
      const wanted = new Set([...others, ...all.filter((_, at) => at % 3 === 0)]);
      const [from, to] = [one, other].map((at) => Math.min(at, all.length)).sort((a, b) => a - b);
      const expected = [...all.keys()].filter(
        (at) => at >= (from ?? 0) && at < (to ?? 0) && wanted.has(all[at] ?? -1),
      );
      expect(found(all, planes, wanted)(from ?? 0, to ?? 0)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('more are found than the loop gives at once', () => {
  const numbers = Array.from({ length: 20_000 }, (_, at) => at % 700);
  const wanted = new Set(Array.from({ length: 600 }, (_, at) => at));
  const expected = [...numbers.keys()].filter((at) => at % 700 < 600);
  expect(found(numbers, 2, wanted)(0, numbers.length)).toEqual(expected);
});
