import type { ChunkEntry, ChunkStore, NewChunk } from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import {
  CHUNK_CACHE_BYTES_MAX,
  CHUNK_CACHE_IDLE_MS,
  CHUNK_CACHE_STALE_MS,
} from '@apiary/common/limits/search.ts';
import type { ChunkReader } from '../chunk/chunk-format.ts';
import { formatOf } from '../chunk/index.ts';

interface Cached {
  readonly reader: ChunkReader;
  readonly usedMs: number;
}

/** What may be chosen. */
export interface ChunkCacheOptions {
  /** Default CHUNK_CACHE_BYTES_MAX. */
  readonly bytesMax?: number;
  /** Told of chunks that are gone, for whoever keeps something of them too. */
  readonly onForget?: (chunks: readonly string[]) => void;
}

/**
 * Opened chunks with what was decoded of them, as many as fit within a bound of memory. A
 * chunk grows while it is searched: the bound holds again when the next one is asked for.
 */
export class ChunkCache {
  readonly #store: Pick<ChunkStore, 'readSection'>;
  readonly #clock: Clock;
  readonly #bytesMax: number;
  readonly #onForget: ((chunks: readonly string[]) => void) | undefined;
  /** The least recently used first. */
  readonly #cached = new Map<string, Cached>();
  readonly #provided = new Map<string, NewChunk>();
  #cancelSweep: (() => void) | undefined;

  constructor(
    store: Pick<ChunkStore, 'readSection'>,
    clock: Clock,
    { bytesMax = CHUNK_CACHE_BYTES_MAX, onForget }: ChunkCacheOptions = {},
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#bytesMax = bytesMax;
    this.#onForget = onForget;
  }

  /** Nothing of the chunk is read before it is searched. @throws AppError `not-supported` */
  open(entry: ChunkEntry): ChunkReader {
    const cached = this.#cached.get(entry.id);
    const read = async (index: number) =>
      this.#provided.get(entry.id)?.sections[index] ??
      (await this.#store.readSection(entry.id, index));
    const reader = cached?.reader ?? formatOf(entry.format).open(entry, read);
    this.#cached.delete(entry.id);
    this.#trim();
    this.#cached.set(entry.id, { reader, usedMs: this.#clock.now() });
    this.#cancelSweep ??= this.#clock.after(CHUNK_CACHE_IDLE_MS, () => this.#sweep());
    return reader;
  }

  /** Reads a chunk from memory that the store does not have yet. */
  provide(chunk: NewChunk): void {
    this.#provided.set(chunk.entry.id, chunk);
  }

  /** The store does not have it yet. */
  isProvided(chunk: string): boolean {
    return this.#provided.has(chunk);
  }

  /** The store has it now. */
  stored(chunk: string): void {
    this.#provided.delete(chunk);
  }

  /** Lets go of chunks that are gone. */
  forget(chunks: readonly string[]): void {
    for (const id of chunks) {
      this.#cached.delete(id);
      this.#provided.delete(id);
    }
    this.#onForget?.(chunks);
  }

  /** Lets go of everything. */
  close(): void {
    this.#cancelSweep?.();
    this.#cached.clear();
  }

  /**
   * Lets the least recently used go where nobody used it for a while; else the most recently used. Searches
   * go through all chunks in turn: with more of them than fit, the least recently used is the one that the next
   * search begins with, and keeping the others would keep nothing that is asked for.
   */
  #trim(): void {
    let bytes = 0;
    for (const { reader } of this.#cached.values()) bytes += reader.memoryBytes;
    const stale = this.#clock.now() - CHUNK_CACHE_STALE_MS;
    for (const [id, { reader, usedMs }] of this.#cached) {
      if (bytes <= this.#bytesMax || usedMs > stale) break;
      bytes -= reader.memoryBytes;
      this.#cached.delete(id);
    }
    if (bytes <= this.#bytesMax) return;
    for (const [id, { reader }] of [...this.#cached].reverse()) {
      if (bytes <= this.#bytesMax) break;
      bytes -= reader.memoryBytes;
      this.#cached.delete(id);
    }
  }

  #sweep(): void {
    const before = this.#clock.now() - CHUNK_CACHE_IDLE_MS;
    for (const [id, { usedMs }] of this.#cached) {
      if (usedMs <= before) this.#cached.delete(id);
    }
    this.#cancelSweep =
      this.#cached.size > 0
        ? this.#clock.after(CHUNK_CACHE_IDLE_MS, () => this.#sweep())
        : undefined;
  }
}
