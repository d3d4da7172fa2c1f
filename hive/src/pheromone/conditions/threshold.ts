import type { RuleCondition } from '@apiary/common/messages/alerts.ts';
import type { Condition, Held, Sample, Verdict } from './condition.ts';
import { isBeyond, numberOf } from './number-value.ts';
import { WindowCount } from './window-count.ts';

type Threshold = Extract<RuleCondition, { type: 'threshold' }>;

/** `count` values of a field above or below a bound within a window. Monotone. */
export class ThresholdCondition implements Condition {
  readonly field: string;
  readonly #condition: Threshold;
  readonly #windows: WindowCount;
  /** Verdicts are taken after each sample, so the last value is the one that made it hold. */
  #last = Number.NaN;

  constructor(condition: Threshold) {
    this.#condition = condition;
    this.field = condition.field;
    this.#windows = new WindowCount(condition.count, condition.windowMs);
  }

  get horizonMs(): number {
    return this.#windows.horizonMs;
  }

  add(sample: Sample): void {
    const beyond = sample.values.map(numberOf).find((value) => isBeyond(value, this.#condition));
    if (beyond === undefined) return;
    this.#last = beyond;
    this.#windows.add(sample);
  }

  advance(watermarkMs: number): void {
    this.#windows.advance(watermarkMs);
  }

  dueMs(): number | undefined {
    return this.#windows.dueMs();
  }

  /** The value told is the one that was measured, not how many there were. */
  take(): Verdict[] {
    return this.#windows
      .take()
      .map((verdict) => (verdict.holds ? { ...verdict, value: this.#last } : verdict));
  }

  restore(held: Held): void {
    this.#windows.restore(held);
  }

  memory(): undefined {
    return undefined;
  }
}
