/**
 * Threads that search sealed chunks beside the one that takes lines in. A chunk stays with whoever searched it first,
 * so that what was decoded serves the next search; new ones go where the fewest bytes are. Threads start with the first
 * search that is large enough, which does not wait for them, and end when there was none for a while. One that dies is
 * counted, logged and after a pause replaced; until then the others and this thread do its work.
 */
import { availableParallelism } from 'node:os';
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import {
  CHUNK_CACHE_BYTES_MAX,
  SEARCH_SHARED_BYTES_MIN,
  SEARCH_THREAD_IDLE_MS,
  SEARCH_THREAD_PAUSE_MS_MAX,
  SEARCH_THREAD_PAUSE_MS_MIN,
  SEARCH_THREADS_MAX,
} from '@apiary/common/limits/search.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { ChunkList } from '../../holdings/chunk-list.ts';
import type { ListedChunk, TimeRange } from '../../holdings/chunks-by-time.ts';
import type { Figures } from '../../metrics.ts';
import type { Holders } from '../claims.ts';
import type { ThreadStart } from './search-messages.ts';
import { SearchThread } from './search-thread.ts';
import { HERE } from './sharing.ts';

/** With more chunks than these, each thread is taken to have some. */
const CHUNKS_LOOKED_AT_MAX = 64;

/** What threads work with. */
export interface SearchThreadsOptions extends Pick<ThreadStart, 'folder'> {
  readonly clock: Clock;
  readonly log: Logger;
  readonly figures: Figures;
  /** Default: one less than there are cores, at most SEARCH_THREADS_MAX. */
  readonly count?: number;
  /** Default SEARCH_SHARED_BYTES_MIN. */
  readonly sharedBytesMin?: number;
}

/** Who searches which chunks. */
export interface Shares {
  readonly holders: Holders;
  /** Those beside this thread who are asked. */
  readonly there: readonly { readonly thread: SearchThread; readonly holder: number }[];
}

