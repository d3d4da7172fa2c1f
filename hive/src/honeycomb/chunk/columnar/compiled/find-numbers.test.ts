import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type NumberLayout, numberLayout, planesBytes } from '../number-frame.ts';
import { findNumbers, wantedNumbers } from './find-numbers.ts';

/** Numbers as planes. */
function frameOf(numbers: readonly number[], layout: NumberLayout) {
  const bytes = Array.from({ length: layout.bytes }, (_, plane) =>
    numbers.map((number) => (number >> (8 * plane)) & 0xff),
  );
  const high = numbers
    .flatMap((number) => Array.from({ length: layout.highBits }, (_, bit) => number >> (16 + bit)))
    .map((bit, at) => (bit & 1) << (at & 7));
  const packed = Array.from({ length: Math.ceil(high.length / 8) }, (_, at) =>
    high.slice(8 * at, 8 * at + 8).reduce((sum, bit) => sum + bit, 0),
  );
  const planes = Buffer.from([...bytes.flat(), ...packed]);
  expect(planes.length).toBe(planesBytes(layout, numbers.length));
  return { values: numbers.length, planes, layout };
}

function found(numbers: readonly number[], layout: NumberLayout, wanted: ReadonlySet<number>) {
  const flags = new Uint8Array(1 << (8 * layout.bytes + layout.highBits));
  for (const number of wanted) flags[number] = 1;
  const frame = frameOf(numbers, layout);
  const want = wantedNumbers(flags);
  return (from: number, to: number) => {
    const values: number[] = [];
    findNumbers(frame, { from, to }, want, (value) => values.push(value));
    return values;
  };
}

test.each([
  ['a plane', 0xff, undefined],
  ['two planes', 0xffff, undefined],
  ['three planes, one bit', 0x1ffff, undefined],
  ['three planes, two bits', 0x3ffff, undefined],
  ['three planes, four bits', 0xfffff, undefined],
  ['three planes, more bits than they need', 0x3ffff, 8],
])('numbers that are wanted are found in %s', (_, most, highBits) => {
  const layout = numberLayout(most + 1, highBits);
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
      expect(found(all, layout, wanted)(from ?? 0, to ?? 0)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('more are found than the loop gives at once', () => {
  const numbers = Array.from({ length: 20_000 }, (_, at) => at % 700);
  const wanted = new Set(Array.from({ length: 600 }, (_, at) => at));
  const expected = [...numbers.keys()].filter((at) => at % 700 < 600);
  expect(found(numbers, numberLayout(700), wanted)(0, numbers.length)).toEqual(expected);
});
