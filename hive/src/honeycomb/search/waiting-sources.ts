/**
 * Sources in the order in which what is left of them can hold the first record. Of a chunk the newest rows may be looked
 * at before the others: then it waits for its turn as one without them.
 */
import type { TimedRun } from '../records/record-set.ts';
import { type SourceWalk, timesOf, type WalkedSource } from './source-walk.ts';

/** A source, or what is left of it. */
export interface Waiting {
  readonly source: WalkedSource;
  /** Of what is left. */
  readonly times: { readonly minTime: number; readonly maxTime: number };
  /** Matches that were looked at already: all that are later than `after`. */
  readonly seen?: { readonly after: number; readonly count: number };
}

/** See the file's head. */
export class WaitingSources {
  readonly #walk: SourceWalk;
  /** Those whose newest rows were seen, the latest first. */
  readonly #seen: Waiting[] = [];

  constructor(walk: SourceWalk) {
    this.#walk = walk;
  }

  /** The next to look at; undefined when there is nothing more. */
  next(): Waiting | undefined {
    const [seen] = this.#seen;
    const bound = this.#walk.bound();
    const isSeenFirst = seen && (bound === undefined || seen.times.maxTime >= bound);
    const source = isSeenFirst ? undefined : this.#walk.next();
    return source ? { source, times: timesOf(source) } : this.#seen.shift();
  }

  /** The time of the first record that can still come; undefined where there is nothing more. */
  bound(): number | undefined {
    const [seen] = this.#seen;
    const bound = this.#walk.bound();
    return seen ? Math.max(seen.times.maxTime, bound ?? Number.NEGATIVE_INFINITY) : bound;
  }

  /** Puts back a source whose rows later than `after` were looked at. Sources are walked from the newest. */
  putBack({ source, times }: Waiting, seen: NonNullable<Waiting['seen']>): void {
    const { minTime } = times;
    const maxTime = Math.min(times.maxTime, seen.after);
    const place = this.#seen.findIndex((other) => other.times.maxTime < maxTime);
    const at = place < 0 ? this.#seen.length : place;
    this.#seen.splice(at, 0, { source, times: { minTime, maxTime }, seen });
  }

  /** Takes all that is left; gives how much that was. */
  drain(): number {
    return this.#seen.splice(0).length + this.#walk.drain();
  }
}

/** Runs without rows that are later than a time. */
export function runsUpTo(runs: readonly TimedRun[], time: number): readonly TimedRun[] {
  if (time === Number.POSITIVE_INFINITY) return runs;
  return runs.flatMap((run) => {
    if (run.least > time) return [];
    if (run.most <= time) return [run];
    const rows = () => {
      const times = run.times();
      return run.rows().filter((row) => times.time(row) <= time);
    };
    return [{ ...run, most: time, rows }];
  });
}
