import { EVENT_TIME_SKEW_MS_MAX } from '@apiary/common/limits/alerts.ts';
import type { RuleCondition } from '@apiary/common/messages/alerts.ts';
import { Buckets, StepClock, stepOf } from './buckets.ts';
import type { Condition, ConditionStart, Held, Sample, Verdict } from './condition.ts';
import { GroupTable } from './group-table.ts';
import { Holding } from './holding.ts';

type Rate = Extract<RuleCondition, { type: 'rate' }>;

/** Matches of a window against those of the same window before. Waits. */
export class RateCondition implements Condition {
  readonly field = undefined;
  readonly horizonMs: number;
  readonly #condition: Rate;
  readonly #clock: StepClock;
  readonly #holding = new Holding();
  readonly #groups: GroupTable<Buckets>;

  constructor(condition: Rate, { sinceMs }: ConditionStart) {
    const { windowMs } = condition;
    const stepMs = stepOf(windowMs);
    this.#condition = condition;
    this.horizonMs = 2 * windowMs + EVENT_TIME_SKEW_MS_MAX;
    // Both windows have to be complete before they can be compared.
    this.#clock = new StepClock(stepMs, sinceMs + 2 * windowMs);
    this.#groups = new GroupTable(
      () => new Buckets(stepMs),
      (buckets) => !buckets.isEmpty,
    );
  }

  add(sample: Sample): void {
    this.#groups.touch(sample.group).add(sample.timeMs, sample.id);
  }

  advance(watermarkMs: number): void {
    for (const endMs of this.#clock.passed(watermarkMs)) {
      for (const [group, buckets] of this.#groups.entries()) {
        this.#judge(group, buckets, endMs);
        buckets.prune(endMs - this.horizonMs);
        if (buckets.isEmpty && !this.#holding.has(group)) this.#groups.delete(group);
      }
    }
  }

  dueMs(): number | undefined {
    return this.#groups.size > 0 ? this.#clock.dueMs : undefined;
  }

  take(): Verdict[] {
    return this.#holding.take();
  }

  restore(held: Held): void {
    this.#holding.restore(held);
    this.#groups.touch(held.group);
  }

  memory(): undefined {
    return undefined;
  }

  #judge(group: string, buckets: Buckets, endMs: number): void {
    const { windowMs, factor, minimum, direction } = this.#condition;
    const middleMs = endMs - windowMs;
    const now = buckets.count(middleMs, endMs);
    const before = buckets.count(middleMs - windowMs, middleMs);
    const [larger, smaller] = direction === 'up' ? [now, before] : [before, now];
    this.#holding.set({
      group,
      holds: larger >= minimum && larger >= factor * smaller,
      atMs: endMs,
      // The one that is always there: of the larger window.
      first: () =>
        buckets.first(direction === 'up' ? middleMs : middleMs - windowMs, endMs) ?? `${endMs}`,
      value: before === 0 ? now : now / before,
    });
  }
}
