/**
 * Conditions that are no matter of lines: somebody reports for which groups they hold (an agent that is
 * dead, a target that failed). They hold at once and until it is said otherwise.
 */
import type { Condition, Held, Verdict } from './condition.ts';
import { Holding } from './holding.ts';

/** What is reported: each group for which it holds now. */
export interface Report {
  readonly group: string;
  /** Tells this occurrence from the group's next one. */
  readonly first: string;
  readonly sinceMs: number;
}

/** See the file's head. */
export class ReportedCondition implements Condition {
  readonly field = undefined;
  readonly horizonMs = 0;
  readonly #holding = new Holding();
  readonly #groups = new Set<string>();

  /** Takes the whole state at `nowMs`. */
  report(reports: readonly Report[], nowMs: number): void {
    const now = new Map(reports.map((report) => [report.group, report]));
    for (const group of [...this.#groups]) {
      if (now.has(group)) continue;
      this.#groups.delete(group);
      this.#holding.set({ group, holds: false, atMs: nowMs, first: () => '', value: 0 });
    }
    for (const { group, first, sinceMs } of now.values()) {
      this.#groups.add(group);
      this.#holding.set({ group, holds: true, atMs: sinceMs, first: () => first, value: 1 });
    }
  }

  add(): void {}

  advance(): void {}

  dueMs(): undefined {
    return undefined;
  }

  take(): Verdict[] {
    return this.#holding.take();
  }

  restore(held: Held): void {
    this.#groups.add(held.group);
    // What is reported is what is so now, whenever it was judged last.
    this.#holding.restore({ ...held, lastMs: Number.NEGATIVE_INFINITY });
  }

  memory(): undefined {
    return undefined;
  }
}
