/**
 * What a rule measured over a stretch of stored lines, for a chart beside its limit: of each bucket of time the value that
 * comes nearest to firing, of whichever group. It is fed records in order of their times, as a trial is.
 */
import { TRY_BUCKETS, WINDOW_SAMPLES_MAX } from '@apiary/common/limits/alerts.ts';
import type { TriedMeasure } from '@apiary/common/messages/actions/pheromone.ts';
import type { Rule } from '@apiary/common/messages/alerts.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import type { SampleSource } from './conditions/condition.ts';
import { GroupTable } from './conditions/group-table.ts';
import { numberOf } from './conditions/number-value.ts';
import { fieldValues, groupKeys } from './grouping.ts';

type Measured = Pick<Rule, 'condition' | 'groupBy'>;

/** Times of one group's matches, oldest first. */
type Times = Record<SampleSource, number[]>;

/** See the file's head. Memory: the matches of one window, and TRY_BUCKETS values. */
export class RuleMeasure {
  readonly #rule: Measured;
  readonly #from: number;
  readonly #step: number;
  readonly #values: (number | null)[];
  readonly #groups = new GroupTable<Times>(
    () => ({ query: [], of: [] }),
    () => false,
  );

  constructor(rule: Measured, { from, to }: { readonly from: number; readonly to: number }) {
    this.#rule = rule;
    this.#from = from;
    this.#step = Math.max(1, Math.ceil((to - from) / TRY_BUCKETS));
    this.#values = Array.from({ length: TRY_BUCKETS }, () => null);
  }

  /** Buckets that nothing was measured in are null. */
  get result(): TriedMeasure {
    return { from: this.#from, step: this.#step, values: this.#values };
  }

  add(record: LogRecord, source: SampleSource): void {
    const { condition, groupBy } = this.#rule;
    if (condition.type === 'threshold' || condition.type === 'sustained') {
      for (const text of fieldValues(record, condition.field)) {
        this.#note(record.time, numberOf(text), condition.direction === 'below');
      }
      return;
    }
    for (const key of groupKeys(record, groupBy)) {
      const times = this.#groups.touch(key);
      times[source].push(record.time);
      if (times[source].length > WINDOW_SAMPLES_MAX) times[source].shift();
      const value = this.#valueOf(times, record.time);
      if (value !== undefined) this.#note(record.time, value, false);
    }
  }

  #valueOf(times: Times, nowMs: number): number | undefined {
    const { condition } = this.#rule;
    if (!('windowMs' in condition)) return undefined;
    forget(times.query, nowMs - condition.windowMs);
    if (condition.type !== 'ratio') return times.query.length;
    forget(times.of, nowMs - condition.windowMs);
    if (times.of.length < condition.minimum) return undefined;
    return times.query.length / times.of.length;
  }

  #note(timeMs: number, value: number, isLowest: boolean): void {
    const at = Math.floor((timeMs - this.#from) / this.#step);
    if (Number.isNaN(value) || at < 0 || at >= TRY_BUCKETS) return;
    const before = this.#values[at] ?? value;
    this.#values[at] = isLowest ? Math.min(before, value) : Math.max(before, value);
  }
}

/** Takes off what is not after a time. */
function forget(times: number[], untilMs: number): void {
  const first = times.findIndex((timeMs) => timeMs > untilMs);
  times.splice(0, first === -1 ? times.length : first);
}
