import { ManualClock } from '@apiary/common/clock.ts';
import { IDLE_MEMORY_LOOK_MS } from '@apiary/common/limits/tailing.ts';
import { expect, test } from '@jest/globals';
import { IdleMemory } from './idle-memory.ts';
import { Ledger } from './ledger.ts';

test('memory is given back once after each stretch of work, and not while idle', () => {
  const clock = new ManualClock(0);
  const ledger = new Ledger();
  let collections = 0;
  const rest = new IdleMemory(clock, ledger, () => {
    collections++;
  });
  const pass = (looks: number) => {
    for (let n = 0; n < looks; n++) clock.advance(IDLE_MEMORY_LOOK_MS);
  };
  pass(1);
  expect(collections).toBe(0);
  pass(5);
  expect(collections).toBe(1);
  for (let n = 0; n < 5; n++) {
    ledger.totals.bytesRead += 10;
    pass(1);
  }
  expect(collections).toBe(1);
  pass(5);
  expect(collections).toBe(2);
  ledger.totals.bytesRead += 10;
  rest.stop();
  pass(5);
  expect(collections).toBe(2);
});
