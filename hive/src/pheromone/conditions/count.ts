import type { RuleCondition } from '@apiary/common/messages/alerts.ts';
import type { Condition, Held, Sample, Verdict } from './condition.ts';
import { WindowCount } from './window-count.ts';

/** `count` matches within a window, in each group. Monotone. */
export class CountCondition implements Condition {
  readonly field = undefined;
  readonly #windows: WindowCount;

  constructor({ count, windowMs }: Extract<RuleCondition, { type: 'count' }>) {
    this.#windows = new WindowCount(count, windowMs);
  }

  get horizonMs(): number {
    return this.#windows.horizonMs;
  }

  add(sample: Sample): void {
    this.#windows.add(sample);
  }

  advance(watermarkMs: number): void {
    this.#windows.advance(watermarkMs);
  }

  dueMs(): number | undefined {
    return this.#windows.dueMs();
  }

  take(): Verdict[] {
    return this.#windows.take();
  }

  restore(held: Held): void {
    this.#windows.restore(held);
  }

  memory(): undefined {
    return undefined;
  }
}
