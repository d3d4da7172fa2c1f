import { ManualClock } from '@apiary/common/clock.ts';
import { OPTIMIZE_LOOK_MS, OPTIMIZE_PAST_BYTES } from '@apiary/common/limits/tailing.ts';
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
