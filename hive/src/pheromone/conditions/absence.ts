import { EVENT_TIME_SKEW_MS_MAX, WATERMARK_GRACE_MS } from '@apiary/common/limits/alerts.ts';
import type { RuleCondition } from '@apiary/common/messages/alerts.ts';
import type { Condition, ConditionStart, Held, Sample, Verdict } from './condition.ts';
import { GroupTable } from './group-table.ts';
import { Holding } from './holding.ts';

type Absence = Extract<RuleCondition, { type: 'absence' }>;

interface Group {
  lastMs: number;
  id: string;
}

/**
 * No match for a whole window, judged when the watermark is WATERMARK_GRACE_MS past its end. Without
 * grouping it begins with the rule; a group is missed once it was seen.
 */
export class AbsenceCondition implements Condition {
  readonly field = undefined;
  readonly horizonMs: number;
  readonly #windowMs: number;
  readonly #holding = new Holding();
  readonly #groups = new GroupTable<Group>(
    () => ({ lastMs: Number.NEGATIVE_INFINITY, id: '' }),
    () => false,
  );
  #watermarkMs = Number.NEGATIVE_INFINITY;

  constructor({ windowMs }: Absence, start: ConditionStart, isGrouped: boolean) {
    this.#windowMs = windowMs;
    this.horizonMs = windowMs + EVENT_TIME_SKEW_MS_MAX;
    if (isGrouped) return;
    const whole = this.#groups.touch('');
    whole.lastMs = start.sinceMs;
    whole.id = `since-${start.sinceMs}`;
  }

  add(sample: Sample): void {
    const group = this.#groups.touch(sample.group);
    if (sample.timeMs <= group.lastMs) return;
    group.lastMs = sample.timeMs;
    group.id = sample.id;
    // A sign of life ends it at once, whatever the watermark says.
    if (this.#holding.has(sample.group)) this.#judge(sample.group, group);
  }

  advance(watermarkMs: number): void {
    this.#watermarkMs = watermarkMs;
    for (const [name, group] of this.#groups.entries()) this.#judge(name, group);
  }

  dueMs(): number | undefined {
    let dueMs: number | undefined;
    for (const [name, { lastMs }] of this.#groups.entries()) {
      if (this.#holding.has(name)) continue;
      const groupDueMs = lastMs + this.#windowMs + WATERMARK_GRACE_MS;
      if (groupDueMs < (dueMs ?? Number.POSITIVE_INFINITY)) dueMs = groupDueMs;
    }
    return dueMs;
  }

  take(): Verdict[] {
    return this.#holding.take();
  }

  restore(held: Held): void {
    this.#holding.restore(held);
    const group = this.#groups.touch(held.group);
    group.lastMs = Math.max(group.lastMs, held.lastMs - this.#windowMs);
    group.id = held.first;
  }

  memory(): undefined {
    return undefined;
  }

  #judge(name: string, { lastMs, id }: Group): void {
    const endMs = lastMs + this.#windowMs;
    this.#holding.set({
      group: name,
      holds: endMs + WATERMARK_GRACE_MS <= this.#watermarkMs,
      atMs: endMs,
      first: () => id,
      value: 0,
    });
  }
}
