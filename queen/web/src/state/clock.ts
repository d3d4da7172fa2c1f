import type { Clock } from '@apiary/common/clock.ts';

/** The browser's clock: the same interface as elsewhere, with timers that are numbers. */
export const browserClock: Clock = {
  now: () => Date.now(),
  after(delayMs, task) {
    const timer = window.setTimeout(task, delayMs);
    return () => window.clearTimeout(timer);
  },
};
