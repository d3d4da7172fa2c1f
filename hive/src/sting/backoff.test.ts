import { DELIVERY_RETRY_MS_MAX } from '@apiary/common/limits/deliveries.ts';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { retryPauseMs } from './backoff.ts';

test('pauses double, and end at the longest', () => {
  const pauses = [1, 2, 3, 4, 20].map((failures) => retryPauseMs(failures, 1));
  expect(pauses).toEqual([1000, 2000, 4000, 8000, DELIVERY_RETRY_MS_MAX]);
});

test('what failed together comes back anywhere in the second half', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (n, r) => {
        const full = retryPauseMs(n, 1);
        const pause = retryPauseMs(n, r);
        return pause >= full / 2 && pause <= full;
      },
    ),
  );
});
