/** Lines a second of the whole system, as Queen pushes them. */
import { RATE_HISTORY_SECONDS } from '@apiary/common/limits/screens.ts';
import type { Connection } from './connection.ts';
import { Store } from './store.ts';

/** Seconds that the pulse shows. */
export const PULSE_LENGTH = 26;

/** The rate at a moment. It holds until the next one: nothing is pushed while nothing changes. */
export interface RateSample {
  readonly atMs: number;
  readonly linesPerSecond: number;
}

/** The rate now and before, oldest first, at most RATE_HISTORY_SECONDS of them. */
export interface Pulse {
  readonly linesPerSecond: number | undefined;
  readonly samples: readonly RateSample[];
}

/** The pulse of the system; empty until the first push. */
export class RateWatch {
  readonly pulse = new Store<Pulse>({ linesPerSecond: undefined, samples: [] });

  constructor(connection: Connection) {
    connection.whenOpen(() => {
      connection.request('system.watch', {}).catch(() => {});
    });
    connection.on<RateSample>('system.rate', ({ linesPerSecond, atMs }) => {
      const samples = [...this.pulse.get().samples, { atMs, linesPerSecond }];
      this.pulse.set({ linesPerSecond, samples: samples.slice(-RATE_HISTORY_SECONDS) });
    });
  }

  /** Puts what was before the first push in front of it. */
  before(samples: readonly RateSample[]): void {
    const known = this.pulse.get();
    const firstMs = known.samples[0]?.atMs ?? Number.POSITIVE_INFINITY;
    const earlier = samples.filter(({ atMs }) => atMs < firstMs);
    if (earlier.length === 0) return;
    const all = [...earlier, ...known.samples].slice(-RATE_HISTORY_SECONDS);
    this.pulse.set({ ...known, samples: all });
  }
}

/** The rate in each of the last `count` seconds up to `nowMs`, oldest first. */
export function ratesBySecond(
  samples: readonly RateSample[],
  nowMs: number,
  count: number,
): number[] {
  const rates: number[] = [];
  let at = 0;
  let last = 0;
  for (let second = 0; second < count; second++) {
    const endMs = nowMs - (count - 1 - second) * 1_000;
    for (; (samples[at]?.atMs ?? Number.POSITIVE_INFINITY) <= endMs; at++) {
      last = samples[at]?.linesPerSecond ?? 0;
    }
    rates.push(last);
  }
  return rates;
}
