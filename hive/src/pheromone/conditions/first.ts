import { createHash } from 'node:crypto';
import { FIRST_VALUES_MAX } from '@apiary/common/limits/alerts.ts';
import type { RuleCondition } from '@apiary/common/messages/alerts.ts';
import type { Condition, ConditionStart, Held, Sample, Verdict } from './condition.ts';
import { WindowCount } from './window-count.ts';

type First = Extract<RuleCondition, { type: 'first' }>;

/** What a value is remembered as: enough bits that a few thousand do not collide. */
const HASH_LENGTH = 11;

/** A value (of a field, or the line's pattern) that never came before. Monotone. */
export class FirstCondition implements Condition {
  readonly field: string;
  readonly #windows: WindowCount;
  readonly #learnUntilMs: number;
  /** Hashes of group and value, oldest first. */
  readonly #seen: Set<string>;

  constructor(condition: First, { createdMs, memory }: ConditionStart) {
    this.field = condition.field ?? '';
    this.#windows = new WindowCount(1, condition.windowMs);
    this.#learnUntilMs = createdMs + condition.learnMs;
    this.#seen = new Set(memory);
  }

  get horizonMs(): number {
    return this.#windows.horizonMs;
  }

  add(sample: Sample): void {
    for (const value of sample.values) {
      const hash = hashOf(sample.group, value);
      const isKnown = this.#seen.delete(hash);
      this.#seen.add(hash);
      if (isKnown || sample.timeMs < this.#learnUntilMs) continue;
      const [eldest] = this.#seen;
      if (eldest !== undefined && this.#seen.size > FIRST_VALUES_MAX) this.#seen.delete(eldest);
      this.#windows.add(sample);
    }
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

  memory(): readonly string[] {
    return [...this.#seen];
  }
}

function hashOf(group: string, value: string): string {
  const hash = createHash('sha1').update(`${group}\0${value}`).digest('base64url');
  return hash.slice(0, HASH_LENGTH);
}
