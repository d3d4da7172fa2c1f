/**
 * The coordinator of a search: plans over what is held at one moment, goes through it by time, and streams
 * records as soon as they are certain; counts follow. Gives way to ingest all the time.
 */
import type { Clock } from '@apiary/common/clock.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import {
  HONEYCOMB_SEARCHES_MAX,
  SEARCH_DEADLINE_MS,
  SEARCH_PART_BYTES_MAX,
  SEARCH_PART_RECORDS_MAX,
} from '@apiary/common/limits.ts';
import type { SearchPart, searchRequestSchema } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Part } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { Query } from '@apiary/common/query/ast.ts';
import { compileMatcher, type Matcher, type MatcherOptions } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import type { z } from 'zod';
import type { Holdings, HoldingsSnapshot } from '../holdings.ts';
import type { Figures } from '../metrics.ts';
import type { Pace, RecordSource } from '../record-set.ts';
import type { ChunkCache } from './chunk-cache.ts';
import { createPace, TimeIsUp } from './pace.ts';
import { Page } from './page.ts';
import { firstTime, histogramSpan, planSources, type Source } from './plan.ts';
import { parseCursor } from './position.ts';
import { Tally, type TallySpan } from './tally.ts';

/** What searching works with. */
export interface SearchContext {
  readonly holdings: Holdings;
  readonly cache: ChunkCache;
  readonly clock: Clock;
  readonly figures: Figures;
}

/** A search with everything filled in. */
export type Request = z.output<typeof searchRequestSchema>;

/** What a part of a search looks at, in place of all that is held here. */
export interface PartOf {
  readonly over: HoldingsSnapshot;
  readonly span: TallySpan | undefined;
  readonly nowMs: number;
}

interface Running {
  readonly request: Request;
  readonly query: Query;
  readonly matcher: Matcher;
  readonly matcherOptions: MatcherOptions;
  readonly range: { readonly from: number; readonly to: number };
  readonly sources: readonly Source[];
  readonly pace: Pace;
  readonly page: Page;
  readonly tally: Tally;
  readonly missing: string[];
}

/** See the file's head. */
export class Search {
  readonly #context: SearchContext;
  #running = 0;

  constructor(context: SearchContext) {
    this.#context = context;
  }

  /**
   * Answers a request in parts.
   *
   * @throws AppError `query-syntax`, `request-invalid`, `too-many`, `deadline-passed` when aborted
   */
  async *run(request: Request, signal?: AbortSignal): AsyncGenerator<SearchPart> {
    if (this.#running >= HONEYCOMB_SEARCHES_MAX) {
      throw new AppError('too-many', `${HONEYCOMB_SEARCHES_MAX} searches are running: try again.`);
    }
    this.#running++;
    this.#context.figures.add('searches');
    const began = performance.now();
    const reading = this.#context.holdings.read();
    try {
      const running = this.#prepare(request, began, { over: reading.snapshot }, signal);
      yield* this.#answer(running);
      yield countsPart(running.tally);
      const { next } = running.page;
      yield {
        type: 'done',
        total: running.tally.total,
        ...(next === undefined ? {} : { next }),
        elapsedMs: performance.now() - began,
        missing: running.missing,
      };
    } finally {
      reading.end();
      this.#running--;
    }
  }

  /** Answers for a part of what there is; whoever asks puts the parts together. @throws AppError as {@link run} */
  async *part(request: Request, part: PartOf, signal?: AbortSignal): AsyncGenerator<Part> {
    const running = this.#prepare(request, performance.now(), part, signal);
    for await (const given of this.#answer(running)) if (given.type === 'records') yield given;
    const { tally, page, missing } = running;
    const { total, histogram } = tally;
    const end = { total, hosts: [...tally.hostNames], missing: [...missing] };
    const hasMore = page.next !== undefined;
    yield { type: 'end', ...end, hasMore, ...(histogram && { histogram }) };
  }

  #prepare(
    request: Request,
    began: number,
    part: Pick<PartOf, 'over'> & Partial<PartOf>,
    signal: AbortSignal | undefined,
  ): Running {
    const nowMs = part.nowMs ?? this.#context.clock.now();
    const query = parseOrThrow(request.query);
    const range = {
      from: request.from ?? Number.NEGATIVE_INFINITY,
      to: request.to ?? Number.POSITIVE_INFINITY,
    };
    const sources = planSources(part.over, range, request.order);
    const matcherOptions = { nowMs };
    const after = request.cursor === undefined ? undefined : parseCursor(request.cursor);
    return {
      request,
      query,
      matcher: compileMatcher(query, matcherOptions),
      matcherOptions,
      range,
      sources,
      pace: createPace({
        ...(signal ? { signal } : {}),
        isOver: () => performance.now() - began > SEARCH_DEADLINE_MS,
      }),
      page: new Page({ order: request.order, limit: request.limit, after }),
      tally: new Tally(
        part.nowMs === undefined ? histogramSpan(request, sources, nowMs) : part.span,
      ),
      missing: [],
    };
  }

  async *#answer(running: Running): AsyncGenerator<SearchPart> {
    const { sources, page, request, missing } = running;
    for (const [index, source] of sources.entries()) {
      try {
        await this.#look(running, source);
      } catch (error) {
        if (error instanceof TimeIsUp) {
          missing.push(`${sources.length - index} parts: the time for a search was up`);
          break;
        }
        if (toAppError(error).code !== 'not-found') throw error;
        missing.push('a chunk that was dropped meanwhile');
      }
      const bound = firstTime(sources[index + 1], request.order);
      const certain = page.take(bound);
      yield* recordParts(certain);
      if (certain.length > 0) yield countsPart(running.tally);
    }
    yield* recordParts(page.take(undefined));
  }

  async #look(running: Running, source: Source): Promise<void> {
    const { query, matcher, matcherOptions, range, pace, page, tally } = running;
    const set: RecordSource =
      source.kind === 'open' ? source.set : this.#context.cache.open(source.entry);
    const matches = await set.select({ query, matcher, matcherOptions, ...range, pace });
    if (matches.count === 0) return;
    await tally.add(matches);
    const pause = pace();
    if (pause) await pause;
    if (page.passes(source)) return;
    const candidates = page.candidates(await matches.times(), await matches.rows());
    if (candidates.length > 0) page.add(await matches.load(candidates), candidates);
  }
}

/** Parses a query. @throws AppError `query-syntax` with the position in its details */
export function parseOrThrow(text: string): Query {
  const result = parseQuery(text);
  if (result.ok) return result.query;
  const { message, ...details } = result.error;
  throw new AppError('query-syntax', message, { details });
}

function countsPart({ total, hosts, histogram }: Tally): SearchPart {
  return { type: 'counts', total, hosts, ...(histogram ? { histogram } : {}) };
}

/** Records in parts of a bounded size. */
export function* recordParts(records: readonly LogRecord[]): Generator<SearchPart> {
  let part: LogRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    part.push(record);
    bytes += record.body.length;
    if (part.length >= SEARCH_PART_RECORDS_MAX || bytes >= SEARCH_PART_BYTES_MAX) {
      yield { type: 'records', records: part };
      part = [];
      bytes = 0;
    }
  }
  if (part.length > 0) yield { type: 'records', records: part };
}
