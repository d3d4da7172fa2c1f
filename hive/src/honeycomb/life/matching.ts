/** Which rows a deletion takes: those that match and were committed by the time it was asked for. */
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import { CommitBound } from '@apiary/common/chunks/commit-bound.ts';
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import type { HoldingsSnapshot } from '../holdings/holdings.ts';
import type { Pace, RecordSource } from '../records/record-set.ts';
import type { ChunkCache } from '../search/chunk-cache.ts';
import { createPace } from '../search/pace.ts';
import { parseOrThrow } from '../search/part-search.ts';

/** Lines as a deletion names them. */
export interface WantedLines {
  readonly query: string;
  /** Inclusive and exclusive, ms since 1970. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** What times in the query are relative to. */
  readonly nowMs: number;
  /** Up to which commits it counts: see CommitBound. */
  readonly upTo: readonly number[];
}

/** Rows of one chunk or open chunk, and when they are. */
export interface FoundRows {
  /** Ascending. */
  readonly rows: Uint32Array;
  readonly firstTime: number;
  readonly lastTime: number;
}

const NO_ROWS = new Uint32Array();

/** Finds rows wherever they are. */
export class Matching {
  readonly #lines: WantedLines;
  readonly #bound: CommitBound;
  readonly #select: (set: RecordSource) => ReturnType<RecordSource['select']>;

  /** @throws AppError `query-syntax` */
  constructor(lines: WantedLines, signal?: AbortSignal) {
    this.#lines = lines;
    this.#bound = new CommitBound(lines.upTo);
    const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, nowMs } = lines;
    const query = parseOrThrow(lines.query);
    const matcherOptions = { nowMs };
    const matcher = compileMatcher(query, matcherOptions);
    const pace: Pace = createPace(signal ? { signal } : {});
    this.#select = (set) => set.select({ query, matcher, matcherOptions, from, to, pace });
  }

  /** True where a chunk can have such rows. */
  reaches(entry: ChunkEntry): boolean {
    const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = this.#lines;
    return entry.maxTime >= from && entry.minTime < to && this.#bound.mayHave(entry);
  }

  /** @param entry of a set that is a chunk */
  async rowsOf(set: RecordSource, entry?: ChunkEntry): Promise<FoundRows> {
    const matches = await this.#select(set);
    let rows = matches.count === 0 ? NO_ROWS : await matches.rows();
    if (rows.length > 0 && !(entry && this.#bound.hasAll(entry))) {
      const loaded = await matches.load(rows);
      rows = rows.filter((row) => this.#bound.isWithin(loaded.sequence(row)));
    }
    let [firstTime, lastTime] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    if (rows.length > 0) {
      const columns = await matches.columns();
      for (const row of rows) {
        const time = columns.time(row);
        if (time < firstTime) firstTime = time;
        if (time > lastTime) lastTime = time;
      }
    }
    return { rows, firstTime, lastTime };
  }
}

/** Counts the lines in all that is held. @throws AppError as {@link Matching}, `deadline-passed`, `not-found` */
export async function countLines(
  lines: WantedLines,
  { over, cache }: { readonly over: HoldingsSnapshot; readonly cache: ChunkCache },
  signal?: AbortSignal,
) {
  const matching = new Matching(lines, signal);
  let records = 0;
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const add = ({ rows, firstTime, lastTime }: FoundRows) => {
    records += rows.length;
    first = Math.min(first, firstTime);
    last = Math.max(last, lastTime);
  };
  for (const set of over.open) add(await matching.rowsOf(set));
  for (const entry of over.chunks) {
    if (!matching.reaches(entry)) continue;
    add(await matching.rowsOf(cache.open(entry), entry));
  }
  const times = records === 0 ? {} : { firstTime: first, lastTime: last };
  return { records, ...times, upTo: [...lines.upTo] };
}
