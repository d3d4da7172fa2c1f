/** Honeycomb's store and search in this process, without bus and agents, so that they alone are measured. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AppendMessage, ChunkStore, Segment } from '@apiary/common/chunks/chunks.ts';
import { openSqliteStore } from '@apiary/common/chunks/sqlite/sqlite-store.ts';
import { systemClock } from '@apiary/common/clock.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { searchRequestSchema } from '@apiary/common/messages/actions/honeycomb.ts';
import { decodeRuns } from '@apiary/common/messages/data/codec.ts';
import { Metrics } from '@apiary/common/metrics.ts';
import { Holdings, type TouchedRows } from '@apiary/hive/honeycomb/holdings/holdings.ts';
import { Figures } from '@apiary/hive/honeycomb/metrics.ts';
import { Sealer } from '@apiary/hive/honeycomb/sealing/sealer.ts';
import { ChunkCache } from '@apiary/hive/honeycomb/search/chunk-cache.ts';
import { Search } from '@apiary/hive/honeycomb/search/search.ts';
import { SearchThreads } from '@apiary/hive/honeycomb/search/threads/search-threads.ts';

/** A question as the API takes it. */
export interface Question {
  readonly query: string;
  readonly limit?: number;
  readonly buckets?: number;
}

/** See the file's head. */
export class Engine {
  readonly holdings: Holdings;
  readonly segment: Segment;
  readonly store: ChunkStore;
  readonly figures = new Figures(new Metrics());
  readonly #sealer: Sealer;
  readonly #threads: SearchThreads;
  #cache: ChunkCache;

  private constructor(folder: string, store: ChunkStore, segment: Segment, holdings: Holdings) {
    this.store = store;
    this.segment = segment;
    this.holdings = holdings;
    const log = { ...createSilentLogger(), error: console.error };
    const { figures } = this;
    this.#threads = new SearchThreads({ folder, clock: systemClock, log, figures });
    const onLeaseLost = () => {
      throw new Error(`${folder} is open in another process`);
    };
    this.#sealer = new Sealer({
      ...{ holdings, segment, clock: systemClock, log, figures, onLeaseLost },
    });
    this.#cache = this.#newCache();
  }

  /** Opens a folder, and makes the open chunks again from what was committed. */
  static async open(folder: string): Promise<Engine> {
    const store = openSqliteStore({ folder });
    const segment = await store.openSegment('bench');
    const { chunks } = await store.catalogue();
    const engine = new Engine(folder, store, segment, new Holdings(chunks));
    for await (const block of segment.blocks()) engine.holdings.restore(block);
    return engine;
  }

  /** Decodes, commits and takes in messages, as ingest does with what came together. */
  async ingest(messages: readonly AppendMessage[]): Promise<readonly TouchedRows[]> {
    const decoded = messages.map((each) => ({
      ...each,
      message: { ...each.message, runs: decodeRuns(each.encoded) },
    }));
    const outcomes = await this.segment.append(decoded);
    const touched: TouchedRows[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      const message = decoded[index];
      const rows = message && this.holdings.commit(message, outcome);
      if (rows) touched.push(rows);
    }
    const pause = this.#sealer.touched(touched.map(({ chunk }) => chunk));
    if (pause) await pause;
    return touched;
  }

  /** Waits until what is full has been sealed; with `all`, seals the rest too. */
  async settle(all: boolean): Promise<void> {
    await this.#sealer.idle();
    if (all) await this.#sealer.sealAll();
    await this.#sealer.idle();
  }

  /** Forgets what was decoded. */
  cool(): void {
    this.#cache.close();
    this.#cache = this.#newCache();
    this.#threads.cool();
  }

  /** Waits until the threads that search are there. */
  async startThreads(): Promise<void> {
    await this.#threads.start();
  }

  #newCache(): ChunkCache {
    return new ChunkCache(this.store, systemClock, { bytesMax: this.#threads.cacheBytesMax });
  }

  /**
   * Answers a question; resolves with how many records match.
   *
   * @param onPage told when all records of the page are there: they come before the counts
   */
  async ask({ query, limit = 0, buckets }: Question, onPage?: () => void): Promise<number> {
    const { holdings, figures } = this;
    const cache = this.#cache;
    const threads = this.#threads;
    const search = new Search({ holdings, figures, cache, threads, clock: systemClock });
    const request = searchRequestSchema.parse({
      ...{ query, limit },
      ...(buckets === undefined ? {} : { histogram: { buckets } }),
    });
    let total = -1;
    let left = limit;
    for await (const part of search.run(request)) {
      if (part.type === 'records') {
        left -= part.records.length;
        if (left === 0) onPage?.();
      }
      if (part.type === 'done') {
        if (part.missing.length > 0) throw new Error(`${query}: ${part.missing.join(', ')}`);
        total = part.total;
      }
    }
    return total;
  }

  async close(): Promise<void> {
    await this.#threads.stop();
    this.#cache.close();
    await this.#sealer.stop();
    await this.segment.close();
    await this.store.close();
  }
}

/** Bytes of all files of a folder. */
export function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}
