import type { ChunkEntry, ChunkStore, NewChunk } from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import {
  CHUNK_CACHE_BYTES_MAX,
  CHUNK_CACHE_IDLE_MS,
  CHUNK_CACHE_STALE_MS,
} from '@apiary/common/limits/search.ts';
import type { Query } from '@apiary/common/query/ast.ts';
import type { ChunkReader, ReaderMemory } from '../chunk/chunk-format.ts';
import { formatOf } from '../chunk/index.ts';

/**
 * After so many chunks that were opened, the memory of all is counted anew; in between, that of those that were opened
 * since. Counted anew for each of them, a search of twice the chunks would count four times as much.
 */
const COUNTED_ANEW_AFTER = 32;

/** Who looks at what a reader has decoded. */
interface Holders {
  /** Searches that tell when they are done. */
  searches: number;
  /** Somebody has it who does not tell. */
  isLent: boolean;
  /** The cache has it no more. */
  isLetGo: boolean;
}

interface Cached {
  readonly reader: ChunkReader;
  readonly holders: Holders;
  readonly usedMs: number;
  bytes: number;
}

/** Where sections are read from. */
export interface Sections extends Pick<ChunkStore, 'readSection'> {
  /** See {@link ChunkStore.sectionAtHand}; undefined where this one is not on this machine. */
  sectionAtHand?(chunk: string, index: number): Buffer | undefined;
  /** The one that was read last is on this machine by now. Absent: all are where {@link Sections.sectionAtHand} is there. */
  readonly isNear?: boolean;
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
 * chunk grows while it is searched: past the bound it keeps few of its columns, and when the next one is asked for the
 * bound holds again.
 */
export class ChunkCache {
  readonly #store: Sections;
  readonly #clock: Clock;
  readonly #bytesMax: number;
  readonly #onForget: ((chunks: readonly string[]) => void) | undefined;
  /** The least recently used first. */
  readonly #cached = new Map<string, Cached>();
  readonly #provided = new Map<string, NewChunk>();
  /** Memory of all as it was last counted. */
  #bytes = 0;
  /** Opened since all were counted. */
  readonly #growing = new Set<Cached>();
  readonly #memory: ReaderMemory;
  #cancelSweep: (() => void) | undefined;

  constructor(
    store: Sections,
    clock: Clock,
    { bytesMax = CHUNK_CACHE_BYTES_MAX, onForget }: ChunkCacheOptions = {},
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#bytesMax = bytesMax;
    this.#memory = {
      hasRoom: () => {
        this.#count(this.#growing);
        return this.#bytes <= this.#bytesMax;
      },
      ...{ ownsSections: true, areChecked: true },
      get areNear() {
        return store.isNear ?? store.sectionAtHand !== undefined;
      },
    };
    this.#onForget = onForget;
  }

  /** Nothing of the chunk is read before it is searched. @throws AppError `not-supported` */
  open(entry: ChunkEntry): ChunkReader {
    const { reader, holders } = this.#open(entry);
    holders.isLent = true;
    return reader;
  }

  /**
   * The same for who is done with all that the reader gave when `look` is: where nobody else has it, its memory is free
   * as soon as there is no room for it.
   */
  async use<T>(entry: ChunkEntry, look: (reader: ChunkReader) => Promise<T>): Promise<T> {
    const { reader, holders } = this.#open(entry);
    holders.searches++;
    try {
      return await look(reader);
    } finally {
      holders.searches--;
      if (holders.isLetGo) release(reader, holders);
    }
  }