/** See the file's head. */
export class SearchThreads {
  readonly #options: SearchThreadsOptions;
  readonly #count: number;
  /** By place, from the first on; one that died stays until it is replaced. */
  #threads: (SearchThread | undefined)[] = [];
  /** Bytes by place, of the chunks of the list that has been placed. */
  readonly #bytes: number[];
  #placed = 0;
  #usedMs = Number.NEGATIVE_INFINITY;
  #cancelSweep: (() => void) | undefined;
  #isStopped = false;
  /** Since the last death. */
  #pauseMs = 0;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: SearchThreadsOptions) {
    this.#options = options;
    const spare = Math.min(SEARCH_THREADS_MAX, availableParallelism() - 1);
    this.#count = options.count ?? spare;
    this.#bytes = Array.from({ length: this.#count + 1 }, () => 0);
  }

  /** What each of them, and this thread, keeps decoded at most: together CHUNK_CACHE_BYTES_MAX. */
  get cacheBytesMax(): number {
    return Math.floor(CHUNK_CACHE_BYTES_MAX / (this.#count + 1));
  }

  /** Shares chunks out; undefined where that is not worth it, or threads are not there yet. */
  shareOut(list: ChunkList, range: TimeRange): Shares | undefined {
    if (this.#count === 0 || this.#isStopped) return undefined;
    if (!this.#isWorthIt(list, range)) return undefined;
    this.#usedMs = this.#options.clock.now();
    this.#ensure();
    const live = this.#threads.map((thread) => (thread?.isOver ? undefined : thread));
    if (live.every((thread) => !thread)) return undefined;
    if (live.some((thread) => thread && !thread.isReady)) return undefined;
    this.#place(list);
    const holders = Uint8Array.from(
      this.#bytes,
      (_, place) => HERE + (live[place - 1] ? place : 0),
    );
    const withChunks = homesOf(list, range);
    const there = live.flatMap((thread, index) => {
      const place = index + 1;
      return thread && (withChunks?.has(place) ?? true) ? [{ thread, holder: HERE + place }] : [];
    });
    return { holders, there };
  }

  /** Starts the threads and waits until they take searches. */
  async start(): Promise<void> {
    this.#ensure();
    await Promise.all(this.#threads.map((thread) => thread?.started()));
  }

  /** Lets go of chunks that are gone. */
  forget(chunks: readonly string[]): void {
    for (const thread of this.#threads) if (!thread?.isOver) thread?.forget(chunks);
  }

  /** Lets go of all that is decoded. */
  cool(): void {
    for (const thread of this.#threads) if (!thread?.isOver) thread?.cool();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelSweep?.();
    await this.#end();
  }

  #isWorthIt(list: ChunkList, range: TimeRange): boolean {
    const { sharedBytesMin = SEARCH_SHARED_BYTES_MIN } = this.#options;
    let bytes = 0;
    for (const { entry } of list.byTime.walk(range, 'newest')) {
      bytes += entry().rawBytes;
      if (bytes >= sharedBytesMin) return true;
    }
    return bytes >= sharedBytesMin;
  }

  /** Gives those chunks a home that have none, beginning with the newest: searches begin with them. */
  #place(list: ChunkList): void {
    if (list.epoch === this.#placed) return;
    const change = list.since(this.#placed);
    this.#placed = list.epoch;
    if (!change) this.#bytes.fill(0);
    for (const chunk of change?.removed ?? []) this.#weigh(chunk, -1);
    const added = [...(change?.added ?? list.chunks)].sort((a, b) => b.maxTime - a.maxTime);
    for (const chunk of added) {
      chunk.home ??= this.#bytes.indexOf(Math.min(...this.#bytes));
      this.#weigh(chunk, 1);
    }
  }

  #weigh({ home = 0, entry }: ListedChunk, sign: 1 | -1): void {
    this.#bytes[home] = (this.#bytes[home] ?? 0) + sign * entry().rawBytes;
  }

  /** Starts what is not there, unless one died just now. */
  #ensure(): void {
    if (this.#options.clock.now() < this.#pausedUntilMs) return;
    const start = { folder: this.#options.folder, cacheBytesMax: this.cacheBytesMax };
    for (let index = 0; index < this.#count; index++) {
      const thread = this.#threads[index];
      if (!thread || thread.isOver) this.#threads[index] = this.#begin(start);
    }
    this.#cancelSweep ??= this.#options.clock.after(SEARCH_THREAD_IDLE_MS, () => this.#sweep());
  }

  #begin(start: ThreadStart): SearchThread | undefined {
    try {
      return new SearchThread(start, (thread, cause) => this.#died(cause, thread.hasAnswered));
    } catch (error) {
      // Where the machine gives no more threads, making one throws.
      this.#died(error, false);
      return undefined;
    }
  }

  #died(cause: unknown, hasAnswered: boolean): void {
    const { clock, figures, log } = this.#options;
    const doubled = hasAnswered ? 0 : Math.min(2 * this.#pauseMs, SEARCH_THREAD_PAUSE_MS_MAX);
    this.#pauseMs = Math.max(doubled, SEARCH_THREAD_PAUSE_MS_MIN);
    this.#pausedUntilMs = clock.now() + this.#pauseMs;
    figures.add('searchThreadDeaths');
    const { message } = toAppError(cause);
    log.error({ error: message, pauseMs: this.#pauseMs }, 'search-thread-died');
  }

  #sweep(): void {
    this.#cancelSweep = undefined;
    const leftMs = this.#usedMs + SEARCH_THREAD_IDLE_MS - this.#options.clock.now();
    if (leftMs <= 0) void this.#end();
    else this.#cancelSweep = this.#options.clock.after(leftMs, () => this.#sweep());
  }

  async #end(): Promise<void> {
    const threads = this.#threads;
    this.#threads = [];
    await Promise.all(threads.map((thread) => thread?.stop()));
  }
}

/** Places that have chunks of a range; undefined where there are too many chunks to look at them all. */
function homesOf(list: ChunkList, range: TimeRange): ReadonlySet<number> | undefined {
  const homes = new Set<number>();
  let looked = 0;
  for (const { home = 0 } of list.byTime.walk(range, 'newest')) {
    if (looked++ === CHUNKS_LOOKED_AT_MAX) return undefined;
    homes.add(home);
  }
  return homes;
}
