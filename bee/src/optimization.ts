/**
 * V8's optimizing compilers stay away until a Bee has work for them. What it does most, reading, compressing and
 * signing, is native code already; and one that follows quiet logs would keep for good the pages of two compilers and
 * what they made. Measured with 2,000 files: 10 MB.
 */
import { setFlagsFromString } from 'node:v8';
import type { Clock } from '@apiary/common/clock.ts';
import {
  OPTIMIZE_LOOK_MS,
  OPTIMIZE_LOOKS_MAX,
  OPTIMIZE_PAST_BYTES,
} from '@apiary/common/limits/tailing.ts';
import type { Ledger } from './ledger.ts';

/** For a process that is a Bee and nothing else; before it begins. {@link Optimization} ends it. */
export function beginUnoptimized(): void {
  // Measured: 8 MB less with thousands of files.
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--no-opt');
  setFlagsFromString('--no-maglev');
}

/**
 * Lets the compilers work once more than OPTIMIZE_PAST_BYTES have been read within OPTIMIZE_LOOKS_MAX looks: a Bee that reads
 * a little at a time, or a few files at its start, would keep what they need and have nothing of it. Looks until then, or
 * until it is stopped.
 */
export class Optimization {
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  readonly #allow: () => void;
  #cancel: (() => void) | undefined;
  #looks = 0;
  /** What had been read when the looks began to be counted. */
  #readBefore = 0;

  /** @param allow for tests */
  constructor(clock: Clock, ledger: Ledger, allow: () => void = allowOptimizing) {
    this.#clock = clock;
    this.#ledger = ledger;
    this.#allow = allow;
    this.#await();
  }

  /** Looks no more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #await(): void {
    this.#cancel = this.#clock.after(OPTIMIZE_LOOK_MS, () => {
      if (this.#isBusy()) this.#allow();
      else this.#await();
    });
  }

  #isBusy(): boolean {
    const { bytesRead } = this.#ledger.totals;
    if (bytesRead - this.#readBefore > OPTIMIZE_PAST_BYTES) return true;
    if (++this.#looks >= OPTIMIZE_LOOKS_MAX) {
      this.#looks = 0;
      this.#readBefore = bytesRead;
    }
    return false;
  }
}

function allowOptimizing(): void {
  // With it each collection compacts, and the next one comes soon: measured, 8 % of the processor time under load.
  setFlagsFromString('--no-optimize-for-size');
  setFlagsFromString('--opt');
  setFlagsFromString('--maglev');
}
