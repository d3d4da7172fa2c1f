import { EVENT_TIME_SKEW_MS_MAX } from '@apiary/common/limits/alerts.ts';
import type { RuleCondition } from '@apiary/common/messages/alerts.ts';
import type { Condition, Held, Sample, Verdict } from './condition.ts';
import { GroupTable } from './group-table.ts';
import { Holding } from './holding.ts';
import { isBeyond, numberOf } from './number-value.ts';

type Sustained = Extract<RuleCondition, { type: 'sustained' }>;

interface Group {
  lastMs: number;
  /** Since when every value was beyond the bound. */
  sinceMs: number | undefined;
  first: string;
}

/**
 * Every value of a field above or below a bound for a whole window: a metric that stays too high. It ends
 * with the first value on the right side, or when no value came for a window and EVENT_TIME_SKEW_MS_MAX.
 * Values that come out of order are passed over.
 */
export class SustainedCondition implements Condition {
  readonly field: string;
  readonly horizonMs: number;
  readonly #condition: Sustained;
  readonly #holding = new Holding();
  readonly #groups = new GroupTable<Group>(
    () => ({ lastMs: Number.NEGATIVE_INFINITY, sinceMs: undefined, first: '' }),
    (group) => group.sinceMs !== undefined,
  );

  constructor(condition: Sustained) {
    this.#condition = condition;
    this.field = condition.field;
    this.horizonMs = condition.windowMs + EVENT_TIME_SKEW_MS_MAX;
  }

  add({ id, timeMs, group: name, values }: Sample): void {
    const value = values.map(numberOf).find((each) => !Number.isNaN(each));
    if (value === undefined) return;
    const group = this.#groups.touch(name);
    if (timeMs <= group.lastMs) return;
    group.lastMs = timeMs;
    if (!isBeyond(value, this.#condition)) {
      group.sinceMs = undefined;
      this.#judge(name, false, timeMs, value, id);
      return;
    }
    if (group.sinceMs === undefined) {
      group.sinceMs = timeMs;
      group.first = id;
    }
    if (timeMs - group.sinceMs >= this.#condition.windowMs) {
      this.#judge(name, true, timeMs, value, group.first);
    }
  }

  advance(watermarkMs: number): void {
    for (const [name, group] of this.#groups.entries()) {
      if (this.#silentMs(group) > watermarkMs) continue;
      this.#judge(name, false, this.#silentMs(group), 0, group.first);
      this.#groups.delete(name);
    }
  }

  dueMs(): number | undefined {
    let dueMs: number | undefined;
    for (const [name, group] of this.#groups.entries()) {
      const silentMs = this.#silentMs(group);
      if (this.#holding.has(name) && silentMs < (dueMs ?? Number.POSITIVE_INFINITY)) {
        dueMs = silentMs;
      }
    }
    return dueMs;
  }

  take(): Verdict[] {
    return this.#holding.take();
  }

  restore(held: Held): void {
    this.#holding.restore(held);
    const group = this.#groups.touch(held.group);
    group.first = held.first;
    group.lastMs = Math.max(group.lastMs, held.lastMs);
  }

  memory(): undefined {
    return undefined;
  }

  /** When a group that says nothing more is given up. */
  #silentMs({ lastMs }: Group): number {
    return lastMs + this.horizonMs;
  }

  #judge(group: string, holds: boolean, atMs: number, value: number, first: string): void {
    this.#holding.set({ group, holds, atMs, value, first: () => first });
  }
}
