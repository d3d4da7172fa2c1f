/** Rows of open chunks on their way to a honeycomb that makes an analysis over all of them. */
import { toAppError } from '@apiary/common/errors.ts';
import { ANALYSIS_DEADLINE_MS, ANALYSIS_ROWS_AT_ONCE } from '@apiary/common/limits/analysis.ts';
import { CLUSTER_ROWS_MAX } from '@apiary/common/limits/mongodb.ts';
import { SEARCH_PART_BYTES_MAX, SEARCH_PART_RECORDS_MAX } from '@apiary/common/limits.ts';
import type {
  RemoteRow,
  RowsPart,
  RowsRequest,
} from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import { nearRows } from '../analysis/context.ts';
import { planResult, setOf } from '../analysis/reduce.ts';
import type { HoldingsSnapshot } from '../holdings/holdings.ts';
import { recordOf } from '../records/row-view.ts';
import type { ChunkCache } from '../search/chunk-cache.ts';
import { createPace, TimeIsUp } from '../search/pace.ts';

/** One answer: {@link parts}, then what is missing from them. */
export class RowReading {
  readonly missing: string[] = [];
  readonly #cache: ChunkCache;
  readonly #request: RowsRequest;
  readonly #from: { readonly snapshot: HoldingsSnapshot; readonly signal: AbortSignal };

  constructor(
    cache: ChunkCache,
    request: RowsRequest,
    from: { readonly snapshot: HoldingsSnapshot; readonly signal: AbortSignal },
  ) {
    this.#cache = cache;
    this.#request = request;
    this.#from = from;
  }

  /** The rows, in messages of a bounded size. @throws AppError `query-syntax`, `deadline-passed` */
  async *parts(): AsyncGenerator<RowsPart> {
    let rows: RemoteRow[] = [];
    let bytes = 0;
    let given = 0;
    for await (const row of this.#rows()) {
      if (given++ >= CLUSTER_ROWS_MAX) {
        this.missing.push(`rows of another honeycomb past its first ${CLUSTER_ROWS_MAX}`);
        break;
      }
      rows.push(row);
      bytes += row.record.body.length;
      if (rows.length < SEARCH_PART_RECORDS_MAX && bytes < SEARCH_PART_BYTES_MAX) continue;
      yield { type: 'rows', rows };
      rows = [];
      bytes = 0;
    }
    if (rows.length > 0) yield { type: 'rows', rows };
  }

  async *#rows(): AsyncGenerator<RemoteRow> {
    const { snapshot, signal } = this.#from;
    const { nowMs, near, ...wanted } = this.#request;
    const began = performance.now();
    const isOver = () => performance.now() - began > ANALYSIS_DEADLINE_MS;
    const pace = createPace({ signal, isOver });
    const context = { cache: this.#cache, clock: { now: () => nowMs } };
    if (near) {
      yield* await nearRows(context, near, { snapshot, pace, missing: this.missing });
      return;
    }
    const { sources, selection } = planResult(context, wanted, snapshot);
    for (const source of sources) {
      try {
        const matches = await setOf(context, source).select({ ...selection, pace });
        const rows = await matches.rows();
        for (let at = 0; at < rows.length; at += ANALYSIS_ROWS_AT_ONCE) {
          const some = rows.subarray(at, at + ANALYSIS_ROWS_AT_ONCE);
          const set = await matches.load(some);
          for (const row of some) {
            const record = recordOf(set, row);
            yield {
              record: wanted.withBodies ? record : { ...record, body: '' },
              sourceLength: set.sourceLength(row),
              timestampLength: set.timestampLength(row),
              sequence: set.sequence(row),
            };
          }
          await pace();
        }
      } catch (error) {
        if (error instanceof TimeIsUp) {
          this.missing.push('rows of another honeycomb: the time was up');
          return;
        }
        if (toAppError(error).code !== 'not-found') throw error;
        this.missing.push('a chunk that was dropped meanwhile');
      }
    }
  }
}
