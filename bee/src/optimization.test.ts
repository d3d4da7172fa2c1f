import { ManualClock } from '@apiary/common/clock.ts';
import {
  OPTIMIZE_LOOK_MS,
  OPTIMIZE_LOOKS_MAX,
  OPTIMIZE_PAST_BYTES,
} from '@apiary/common/limits/tailing.ts';
import { expect, test } from '@jest/globals';
import { Ledger } from './ledger.ts';
import { Optimization } from './optimization.ts';

test('the optimizing compilers are let in once, when enough has been read', () => {
  const clock = new ManualClock(0);
  const ledger = new Ledger();
  let allowed = 0;
  new Optimization(clock, ledger, () => {
    allowed++;
  });
  ledger.totals.bytesRead = OPTIMIZE_PAST_BYTES;
  clock.advance(OPTIMIZE_LOOK_MS);
  expect(allowed).toBe(0);
  ledger.totals.bytesRead++;
  clock.advance(OPTIMIZE_LOOK_MS);
  clock.advance(OPTIMIZE_LOOK_MS);
  expect(allowed).toBe(1);
});

test('what is read a little at a time lets nobody in, and a busy minute after it does', () => {
  const clock = new ManualClock(0);
  const ledger = new Ledger();
  let allowed = 0;
  new Optimization(clock, ledger, () => {
    allowed++;
  });
  const look = (bytes: number) => {
    ledger.totals.bytesRead += bytes;
    clock.advance(OPTIMIZE_LOOK_MS);
  };
  const little = Math.floor(OPTIMIZE_PAST_BYTES / OPTIMIZE_LOOKS_MAX);
  for (let n = 0; n < 10 * OPTIMIZE_LOOKS_MAX; n++) look(little);
  expect(allowed).toBe(0);
  look(OPTIMIZE_PAST_BYTES);
  look(1);
  expect(allowed).toBe(1);
});

test('one that was stopped lets nobody in', () => {
  const clock = new ManualClock(0);
  const ledger = new Ledger();
  let allowed = 0;
  const optimization = new Optimization(clock, ledger, () => {
    allowed++;
  });
  ledger.totals.bytesRead = OPTIMIZE_PAST_BYTES + 1;
  optimization.stop();
  clock.advance(OPTIMIZE_LOOK_MS);
  expect(allowed).toBe(0);
});
