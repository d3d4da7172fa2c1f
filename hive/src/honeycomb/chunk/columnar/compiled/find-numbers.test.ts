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
  return findNumbers(frameOf(numbers, layout), wantedNumbers(flags));
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
  fc.assert(
    fc.property(numbers, fc.array(number), (all, others) => {
      const wanted = new Set([...others, ...all.filter((_, at) => at % 3 === 0)]);
      const expected = [...all.keys()].filter((at) => wanted.has(all[at] ?? -1));
      expect(found(all, layout, wanted)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('more are found than the loop gives at once', () => {
  const numbers = Array.from({ length: 20_000 }, (_, at) => at % 700);
  const wanted = new Set(Array.from({ length: 600 }, (_, at) => at));
  const expected = [...numbers.keys()].filter((at) => at % 700 < 600);
  expect(found(numbers, numberLayout(700), wanted)).toEqual(expected);
});

test('frames of several lengths are looked through for the same numbers', () => {
  const flags = new Uint8Array(700);
  flags[5] = 1;
  const wanted = wantedNumbers(flags);
  for (const length of [100, 40, 5_000, 64, 65]) {
    const numbers = Array.from({ length }, (_, at) => at % 33);
    const expected = [...numbers.keys()].filter((at) => at % 33 === 5);
    expect(findNumbers(frameOf(numbers, numberLayout(700)), wanted)).toEqual(expected);
  }
});
