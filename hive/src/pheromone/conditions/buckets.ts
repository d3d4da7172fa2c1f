/**
 * Counts by steps of a window, for conditions that wait: a window is judged at each step's end, once the
 * watermark is WATERMARK_GRACE_MS past it. What comes later still counts in the windows after.
 */
import { WATERMARK_GRACE_MS, WINDOW_STEPS_MAX } from '@apiary/common/limits/alerts.ts';

/** Steps that are judged one by one when the watermark jumps; those before are skipped. */
const STEPS_AT_ONCE_MAX = 1_000;

/** The length of a window's steps: whole seconds that divide it, at most WINDOW_STEPS_MAX of them. */
export function stepOf(windowMs: number): number {
  const seconds = windowMs / 1000;
  let steps = Math.min(WINDOW_STEPS_MAX, seconds);
  while (seconds % steps !== 0) steps--;
  return windowMs / steps;
}

/** Walks over the steps' ends that a watermark has passed. */
export class StepClock {
  readonly stepMs: number;
  #judgedMs: number;

  /** `fromMs`: the first window end that may be judged. */
  constructor(stepMs: number, fromMs: number) {
    this.stepMs = stepMs;
    this.#judgedMs = Math.ceil(fromMs / stepMs) * stepMs - stepMs;
  }

  /** The watermark at which the next step can be judged. */
  get dueMs(): number {
    return this.#judgedMs + this.stepMs + WATERMARK_GRACE_MS;
  }

  /** Ends of steps to judge now, ascending. */
  *passed(watermarkMs: number): Generator<number> {
    const last = Math.floor((watermarkMs - WATERMARK_GRACE_MS) / this.stepMs) * this.stepMs;
    const skipTo = last - STEPS_AT_ONCE_MAX * this.stepMs;
    if (this.#judgedMs < skipTo) this.#judgedMs = skipTo;
    while (this.#judgedMs < last) {
      this.#judgedMs += this.stepMs;
      yield this.#judgedMs;
    }
  }
}

/** Counts of one group by step. */
export class Buckets {
  readonly #stepMs: number;
  readonly #counts = new Map<number, number>();
  readonly #first = new Map<number, { id: string; timeMs: number }>();

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  add(timeMs: number, id: string): void {
    const step = Math.floor(timeMs / this.#stepMs);
    this.#counts.set(step, (this.#counts.get(step) ?? 0) + 1);
    const first = this.#first.get(step);
    if (!first || timeMs < first.timeMs) this.#first.set(step, { id, timeMs });
  }

  /** Samples in [from, to), both ends of steps. */
  count(fromMs: number, toMs: number): number {
    let sum = 0;
    const end = toMs / this.#stepMs;
    for (let step = fromMs / this.#stepMs; step < end; step++) sum += this.#counts.get(step) ?? 0;
    return sum;
  }

  /** The first sample of [from, to). */
  first(fromMs: number, toMs: number): string | undefined {
    const end = toMs / this.#stepMs;
    for (let step = fromMs / this.#stepMs; step < end; step++) {
      const first = this.#first.get(step);
      if (first) return first.id;
    }
    return undefined;
  }

  /** Forgets what lies before `fromMs`. */
  prune(fromMs: number): void {
    for (const step of this.#counts.keys()) {
      if ((step + 1) * this.#stepMs > fromMs) continue;
      this.#counts.delete(step);
      this.#first.delete(step);
    }
  }
}
