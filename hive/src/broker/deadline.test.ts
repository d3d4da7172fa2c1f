import { ManualClock } from '@apiary/common/clock.ts';
import { expect, test } from '@jest/globals';
import { Deadline } from './deadline.ts';

test('happens once, when it was last set to', () => {
  const clock = new ManualClock(0);
  let count = 0;
  const deadline = new Deadline(clock, () => count++);
  deadline.set(100);
  deadline.set(50);
  clock.advance(60);
  expect(count).toBe(1);
  deadline.set(200);
  deadline.set(Number.POSITIVE_INFINITY);
  clock.advance(1_000);
  expect(count).toBe(1);
});

test('may be further away than a timer can wait', () => {
  const clock = new ManualClock(0);
  let count = 0;
  const deadline = new Deadline(clock, () => count++);
  deadline.set(2 ** 32);
  clock.advance(2 ** 32 - 1);
  expect(count).toBe(0);
  clock.advance(1);
  expect(count).toBe(1);
});
