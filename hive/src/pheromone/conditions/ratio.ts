import { EVENT_TIME_SKEW_MS_MAX } from '@apiary/common/limits/alerts.ts';
import type { RuleCondition } from '@apiary/common/messages/alerts.ts';
import { Buckets, StepClock, stepOf } from './buckets.ts';
import type {
  Condition,
  ConditionStart,
  Held,
  Sample,
  SampleSource,
  Verdict,
} from './condition.ts';
import { GroupTable } from './group-table.ts';
import { Holding } from './holding.ts';

type Ratio = Extract<RuleCondition, { type: 'ratio' }>;

interface Pair {
  readonly query: Buckets;
  readonly of: Buckets;
}

/** Matches of the rule's query as a share of those of another, in one window. Waits. */
export class RatioCondition implements Condition {
  readonly field = undefined;
  readonly horizonMs: number;
  readonly #condition: Ratio;
  readonly #clock: StepClock;
  readonly #holding = new Holding();
  readonly #groups: GroupTable<Pair>;

  constructor(condition: Ratio, { sinceMs }: ConditionStart) {
    const stepMs = stepOf(condition.windowMs);
    this.#condition = condition;
    this.horizonMs = condition.windowMs + EVENT_TIME_SKEW_MS_MAX;
    this.#clock = new StepClock(stepMs, sinceMs + condition.windowMs);
    this.#groups = new GroupTable(
      () => ({ query: new Buckets(stepMs), of: new Buckets(stepMs) }),
      ({ of }) => !of.isEmpty,
    );
  }

  add(sample: Sample, source: SampleSource): void {
    this.#groups.touch(sample.group)[source].add(sample.timeMs, sample.id);
  }

  advance(watermarkMs: number): void {
    for (const endMs of this.#clock.passed(watermarkMs)) {
      for (const [group, pair] of this.#groups.entries()) {
        this.#judge(group, pair, endMs);
        pair.query.prune(endMs - this.horizonMs);
        pair.of.prune(endMs - this.horizonMs);
        const isEmpty = pair.query.isEmpty && pair.of.isEmpty;
        if (isEmpty && !this.#holding.has(group)) this.#groups.delete(group);
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

  #judge(group: string, { query, of }: Pair, endMs: number): void {
    const { windowMs, above, minimum } = this.#condition;
    const fromMs = endMs - windowMs;
    const matches = query.count(fromMs, endMs);
    const all = of.count(fromMs, endMs);
    const share = all === 0 ? 0 : matches / all;
    this.#holding.set({
      group,
      holds: all >= minimum && share > above,
      atMs: endMs,
      first: () => query.first(fromMs, endMs) ?? `${endMs}`,
      value: share,
    });
  }
}
