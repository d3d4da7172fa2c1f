/**
 * How fast chunks are merged: one at a time, and behind each a rest in proportion to what it took, so that merging
 * has a bounded share of the time however much there is to merge; the more a machine has to do, the longer a
 * merge takes, and the rest behind it. A rest is longer where searches run or chunks wait to be sealed.
 */
import type { Clock } from '@apiary/common/clock.ts';
import {
  MERGE_REST_FACTOR,
  MERGE_REST_MS_MAX,
  MERGE_RESTS_MAX,
} from '@apiary/common/limits/store.ts';

/** What it works with. */
export interface MergePaceContext {
  readonly clock: Clock;
  /** True while there is something to do that people wait for. */
  readonly isBusy: () => boolean;
}

/** See the file's head. */
export class MergePace {
  readonly #context: MergePaceContext;
  #untilMs = 0;
  #restMs = 0;
  #further = 0;

  constructor(context: MergePaceContext) {
    this.#context = context;
  }

  /**
   * How long nothing is to be merged from now on, in milliseconds; 0 where something may be. Asked while there is
   * something to do that people wait for, a rest that is over begins anew.
   */
  restMs(): number {
    const { clock, isBusy } = this.#context;
    const now = clock.now();
    if (now >= this.#untilMs && this.#further > 0 && isBusy()) {
      this.#further--;
      this.#untilMs = now + this.#restMs;
    }
    return Math.max(0, this.#untilMs - now);
  }

  /**
   * Takes note of a merge that is over, done or failed.
   *
   * @param honeycombs that merge in turns: each of them rests so much longer
   */
  merged(tookMs: number, honeycombs: number): void {
    this.#restMs = Math.min(tookMs * MERGE_REST_FACTOR * honeycombs, MERGE_REST_MS_MAX);
    this.#untilMs = this.#context.clock.now() + this.#restMs;
    this.#further = MERGE_RESTS_MAX - 1;
  }
}
