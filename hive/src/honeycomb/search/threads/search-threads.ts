/**
 * Threads that search sealed chunks beside the one that takes lines in. A chunk stays with whoever searched it first,
 * so that what was decoded serves the next search; new ones go where the fewest bytes are. Threads start with the first
 * search that is large enough, which does not wait for them, and end when there was none for a while. One that dies is
 * counted, logged and after a pause replaced; until then the others and this thread do its work.
 */
import { availableParallelism } from 'node:os';
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
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
import type { Figures } from '../../metrics.ts';
import type { ThreadStart } from './search-messages.ts';
import { SearchThread } from './search-thread.ts';

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
  readonly here: readonly ChunkEntry[];
  readonly there: readonly { readonly thread: SearchThread; readonly chunks: ChunkEntry[] }[];
}

interface Home {
  /** 0 is here, others are threads. */
  readonly place: number;
  readonly bytes: number;
}

/** See the file's head. */
export class SearchThreads {
  readonly #options: SearchThreadsOptions;
  readonly #count: number;
  /** By place, from the first on; one that died stays until it is replaced. */
  #threads: (SearchThread | undefined)[] = [];
  /** Bytes by place. */
  readonly #bytes: number[];
  /** By chunk. */
  readonly #homes = new Map<string, Home>();
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
  shareOut(chunks: readonly ChunkEntry[]): Shares | undefined {
    if (this.#count === 0 || this.#isStopped) return undefined;
    const { sharedBytesMin = SEARCH_SHARED_BYTES_MIN } = this.#options;
    const bytes = chunks.reduce((sum, { rawBytes }) => sum + rawBytes, 0);
    if (bytes < sharedBytesMin) return undefined;
    this.#usedMs = this.#options.clock.now();
    this.#ensure();
    const live = this.#threads.map((thread) => (thread?.isOver ? undefined : thread));
    if (live.every((thread) => !thread)) return undefined;
    if (live.some((thread) => thread && !thread.isReady)) return undefined;
    const here: ChunkEntry[] = [];
    const shares = live.map((thread) => ({ thread, chunks: [] as ChunkEntry[] }));
    for (const entry of chunks) {
      const { place } = this.#homes.get(entry.id) ?? this.#place(entry);
      const share = shares[place - 1];
      (share?.thread ? share.chunks : here).push(entry);
    }
    const there = shares.flatMap(({ thread, chunks: own }) =>
      thread && own.length > 0 ? [{ thread, chunks: own }] : [],
    );
    return { here, there };
  }

  /** Starts the threads and waits until they take searches. */
  async start(): Promise<void> {
    this.#ensure();
    await Promise.all(this.#threads.map((thread) => thread?.started()));
  }

  /** Lets go of chunks that are gone. */
  forget(chunks: readonly string[]): void {
    for (const id of chunks) {
      const home = this.#homes.get(id);
      if (!home) continue;
      this.#homes.delete(id);
      this.#bytes[home.place] = (this.#bytes[home.place] ?? 0) - home.bytes;
    }
    for (const thread of this.#threads) if (!thread?.isOver) thread?.forget(chunks);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelSweep?.();
    await this.#end();
  }

  #place({ id, rawBytes }: ChunkEntry): Home {
    const place = this.#bytes.indexOf(Math.min(...this.#bytes));
    const home = { place, bytes: rawBytes };
    this.#bytes[place] = (this.#bytes[place] ?? 0) + rawBytes;
    this.#homes.set(id, home);
    return home;
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
    this.#homes.clear();
    this.#bytes.fill(0);
    await Promise.all(threads.map((thread) => thread?.stop()));
  }
}
