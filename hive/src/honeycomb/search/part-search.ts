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
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import type { z } from 'zod';
import type { ListedChunk, TimeRange } from '../holdings/chunks-by-time.ts';
import type { Matches, Pace, RecordSource, Selection } from '../records/record-set.ts';
import type { ChunkCache } from './chunk-cache.ts';
import { type SharedChunks, SpareChunks } from './claims.ts';
import { createPace, TimeIsUp } from './pace.ts';
import { Page } from './page.ts';
import { histogramSpan } from './plan.ts';
import { parseCursor } from './position.ts';
import { type Searched, SourceWalk } from './source-walk.ts';
import { Tally, type TallySpan } from './tally.ts';
import { runsUpTo, type Waiting, WaitingSources } from './waiting-sources.ts';

/** Chunks whose newest rows are looked at in vain before no others are: what is asked for is rare. */
const LOOKS_IN_VAIN_MAX = 4;

const NOTHING_SEEN = { after: Number.POSITIVE_INFINITY, count: 0 };

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
  /** Records alone, as what there is was counted before. */
  readonly isPageAlone?: boolean | undefined;
}

/** See the file's head. */
export class PartSearch {
  readonly page: Page;
  readonly tally: Tally;
  readonly missing: string[] = [];
  readonly #context: PartContext;
  readonly #request: Request;
  readonly #selection: Selection;
  readonly #over: Searched;
  readonly #waiting: WaitingSources;
  readonly #pace: Pace;
  readonly #shared: SharedChunks | undefined;
  readonly #isPageAlone: boolean;
  /** The time for it was up. */
  #isOver = false;
  #looksInVain = 0;

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
    this.#isPageAlone = part.isPageAlone ?? false;
    const query = parseOrThrow(request.query);
    const range = rangeOf(request);
    this.#over = part.over;
    const { order } = request;
    const walk = new SourceWalk(part.over, range, { order, shared: part.shared });
    this.#waiting = new WaitingSources(walk);
    const after = request.cursor === undefined ? undefined : parseCursor(request.cursor);
    this.#pace = createPace({
      ...(signal ? { signal } : {}),
      isOver: () => performance.now() - began > SEARCH_DEADLINE_MS,
    });
    const matcherOptions = { nowMs };
    const matcher = compileMatcher(query, matcherOptions);
    this.#selection = { query, matcher, matcherOptions, ...range, pace: this.#pace };
    this.page = new Page({ order, limit: request.limit, after });
    const { open, chunks } = part.over;
    const held = [...open, ...chunks.times];
    const span = part.nowMs === undefined ? histogramSpan(request, held, nowMs) : part.span;
    this.tally = new Tally(span);
  }

  /** Records and, after some, the counts so far. @throws AppError `deadline-passed` when aborted */
  async *answer(): AsyncGenerator<SearchPart> {
    const waiting = this.#waiting;
    let isCountOwed = false;
    for (let next = waiting.next(); next; next = waiting.next()) {
      if (this.#isPageAlone && this.page.isOver) return;
      const source = next;
      const newest = this.#newestOf(source);
      if (!(await this.#hasTime(newest ?? (async () => await this.#look(source))))) {
        this.#timeIsUp(1 + waiting.drain());
        break;
      }
      const certain = this.page.take(waiting.bound());
      yield* recordParts(certain);
      if (certain.length > 0) isCountOwed = true;
      if (newest || !isCountOwed) continue;
      yield countsPart(this.tally);
      isCountOwed = false;
    }
    yield* recordParts(this.page.take(undefined));
    await this.#takeOver();
  }

  /** Counts what others would come to, where nothing of it can be on the page. */
  async #takeOver(): Promise<void> {
    if (!this.#shared || this.#isOver) return;
    const how = { range: this.#selection, order: this.#request.order };
    const spare = new SpareChunks(this.#shared, this.#over.chunks, how);
    while (!this.#isOver) {
      const chunk = spare.next((times) => this.page.wouldPass(times));
      if (!chunk) return;
      const source = { kind: 'chunk', chunk } as const;
      const look = async () => await this.#look({ source, times: chunk });
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

  async #look({ source, times, seen }: Waiting): Promise<void> {
    if (this.#isPageAlone && this.page.isBefore(times)) return;
    if (source.kind === 'chunk' && this.#lacks(source.chunk)) {
      await this.#pace();
      return;
    }
    if (source.kind === 'open') await this.#lookAt(source.set, times, seen);
    else {
      const look = async (set: RecordSource) => await this.#lookAt(set, times, seen);
      await this.#context.cache.use(source.chunk.entry(), look);
    }
  }

  async #lookAt(set: RecordSource, times: Waiting['times'], seen: Waiting['seen']): Promise<void> {
    const { page, tally } = this;
    const matches = await set.select(this.#selection);
    if (matches.count === 0) return;
    if (!this.#isPageAlone) await tally.add(matches);
    const pause = this.#pace();
    if (pause) await pause;
    const { after, count } = seen ?? NOTHING_SEEN;
    if (matches.count === count || page.passes(times)) return;
    await this.#addToPage(matches, after);
  }

  /**
   * What looks at the newest rows of a chunk alone, before it is counted: they may fill the page. Undefined: they do not
   * stand apart, cannot be on the page, or were seen.
   */
  #newestOf(waiting: Waiting): (() => Promise<void>) | undefined {
    const { source, times, seen } = waiting;
    if (source.kind === 'open' || seen || this.#request.order !== 'newest') return undefined;
    if (this.#looksInVain >= LOOKS_IN_VAIN_MAX || !this.page.mayHave(times)) return undefined;
    return async () => {
      const found = await this.#lookAtNewest(source.chunk);
      const hasMatches = found.count > 0 || found.after > Number.NEGATIVE_INFINITY;
      if (hasMatches) this.#waiting.putBack(waiting, found);
    };
  }

  #lacks(chunk: ListedChunk): boolean {
    return this.#context.cache.lacks(chunk.entry(), this.#selection.query);
  }

  async #lookAtNewest(chunk: ListedChunk): Promise<NonNullable<Waiting['seen']>> {
    if (this.#lacks(chunk)) return NOTHING_SEEN;
    return await this.#context.cache.use(chunk.entry(), async ({ selectNewest }) => {
      const found = await selectNewest?.(this.#selection);
      if (!found) return NOTHING_SEEN;
      const { after, matches } = found;
      const isOnPage = matches.count > 0 && (await this.#addToPage(matches));
      if (!isOnPage && Number.isFinite(after)) this.#looksInVain++;
      return { after, count: matches.count };
    });
  }

  /** @param last those that are later were looked at already @returns false when none can be on the page */
  async #addToPage(matches: Matches, last = Number.POSITIVE_INFINITY): Promise<boolean> {
    const candidates = this.page.candidates(runsUpTo(await matches.timed(), last));
    if (candidates.length === 0) return false;
    this.page.add(await matches.load(candidates), candidates);
    return true;
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
