import type { ChunkEntry, ChunkStore } from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { CHUNK_CACHE_BYTES_MAX, CHUNK_CACHE_IDLE_MS } from '@apiary/common/limits.ts';
import type { ChunkReader } from '../chunk/chunk-format.ts';
import { formatOf } from '../chunk/index.ts';

interface Cached {
  readonly reader: ChunkReader;
  usedMs: number;
}

/** Decoded chunks, the most recently used ones within a bound of memory. */
export class ChunkCache {
  readonly #store: ChunkStore;
  readonly #clock: Clock;
  readonly #bytesMax: number;
  /** The least recently used first. */
  readonly #cached = new Map<string, Cached>();
  /** Bounded by the number of searches: each reads one chunk and prepares the next. */
  readonly #reading = new Map<string, Promise<ChunkReader>>();
  #bytes = 0;
  #cancelSweep: (() => void) | undefined;

  constructor(store: ChunkStore, clock: Clock, bytesMax = CHUNK_CACHE_BYTES_MAX) {
    this.#store = store;
    this.#clock = clock;
    this.#bytesMax = bytesMax;
  }

  /** @throws AppError `not-found` when the chunk has gone meanwhile, `store-corrupt` */
  async read(entry: ChunkEntry): Promise<ChunkReader> {
    const cached = this.#cached.get(entry.id);
    if (cached) {
      this.#cached.delete(entry.id);
      this.#cached.set(entry.id, cached);
      cached.usedMs = this.#clock.now();
      return cached.reader;
    }
    return await (this.#reading.get(entry.id) ?? this.#open(entry));
  }

  /** Begins to read a chunk that will be wanted. */
  prepare(entry: ChunkEntry): void {
    if (this.#cached.has(entry.id) || this.#reading.has(entry.id)) return;
    // Whoever reads it next meets the error.
    this.#open(entry).catch(() => undefined);
  }

  /** Lets go of everything. */
  close(): void {
    this.#cancelSweep?.();
    this.#cached.clear();
    this.#bytes = 0;
  }

  #open(entry: ChunkEntry): Promise<ChunkReader> {
    const reading = (async () => {
      try {
        const read = (index: number) => this.#store.readSection(entry.id, index);
        const reader = await formatOf(entry.format).open(entry, read);
        this.#keep(entry.id, reader);
        return reader;
      } finally {
        this.#reading.delete(entry.id);
      }
    })();
    this.#reading.set(entry.id, reading);
    return reading;
  }

  #keep(id: string, reader: ChunkReader): void {
    this.#cached.set(id, { reader, usedMs: this.#clock.now() });
    this.#bytes += reader.memoryBytes;
    for (const oldest of this.#cached.keys()) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#drop(oldest);
    }
    this.#cancelSweep ??= this.#clock.after(CHUNK_CACHE_IDLE_MS, () => this.#sweep());
  }

  #sweep(): void {
    const before = this.#clock.now() - CHUNK_CACHE_IDLE_MS;
    for (const [id, { usedMs }] of this.#cached) {
      if (usedMs <= before) this.#drop(id);
    }
    this.#cancelSweep =
      this.#cached.size > 0
        ? this.#clock.after(CHUNK_CACHE_IDLE_MS, () => this.#sweep())
        : undefined;
  }

  #drop(id: string): void {
    this.#bytes -= this.#cached.get(id)?.reader.memoryBytes ?? 0;
    this.#cached.delete(id);
  }
}
