/**
 * Threads that search sealed chunks beside the one that takes lines in. A chunk stays with whoever searched it first,
 * so that what was decoded serves the next search; new ones go where the fewest bytes are. Threads start with the first
 * search that is large enough, which does not wait for them, and end when there was none for a while.
 */
import { availableParallelism } from 'node:os';
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import {
  CHUNK_CACHE_BYTES_MAX,
  SEARCH_SHARED_BYTES_MIN,
  SEARCH_THREAD_IDLE_MS,
  SEARCH_THREADS_MAX,
} from '@apiary/common/limits/search.ts';
import type { ThreadStart } from './search-messages.ts';
import { SearchThread } from './search-thread.ts';

/** What threads work with. */
export interface SearchThreadsOptions extends Pick<ThreadStart, 'folder'> {
  readonly clock: Clock;
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
  #threads: SearchThread[] = [];
  /** Bytes by place. */
  readonly #bytes: number[];
  /** By chunk. */
  readonly #homes = new Map<string, Home>();
  #usedMs = Number.NEGATIVE_INFINITY;
  #cancelSweep: (() => void) | undefined;
  #isStopped = false;

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
    if (!this.#threads.every(({ isReady }) => isReady)) return undefined;
    const here: ChunkEntry[] = [];
    const there = this.#threads.map((thread) => ({ thread, chunks: [] as ChunkEntry[] }));
    for (const entry of chunks) {
      const { place } = this.#homes.get(entry.id) ?? this.#place(entry);
      (there[place - 1]?.chunks ?? here).push(entry);
    }
    return { here, there: there.filter((share) => share.chunks.length > 0) };
  }

  /** Starts the threads and waits until they take searches. */
  async start(): Promise<void> {
    this.#ensure();
    await Promise.all(this.#threads.map((thread) => thread.started()));
  }

  /** Lets go of chunks that are gone. */
  forget(chunks: readonly string[]): void {
    for (const id of chunks) {
      const home = this.#homes.get(id);
      if (!home) continue;
      this.#homes.delete(id);
      this.#bytes[home.place] = (this.#bytes[home.place] ?? 0) - home.bytes;
    }
    for (const thread of this.#threads) if (!thread.isOver) thread.forget(chunks);
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

  #ensure(): void {
    if (this.#threads.length > 0 && this.#threads.every(({ isOver }) => !isOver)) return;
    for (const thread of this.#threads) void thread.stop();
    const start = { folder: this.#options.folder, cacheBytesMax: this.cacheBytesMax };
    this.#threads = Array.from({ length: this.#count }, () => new SearchThread(start));
    this.#cancelSweep ??= this.#options.clock.after(SEARCH_THREAD_IDLE_MS, () => this.#sweep());
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
    await Promise.all(threads.map((thread) => thread.stop()));
  }
}
