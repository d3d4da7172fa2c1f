import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deliveryId, keyOf, timePrefix } from './delivery-id.ts';

const time = fc.integer({ min: 0, max: 4_102_444_800_000 });

test('the order of ids is the newest first', () => {
  fc.assert(
    fc.property(time, time, fc.string(), fc.string(), (a, b, message, place) => {
      fc.pre(a !== b);
      const [older, newer] = a < b ? [a, b] : [b, a];
      return deliveryId(newer, message, place) < deliveryId(older, place, message);
    }),
  );
});

test('what is older than a moment comes behind its prefix', () => {
  const moment = 1_750_000_000_000;
  expect(deliveryId(moment - 1, 'm', 'p') > timePrefix(moment)).toBe(true);
  expect(deliveryId(moment + 1, 'm', 'p') < timePrefix(moment)).toBe(true);
});

test('keys differ wherever the texts do, also where they are cut elsewhere', () => {
  expect(keyOf('a', 'b')).toBe(keyOf('a', 'b'));
  expect(keyOf('ab', '')).not.toBe(keyOf('a', 'b'));
  expect(keyOf('a', 'b')).toMatch(/^[0-9a-f]{32}$/);
});
