/**
 * A search over what one thread reads: goes through it by time, counts, and gives records as soon as they are certain.
 * Gives way to ingest all the time.
 */
import type { Clock } from '@apiary/common/clock.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import {
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
import type { TimeRange } from '../chunks-by-time.ts';
import type { Pace, RecordSource } from '../record-set.ts';
import type { ChunkCache } from './chunk-cache.ts';
import { type SharedChunks, SpareChunks } from './claims.ts';
import { createPace, TimeIsUp } from './pace.ts';
import { Page } from './page.ts';
import { histogramSpan } from './plan.ts';
import { parseCursor } from './position.ts';
import { type Searched, SourceWalk, timesOf, type WalkedSource } from './source-walk.ts';
import { Tally, type TallySpan } from './tally.ts';

/** What a part of a search works with. */
export interface PartContext {
  readonly cache: ChunkCache;
  readonly clock: Clock;
}

/** A search with everything filled in. */
export type Request = z.output<typeof searchRequestSchema>;

/** What is looked at, in place of all that is held here. */
export interface PartOf {
  readonly over: Searched;
  readonly span: TallySpan | undefined;
  readonly nowMs: number;
  /** Chunks that others look at, and may take from here. Absent: nobody does. */
  readonly shared?: SharedChunks;
}

/** See the file's head. */
export class PartSearch {
  readonly page: Page;
  readonly tally: Tally;
  readonly missing: string[] = [];
  readonly #context: PartContext;
  readonly #request: Request;
  readonly #query: Query;
  readonly #matcher: Matcher;
  readonly #matcherOptions: MatcherOptions;
  readonly #range: TimeRange;
  readonly #over: Searched;
  readonly #walk: SourceWalk;
  readonly #pace: Pace;
  readonly #shared: SharedChunks | undefined;
  /** The time for it was up. */
  #isOver = false;

  /** @throws AppError `query-syntax`, `request-invalid` */
  constructor(
    context: PartContext,
    request: Request,
    part: Pick<PartOf, 'over'> & Partial<PartOf>,
    signal: AbortSignal | undefined,
  ) {
    const began = performance.now();
    const nowMs = part.nowMs ?? context.clock.now();
    this.#context = context;
    this.#request = request;
    this.#shared = part.shared;
    this.#query = parseOrThrow(request.query);
    this.#range = rangeOf(request);
    this.#over = part.over;
    const { order } = request;
    this.#walk = new SourceWalk(part.over, this.#range, { order, shared: part.shared });
    this.#matcherOptions = { nowMs };
    this.#matcher = compileMatcher(this.#query, this.#matcherOptions);
    const after = request.cursor === undefined ? undefined : parseCursor(request.cursor);
    this.#pace = createPace({
      ...(signal ? { signal } : {}),
      isOver: () => performance.now() - began > SEARCH_DEADLINE_MS,
    });
    this.page = new Page({ order, limit: request.limit, after });
    const { open, chunks } = part.over;
    const held = [...open, ...chunks.times];
    const span = part.nowMs === undefined ? histogramSpan(request, held, nowMs) : part.span;
    this.tally = new Tally(span);
  }

  /** Records and, after some, the counts so far. @throws AppError `deadline-passed` when aborted */
  async *answer(): AsyncGenerator<SearchPart> {
    const walk = this.#walk;
    for (let source = walk.next(); source; source = walk.next()) {
      const next = source;
      if (!(await this.#hasTime(async () => await this.#look(next)))) {
        this.#timeIsUp(1 + walk.drain());
        break;
      }
      const certain = this.page.take(walk.bound());
      yield* recordParts(certain);
      if (certain.length > 0) yield countsPart(this.tally);
    }
    yield* recordParts(this.page.take(undefined));
    await this.#takeOver();
  }

  /** Counts what others would come to, where nothing of it can be on the page. */
  async #takeOver(): Promise<void> {
    if (!this.#shared || this.#isOver) return;
    const how = { range: this.#range, order: this.#request.order };
    const spare = new SpareChunks(this.#shared, this.#over.chunks, how);
    while (!this.#isOver) {
      const chunk = spare.next((times) => this.page.wouldPass(times));
      if (!chunk) return;
      const look = async () => await this.#look({ kind: 'chunk', chunk });
      if (!(await this.#hasTime(look))) this.#timeIsUp(1);
    }
  }

  #timeIsUp(parts: number): void {
    this.#isOver = true;
    this.missing.push(`${parts} parts: the time for a search was up`);
  }

  /** False when the time was up. */
  async #hasTime(look: () => Promise<void>): Promise<boolean> {
    try {
      await look();
    } catch (error) {
      if (error instanceof TimeIsUp) return false;
      if (toAppError(error).code !== 'not-found') throw error;
      this.missing.push('a chunk that was dropped meanwhile');
    }
    return true;
  }

  async #look(source: WalkedSource): Promise<void> {
    const { page, tally } = this;
    const set: RecordSource =
      source.kind === 'open' ? source.set : this.#context.cache.open(source.chunk.entry());
    const matches = await set.select({
      ...{ query: this.#query, matcher: this.#matcher, matcherOptions: this.#matcherOptions },
      ...this.#range,
      pace: this.#pace,
    });
    if (matches.count === 0) return;
    await tally.add(matches);
    const pause = this.#pace();
    if (pause) await pause;
    if (page.passes(timesOf(source))) return;
    const candidates = page.candidates(await matches.timed());
    if (candidates.length > 0) page.add(await matches.load(candidates), candidates);
  }
}

/** Answers for a part of what there is; whoever asks puts the parts together. @throws AppError as {@link PartSearch} */
export async function* searchPart(
  context: PartContext,
  request: Request,
  part: PartOf,
  signal?: AbortSignal,
): AsyncGenerator<Part> {
  const search = new PartSearch(context, request, part, signal);
  for await (const given of search.answer()) if (given.type === 'records') yield given;
  const { tally, page, missing } = search;
  const { total, histogram } = tally;
  const end = { total, hosts: [...tally.hostNames], missing: [...missing] };
  const hasMore = page.next !== undefined;
  yield { type: 'end', ...end, hasMore, ...(histogram && { histogram }) };
}

/** The times that a search is asked for. */
export function rangeOf({ from, to }: Pick<Request, 'from' | 'to'>): TimeRange {
  return { from: from ?? Number.NEGATIVE_INFINITY, to: to ?? Number.POSITIVE_INFINITY };
}

/** Parses a query. @throws AppError `query-syntax` with the position in its details */
export function parseOrThrow(text: string): Query {
  const result = parseQuery(text);
  if (result.ok) return result.query;
  const { message, ...details } = result.error;
  throw new AppError('query-syntax', message, { details });
}

/** How many there are so far. */
export function countsPart({ total, hosts, histogram }: Tally): SearchPart {
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
