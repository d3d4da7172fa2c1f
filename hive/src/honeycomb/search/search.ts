/**
 * Answers searches over what is held at one moment: alone where there is little, else together with the search threads,
 * each with its chunks.
 */
import { AppError } from '@apiary/common/errors.ts';
import { HONEYCOMB_SEARCHES_MAX } from '@apiary/common/limits.ts';
import type { SearchPart } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Part } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { HeldSnapshot, Holdings } from '../holdings/holdings.ts';
import type { Figures } from '../metrics.ts';
import type { SharedChunks } from './claims.ts';
import { firstTimes } from './first-times.ts';
import { mergedAnswer } from './merged-answer.ts';
import {
  countsPart,
  type PartContext,
  type PartOf,
  PartSearch,
  type Request,
  rangeOf,
  searchPart,
} from './part-search.ts';
import { histogramSpan } from './plan.ts';
import type { ThreadTask } from './threads/search-messages.ts';
import type { SearchThread } from './threads/search-thread.ts';
import type { SearchThreads, Shares } from './threads/search-threads.ts';
import { HERE, Sharing } from './threads/sharing.ts';
import { Totals } from './totals.ts';

/** What searching works with. */
export interface SearchContext extends PartContext {
  readonly holdings: Holdings;
  readonly figures: Figures;
  /** Absent: one thread does it all. */
  readonly threads?: SearchThreads;
}

/** See the file's head. */
export class Search {
  readonly #context: SearchContext;
  #running = 0;
  #parts = 0;

  constructor(context: SearchContext) {
    this.#context = context;
  }

  /** True while something is searched here, for whomever. */
  get isRunning(): boolean {
    return this.#running + this.#parts > 0;
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
    const reading = this.#context.holdings.read();
    try {
      const { list } = reading.snapshot;
      const shares = this.#context.threads?.shareOut(list, rangeOf(request));
      if (shares) yield* this.#together(request, reading.snapshot, shares, signal);
      else yield* this.#alone(request, reading.snapshot, signal);
    } finally {
      reading.end();
      this.#running--;
    }
  }

  /** Answers for a part of what there is; whoever asks puts the parts together. @throws AppError as {@link run} */
  async *part(request: Request, part: PartOf, signal?: AbortSignal): AsyncGenerator<Part> {
    this.#parts++;
    try {
      yield* searchPart(this.#context, request, part, signal);
    } finally {
      this.#parts--;
    }
  }

  async *#alone(
    request: Request,
    { open, list }: HeldSnapshot,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<SearchPart> {
    const began = performance.now();
    const search = new PartSearch(
      this.#context,
      request,
      { over: { open, chunks: list.byTime } },
      signal,
    );
    yield* search.answer();
    yield countsPart(search.tally);
    const { next } = search.page;
    const { total } = search.tally;
    const elapsedMs = performance.now() - began;
    const more = next === undefined ? {} : { next };
    yield { type: 'done', total, ...more, elapsedMs, missing: search.missing };
  }

  async *#together(
    request: Request,
    { open, list }: HeldSnapshot,
    { holders, there }: Shares,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<SearchPart> {
    const { clock, cache } = this.#context;
    const nowMs = clock.now();
    const span = histogramSpan(request, [...open, ...list.byTime.times], nowMs);
    const totals = new Totals([]);
    // What the store does not have yet is read here.
    const provided = list.numbersOf(cache.provided());
    const sharing = new Sharing(list, holders, provided);
    const here = { over: { open, chunks: list.byTime }, span, nowMs, shared: sharing.here() };
    const first = firstTimesOf(request, here);
    const firstHere = provided.size > 0 ? undefined : first(HERE);
    yield* mergedAnswer(request, totals, signal, (over) => [
      // The others are asked first: they work while this one does.
      ...there.map(({ thread, holder }) => {
        const task = { request, list, span, nowMs, share: sharing.sent(holder) };
        const records = totals.recordsOf(this.#ofThread(thread, task, sharing, over));
        return { records, first: first(holder) };
      }),
      { records: totals.recordsOf(this.part(request, here, over)), first: firstHere },
    ]);
  }

  /** A thread's part. What a thread that ended cannot give any more is read here. */
  async *#ofThread(
    thread: SearchThread,
    task: ThreadTask,
    sharing: Sharing,
    signal: AbortSignal,
  ): AsyncGenerator<Part> {
    const seen = new Set<string>();
    try {
      for await (const part of thread.run(task, signal)) {
        if (part.type === 'records') for (const { id } of part.records) seen.add(id);
        yield part;
      }
      return;
    } catch (error) {
      if (!thread.isOver) throw error;
    }
    const { request, span, nowMs } = task;
    const chunks = sharing.lostWith(task.share.holder, rangeOf(request));
    const again = this.part(request, { over: { open: [], chunks }, span, nowMs }, signal);
    for await (const part of again) {
      if (part.type === 'end') yield part;
      else yield { ...part, records: part.records.filter(({ id }) => !seen.has(id)) };
    }
  }
}

/** By holder: the time of the first record that what it looks at can have. */
function firstTimesOf(
  request: Request,
  { over, shared }: PartOf & { readonly shared: SharedChunks },
): (holder: number) => number {
  const { order } = request;
  const walk = over.chunks.walk(rangeOf(request), order);
  const holders = shared.others.length + 1;
  const first = firstTimes(walk, order, { holderOf: (chunk) => shared.holderOf(chunk), holders });
  const isNewest = order === 'newest';
  const open = over.open.map(({ minTime, maxTime }) => (isNewest ? maxTime : minTime));
  return (holder) => {
    const times = holder === HERE ? [first(holder), ...open] : [first(holder)];
    return isNewest ? Math.max(...times) : Math.min(...times);
  };
}
