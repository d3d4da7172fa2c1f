/**
 * How something is computed over a result: all its sets from the newest on, columns of all matching rows,
 * and the lines of the newest ones within a bound; a whole answer so far now and then.
 */
import type { Clock } from '@apiary/common/clock.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import {
  ANALYSIS_DEADLINE_MS,
  ANALYSIS_LINES_MAX,
  ANALYSIS_PART_MS,
  ANALYSIS_ROWS_AT_ONCE,
} from '@apiary/common/limits/analysis.ts';
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import type { Level } from '@apiary/common/record.ts';
import type { HoldingsSnapshot } from '../holdings/holdings.ts';
import type { Matches, Pace, RecordSource, RowColumns, RowSource } from '../records/record-set.ts';
import { decodeBody } from '../records/row-view.ts';
import { createPace, TimeIsUp } from '../search/pace.ts';
import { planSources, type Source } from '../search/plan.ts';
import type { SearchContext } from '../search/search.ts';

/** A query with its range. */
export interface ResultRequest {
  readonly query: string;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** One line of a result. */
export interface Line {
  readonly time: number;
  readonly level: Level | undefined;
  readonly source: RowSource;
  readonly body: string;
  /** Characters of the body that are its time stamp. */
  readonly timestampLength: number;
}

/** How much of a result was seen. */
export interface Progress {
  readonly total: number;
  readonly read: number;
}

/** Takes in a result. */
export interface Reducer<P> {
  /** False: columns are enough. */
  readonly readsLines: boolean;
  /** Matching rows of one set. */
  columns?(columns: RowColumns, rows: Uint32Array): void;
  /** One line. */
  line?(line: Line): void;
  /** The answer so far. */
  part(progress: Progress): P;
}

/** The last part. */
export interface Done extends Progress {
  readonly type: 'done';
  readonly sampled: boolean;
  readonly elapsedMs: number;
  readonly missing: string[];
}

/** What is looked at and how long. */
export interface ReduceOptions {
  readonly signal: AbortSignal;
  readonly linesMax?: number;
  readonly deadlineMs?: number;
}

/** What a result's sets are, before anything was read. @throws AppError `query-syntax` */
export function planResult(
  { clock }: { readonly clock: Pick<Clock, 'now'> },
  request: ResultRequest,
  snapshot: HoldingsSnapshot,
) {
  const parsed = parseQuery(request.query);
  if (!parsed.ok) {
    const { message, ...details } = parsed.error;
    throw new AppError('query-syntax', message, { details });
  }
  const range = {
    from: request.from ?? Number.NEGATIVE_INFINITY,
    to: request.to ?? Number.POSITIVE_INFINITY,
  };
  const matcherOptions = { nowMs: clock.now() };
  return {
    sources: planSources(snapshot, range, 'newest'),
    nowMs: matcherOptions.nowMs,
    selection: {
      query: parsed.query,
      matcher: compileMatcher(parsed.query, matcherOptions),
      matcherOptions,
      ...range,
    },
  };
}

/** A planned result. */
export type PlannedResult = ReturnType<typeof planResult>;

/** Goes through a result. @throws AppError `deadline-passed` when aborted */
export async function* reduceResult<P>(
  context: SearchContext,
  { sources, selection }: PlannedResult,
  reducer: Reducer<P>,
  { signal, linesMax = ANALYSIS_LINES_MAX, deadlineMs = ANALYSIS_DEADLINE_MS }: ReduceOptions,
): AsyncGenerator<P | Done> {
  const began = performance.now();
  const pace = createPace({ signal, isOver: () => performance.now() - began > deadlineMs });
  const reading = new Reading(reducer, pace, linesMax);
  const missing: string[] = [];
  let told = began;
  for (const [index, source] of sources.entries()) {
    try {
      const matches = await setOf(context, source).select({ ...selection, pace });
      for await (const _ of reading.take(matches)) {
        if (performance.now() - told < ANALYSIS_PART_MS) continue;
        yield reducer.part(reading.progress);
        told = performance.now();
      }
    } catch (error) {
      if (error instanceof TimeIsUp) {
        missing.push(`${sources.length - index} parts: the time was up`);
        break;
      }
      if (toAppError(error).code !== 'not-found') throw error;
      missing.push('a chunk that was dropped meanwhile');
    }
  }
  const { total, read } = reading.progress;
  yield reducer.part({ total, read });
  const sampled = reducer.readsLines && read < total;
  yield { type: 'done', total, read, sampled, elapsedMs: performance.now() - began, missing };
}

/** The records of a source. */
export function setOf({ cache }: Pick<SearchContext, 'cache'>, source: Source): RecordSource {
  return source.kind === 'open' ? source.set : cache.open(source.entry);
}

class Reading<P> {
  readonly #reducer: Reducer<P>;
  readonly #pace: Pace;
  readonly #linesMax: number;
  #total = 0;
  #read = 0;

  constructor(reducer: Reducer<P>, pace: Pace, linesMax: number) {
    this.#reducer = reducer;
    this.#pace = pace;
    this.#linesMax = linesMax;
  }

  get progress(): Progress {
    return { total: this.#total, read: this.#read };
  }

  /** Takes in the rows of one set; gives way, and a chance to tell, after each batch of lines. */
  async *take(matches: Matches): AsyncGenerator<void> {
    if (matches.count === 0) return;
    const [columns, all] = [await matches.columns(), await matches.rows()];
    this.#total += matches.count;
    for (let at = 0; at < matches.count; at += ANALYSIS_ROWS_AT_ONCE) {
      const rows = all.subarray(at, at + ANALYSIS_ROWS_AT_ONCE);
      this.#reducer.columns?.(columns, rows);
      await this.#pace();
    }
    yield;
    if (!this.#reducer.readsLines) return;
    let to = matches.count;
    const least = Math.max(0, to - (this.#linesMax - this.#read));
    while (to > least) {
      const from = Math.max(least, to - ANALYSIS_ROWS_AT_ONCE);
      await this.#lines(matches, all.subarray(from, to));
      to = from;
      yield;
    }
  }

  async #lines(matches: Matches, rows: Uint32Array): Promise<void> {
    const set = await matches.load(rows);
    for (let index = rows.length - 1; index >= 0; index--) {
      const row = rows[index] ?? 0;
      if (index % 128 === 0) await this.#pace();
      this.#reducer.line?.({
        time: set.time(row),
        level: set.level(row),
        source: set.source(row),
        body: decodeBody(set.body(row)),
        timestampLength: set.timestampLength(row),
      });
      this.#read++;
    }
  }
}
