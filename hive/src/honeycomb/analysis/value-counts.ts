import { DISTINCT_VALUES_MAX, VALUE_CHARACTERS_MAX } from '@apiary/common/limits/analysis.ts';
import type { ValueCount } from '@apiary/common/messages/analysis.ts';

/** Room for values that several counts share. */
export interface ValueBudget {
  left: number;
}

/**
 * How often values come. Exact up to a number of different ones; past twice that number the rarest half
 * is let go, so that what is frequent stays, with a lower bound of its count.
 */
export class ValueCounts {
  readonly #counts = new Map<string, number>();
  readonly #distinctMax: number;
  readonly #budget: ValueBudget;
  #most = 0;
  isExact = true;

  constructor(distinctMax = DISTINCT_VALUES_MAX, budget = { left: Number.POSITIVE_INFINITY }) {
    this.#distinctMax = distinctMax;
    this.#budget = budget;
  }

  /** Different values seen; at least that many where `isExact` is false. */
  get distinct(): number {
    return Math.max(this.#most, this.#counts.size);
  }

  /** Counts a value. */
  add(value: string, count = 1): void {
    const cut =
      value.length > VALUE_CHARACTERS_MAX ? `${value.slice(0, VALUE_CHARACTERS_MAX - 1)}…` : value;
    const known = this.#counts.get(cut);
    if (known === undefined && this.#budget.left <= 0) {
      this.isExact = false;
      return;
    }
    if (known === undefined) this.#budget.left--;
    this.#counts.set(cut, (known ?? 0) + count);
    if (this.#counts.size > 2 * this.#distinctMax) this.#prune();
  }

  /** The most frequent ones first, equals by their text. */
  top(count: number): ValueCount[] {
    return this.#sorted()
      .slice(0, count)
      .map(([value, each]) => ({ value, count: each }));
  }

  /** Takes in what another one has seen. */
  merge(other: ValueCounts): void {
    for (const [value, count] of other.#counts) this.add(value, count);
    if (!other.isExact) this.isExact = false;
    this.#most = Math.max(this.#most, other.distinct);
  }

  /** Everything that is counted. */
  entries(): IterableIterator<[string, number]> {
    return this.#counts.entries();
  }

  #sorted(): [string, number][] {
    return [...this.#counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  }

  #prune(): void {
    this.#most = Math.max(this.#most, this.#counts.size);
    this.isExact = false;
    const rare = this.#sorted().slice(this.#distinctMax);
    for (const [value] of rare) this.#counts.delete(value);
    this.#budget.left += rare.length;
  }
}
