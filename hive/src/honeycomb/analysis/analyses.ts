/** What is asked about a result beyond its records; few at once, as each holds more than a search. */
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { ANALYSES_MAX } from '@apiary/common/limits/analysis.ts';
import type {
  Context,
  contextRequestSchema,
  FieldsPart,
  fieldsRequestSchema,
  PatternsPart,
  patternsRequestSchema,
  SeriesPart,
  seriesRequestSchema,
} from '@apiary/common/messages/analysis.ts';
import type { z } from 'zod';
import type { Gathered, Wanted } from '../cluster/gather.ts';
import type { HoldingsSnapshot } from '../holdings/holdings.ts';
import { PatternsReducer } from '../patterns/patterns.ts';
import { spanOf } from '../search/plan.ts';
import type { SearchContext } from '../search/search.ts';
import { readContext } from './context.ts';
import { FieldsReducer } from './fields.ts';
import {
  type Done,
  type PlannedResult,
  planResult,
  type Reducer,
  type ResultRequest,
  reduceResult,
} from './reduce.ts';
import { SeriesReducer } from './series.ts';

/** What they work with. */
export interface AnalysesContext extends SearchContext {
  /** Where several honeycombs share a store: what all of them hold, in place of these holdings. */
  readonly gather?: (wanted: Wanted, signal: AbortSignal) => Promise<Gathered>;
}

/** See the file's head. Each throws `query-syntax`, `too-many`, and `deadline-passed` when aborted. */
export class Analyses {
  readonly #context: AnalysesContext;
  #running = 0;

  constructor(context: AnalysesContext) {
    this.#context = context;
  }

  /** The fields of a result. */
  fields(request: z.output<typeof fieldsRequestSchema>, signal: AbortSignal) {
    return this.#stream<FieldsPart>(request, signal, () => new FieldsReducer(request));
  }

  /** A result by time. */
  series(request: z.output<typeof seriesRequestSchema>, signal: AbortSignal) {
    return this.#stream<SeriesPart>(request, signal, ({ sources, nowMs }) => {
      return new SeriesReducer(request, spanOf(request, sources, nowMs, request.buckets));
    });
  }

  /** The patterns of a result. */
  patterns(request: z.output<typeof patternsRequestSchema>, signal: AbortSignal) {
    return this.#stream<PatternsPart>(request, signal, ({ sources, nowMs }) => {
      return new PatternsReducer(request, spanOf(request, sources, nowMs, request.buckets));
    });
  }

  /** The lines around a record. */
  async context(
    request: z.output<typeof contextRequestSchema>,
    signal: AbortSignal,
  ): Promise<Context> {
    this.#enter();
    const reading = this.#context.holdings.read();
    try {
      const { id, before, after } = request;
      const nowMs = this.#context.clock.now();
      const near = { id, before, after };
      const wanted = { query: '', nowMs, withBodies: true, near };
      const { snapshot, missing } = await this.#gather(wanted, reading.snapshot, signal);
      const context = await readContext(this.#context, request, { snapshot, signal }).catch(
        (error: unknown) => {
          if (missing.length === 0 || toAppError(error).code !== 'not-found') throw error;
          throw new AppError('not-found', `${id} may be stored: ${missing.join('; ')}`);
        },
      );
      return { ...context, missing: [...context.missing, ...missing] };
    } finally {
      reading.end();
      this.#running--;
    }
  }

  async *#stream<P extends { readonly type: string }>(
    request: ResultRequest,
    signal: AbortSignal,
    makeReducer: (planned: PlannedResult) => Reducer<P>,
  ) {
    this.#enter();
    const reading = this.#context.holdings.read();
    try {
      // What is wrong with the request is told before anybody else is asked.
      const asked = planResult(this.#context, request, reading.snapshot);
      const { readsLines } = makeReducer(asked);
      const { query, from, to } = request;
      const { nowMs } = asked;
      const wanted = { query, from, to, nowMs, withBodies: readsLines };
      const { snapshot, missing } = await this.#gather(wanted, reading.snapshot, signal);
      const planned = planResult({ clock: { now: () => nowMs } }, request, snapshot);
      const parts = reduceResult(this.#context, planned, makeReducer(planned), { signal });
      for await (const part of parts) {
        yield isDone(part) ? { ...part, missing: [...part.missing, ...missing] } : part;
      }
    } finally {
      reading.end();
      this.#running--;
    }
  }

  async #gather(wanted: Wanted, own: HoldingsSnapshot, signal: AbortSignal): Promise<Gathered> {
    return (await this.#context.gather?.(wanted, signal)) ?? { snapshot: own, missing: [] };
  }

  #enter(): void {
    if (this.#running >= ANALYSES_MAX) {
      throw new AppError('too-many', `${ANALYSES_MAX} analyses are running: try again shortly.`);
    }
    this.#running++;
    this.#context.figures.add('searches');
  }
}

function isDone(part: { readonly type: string } | Done): part is Done {
  return part.type === 'done';
}
