import type { RuleCondition } from '@apiary/common/messages/alerts.ts';
import type { Condition, Held, Sample, Verdict } from './condition.ts';
import { WindowCount } from './window-count.ts';

type Threshold = Extract<RuleCondition, { type: 'threshold' }>;

/** A number as lines write it, a unit behind it left aside: `12`, `-0.5`, `1e3`, `120ms`, `99%`. */
const NUMBER = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(?:[a-zµ%]{0,4})\s*$/i;

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
    const beyond = sample.values.map(numberOf).find((value) => this.#isBeyond(value));
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

  #isBeyond(value: number): boolean {
    const { direction, value: bound } = this.#condition;
    return direction === 'above' ? value > bound : value < bound;
  }
}

function numberOf(text: string): number {
  return Number(NUMBER.exec(text)?.[1] ?? Number.NaN);
}
