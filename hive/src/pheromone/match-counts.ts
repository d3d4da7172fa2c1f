/**
 * How many of a group's matches have which value of a field: what an alert says of the servers behind it. Counted in
 * steps of a sixtieth of the window, so a count may have up to one step more than the window.
 */
import {
  COUNTED_ENTRIES_MAX,
  COUNTED_VALUES_MAX,
  WINDOW_STEPS_MAX,
} from '@apiary/common/limits/alerts.ts';

/** A value and its matches. */
export interface ValueCount {
  /** Undefined: all values beyond the bound. */
  readonly value: string | undefined;
  readonly count: number;
}

interface Step {
  readonly number: number;
  readonly counts: Map<string | undefined, number>;
}

/** See the file's head. */
export class MatchCounts {
  readonly #stepMs: number;
  readonly #groups = new Map<string, Step[]>();
  #entries = 0;

  constructor(windowMs: number) {
    this.#stepMs = Math.max(1, windowMs / WINDOW_STEPS_MAX);
  }

  /** Counts a match; groups that matched last are kept longest. */
  add(group: string, value: string, timeMs: number): void {
    const steps = this.#groups.get(group) ?? [];
    this.#groups.delete(group);
    this.#groups.set(group, steps);
    const step = this.#stepOf(steps, Math.floor(timeMs / this.#stepMs));
    if (!step) return;
    const isKnown = step.counts.has(value);
    const key = isKnown || step.counts.size < COUNTED_VALUES_MAX ? value : undefined;
    if (!step.counts.has(key)) this.#entries++;
    step.counts.set(key, (step.counts.get(key) ?? 0) + 1);
    while (this.#entries > COUNTED_ENTRIES_MAX && this.#groups.size > 1) this.#forgetEldest();
  }

  /** Most matches first; of the window that ends with the last one. */
  of(group: string): ValueCount[] {
    const sums = new Map<string | undefined, number>();
    for (const { counts } of this.#groups.get(group) ?? []) {
      for (const [value, count] of counts) sums.set(value, (sums.get(value) ?? 0) + count);
    }
    return [...sums]
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count || (a.value ?? '').localeCompare(b.value ?? ''));
  }

  /** The step of that number, made where it is missing; undefined where it lies before the window. */
  #stepOf(steps: Step[], number: number): Step | undefined {
    const newest = Math.max(steps.at(-1)?.number ?? number, number);
    while ((steps[0]?.number ?? newest) < newest - WINDOW_STEPS_MAX) {
      this.#entries -= steps.shift()?.counts.size ?? 0;
    }
    if (number < newest - WINDOW_STEPS_MAX) return undefined;
    const at = steps.findLastIndex((step) => step.number <= number);
    const found = steps[at];
    if (found?.number === number) return found;
    const made: Step = { number, counts: new Map() };
    steps.splice(at + 1, 0, made);
    return made;
  }

  #forgetEldest(): void {
    const [eldest] = this.#groups;
    if (!eldest) return;
    this.#groups.delete(eldest[0]);
    for (const { counts } of eldest[1]) this.#entries -= counts.size;
  }
}