  #open(entry: ChunkEntry): Cached {
    const cached = this.#cached.get(entry.id);
    const read = async (index: number) => {
      const provided = this.#provided.get(entry.id)?.sections[index];
      return provided ? Buffer.from(provided) : await this.#store.readSection(entry.id, index);
    };
    const reader = cached?.reader ?? formatOf(entry.format).open(entry, read, this.#memory);
    this.#drop(entry.id);
    this.#trim();
    const bytes = reader.memoryBytes;
    const holders = cached?.holders ?? { searches: 0, isLent: false, isLetGo: false };
    const opened = { reader, holders, usedMs: this.#clock.now(), bytes };
    this.#cached.set(entry.id, opened);
    this.#bytes += bytes;
    this.#growing.add(opened);
    this.#cancelSweep ??= this.#clock.after(CHUNK_CACHE_IDLE_MS, () => this.#sweep());
    return opened;
  }

  /**
   * True where a chunk has certainly no match, as it tells without being opened. Nothing of it is kept.
   *
   * @throws AppError `store-corrupt`, `not-found`, `not-supported`
   */
  lacks(entry: ChunkEntry, query: Query): boolean {
    const { id, format } = entry;
    const store = this.#store;
    // What was opened has it at hand.
    if (!store.sectionAtHand || this.#cached.has(id) || this.#provided.has(id)) return false;
    const read = (index: number) => store.sectionAtHand?.(id, index);
    return formatOf(format).lacks?.(entry, query, read) ?? false;
  }

  /** Reads a chunk from memory that the store does not have yet. */
  provide(chunk: NewChunk): void {
    this.#provided.set(chunk.entry.id, chunk);
  }

  /** Chunks that the store does not have yet. */
  provided(): ReadonlySet<string> {
    return new Set(this.#provided.keys());
  }

  /** The store has it now. */
  stored(chunk: string): void {
    this.#provided.delete(chunk);
  }

  /** Lets go of chunks that are gone. */
  forget(chunks: readonly string[]): void {
    for (const id of chunks) {
      this.#letGo(id);
      this.#provided.delete(id);
    }
    this.#onForget?.(chunks);
  }

  /** Lets go of all that is decoded. */
  cool(): void {
    for (const id of this.#cached.keys()) this.#letGo(id);
  }

  /** Lets go of everything. */
  close(): void {
    this.#cancelSweep?.();
    this.cool();
  }

  /**
   * Lets the least recently used go where nobody used it for a while; else the most recently used. Searches
   * go through all chunks in turn: with more of them than fit, the least recently used is the one that the next
   * search begins with, and keeping the others would keep nothing that is asked for.
   */
  #trim(): void {
    const isAnew = this.#growing.size >= COUNTED_ANEW_AFTER;
    this.#count(isAnew ? this.#cached.values() : this.#growing);
    if (isAnew) this.#growing.clear();
    if (this.#bytes <= this.#bytesMax) return;
    const stale = this.#clock.now() - CHUNK_CACHE_STALE_MS;
    for (const [id, { usedMs }] of this.#cached) {
      if (this.#bytes <= this.#bytesMax || usedMs > stale) break;
      this.#letGo(id);
    }
    if (this.#bytes <= this.#bytesMax) return;
    for (const id of [...this.#cached.keys()].reverse()) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#letGo(id);
    }
  }

  /** A chunk grows while it is searched. */
  #count(some: Iterable<Cached>): void {
    for (const cached of some) {
      const { memoryBytes } = cached.reader;
      this.#bytes += memoryBytes - cached.bytes;
      cached.bytes = memoryBytes;
    }
  }

  #letGo(id: string): void {
    const cached = this.#drop(id);
    if (!cached) return;
    cached.holders.isLetGo = true;
    release(cached.reader, cached.holders);
  }

  #drop(id: string): Cached | undefined {
    const cached = this.#cached.get(id);
    if (!cached) return undefined;
    this.#cached.delete(id);
    this.#growing.delete(cached);
    this.#bytes -= cached.bytes;
    return cached;
  }

  #sweep(): void {
    const before = this.#clock.now() - CHUNK_CACHE_IDLE_MS;
    for (const [id, { usedMs }] of this.#cached) {
      if (usedMs <= before) this.#letGo(id);
    }
    this.#cancelSweep =
      this.#cached.size > 0
        ? this.#clock.after(CHUNK_CACHE_IDLE_MS, () => this.#sweep())
        : undefined;
  }
}

function release(reader: ChunkReader, { searches, isLent }: Holders): void {
  reader.release(isLent || searches > 0 ? 'in-use' : 'unused');
}
