import type { Bus, Subscription } from '../bus/bus.ts';
import type { Clock } from '../clock.ts';
import { toAppError } from '../errors.ts';
import { CACHE_DIRTY_MAX, CACHE_RETRY_MS } from '../limits.ts';
import type { Logger } from '../log.ts';
import type { Collection, CollectionDefinition, Documents, Identified } from './documents.ts';
import { eachDocument } from './pages.ts';

/** What a {@link CachedCollection} needs. */
export interface CacheContext {
  readonly bus: Bus;
  readonly documents: Documents;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Told of a document that was written (or is seen for the first time), or with undefined: is gone. */
export type CacheListener<T> = (id: string, document: T | undefined) => void;

/**
 * All documents of a collection that another component writes, in memory: read when it is opened, one
 * again at each `document.changed.<name>`, all again when the bus is back (events may have been missed).
 * One read runs at a time, so an older state never replaces a newer one.
 */
export class CachedCollection<T extends Identified> {
  readonly #context: CacheContext;
  readonly #collection: Collection<T>;
  readonly #documents = new Map<string, T>();
  readonly #listeners = new Set<CacheListener<T>>();
  readonly #dirty = new Set<string>();
  #stopState: () => void = () => undefined;
  #cancelRetry: () => void = () => undefined;
  #subscription: Subscription | undefined;
  #reload = true;
  #refreshing: Promise<void> | undefined;
  #closed = false;

  private constructor(context: CacheContext, collection: Collection<T>) {
    this.#context = context;
    this.#collection = collection;
  }

  /** Subscribes, then reads all. @throws AppError if the store cannot be read */
  static async open<T extends Identified>(
    context: CacheContext,
    definition: CollectionDefinition<T>,
  ): Promise<CachedCollection<T>> {
    const collection = await context.documents.collection(definition);
    const cache = new CachedCollection(context, collection);
    await cache.#subscribe();
    try {
      const loading = cache.#refreshAll();
      cache.#track(loading.catch(() => undefined));
      await loading;
    } catch (error) {
      await cache.close();
      throw error;
    }
    return cache;
  }

  get size(): number {
    return this.#documents.size;
  }

  get(id: string): T | undefined {
    return this.#documents.get(id);
  }

  values(): IterableIterator<T> {
    return this.#documents.values();
  }

  /** Told after each change of what is cached; the result stops it. */
  onChange(listener: CacheListener<T>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves once everything that was announced until now is read. */
  async settled(): Promise<void> {
    while (this.#refreshing) await this.#refreshing;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry();
    this.#stopState();
    await this.#subscription?.cancel();
    await this.settled();
  }

  async #subscribe(): Promise<void> {
    const { bus } = this.#context;
    this.#subscription = await bus.events.on(
      `document.changed.${this.#collection.name}`,
      ({ body }) => this.#markDirty(body),
    );
    this.#stopState = bus.onState((state) => {
      if (state === 'connected') this.#markAll();
    });
  }

  #markDirty(change: unknown): void {
    const id = change && typeof change === 'object' && 'id' in change ? change.id : undefined;
    if (typeof id !== 'string' || this.#dirty.size >= CACHE_DIRTY_MAX) {
      this.#markAll();
      return;
    }
    this.#dirty.add(id);
    this.#refresh();
  }

  #markAll(): void {
    this.#reload = true;
    this.#dirty.clear();
    this.#refresh();
  }

  #refresh(): void {
    if (this.#refreshing || this.#closed) return;
    this.#track(
      this.#refreshAll().catch((error: unknown) => {
        const { log, clock } = this.#context;
        const collection = this.#collection.name;
        log.warn({ collection, error: toAppError(error).message }, 'cache-refresh-failed');
        this.#cancelRetry();
        this.#cancelRetry = clock.after(CACHE_RETRY_MS, () => this.#markAll());
      }),
    );
  }

  /** Keeps a second read from starting; what was marked after the last look is read next. */
  #track(reading: Promise<void>): void {
    this.#refreshing = reading.then(() => {
      this.#refreshing = undefined;
      if (this.#reload || this.#dirty.size > 0) this.#refresh();
    });
  }

  async #refreshAll(): Promise<void> {
    while (!this.#closed && (this.#reload || this.#dirty.size > 0)) {
      if (this.#reload) await this.#readAll();
      else await this.#readDirty();
    }
  }

  async #readAll(): Promise<void> {
    this.#reload = false;
    const gone = new Set(this.#documents.keys());
    for await (const { document } of eachDocument(this.#collection)) {
      gone.delete(document.id);
      this.#set(document.id, document);
    }
    for (const id of gone) this.#set(id, undefined);
  }

  async #readDirty(): Promise<void> {
    const ids = [...this.#dirty];
    this.#dirty.clear();
    const found = await Promise.all(ids.map((id) => this.#collection.get(id)));
    for (const [index, id] of ids.entries()) this.#set(id, found[index]?.document);
  }

  #set(id: string, document: T | undefined): void {
    if (document) this.#documents.set(id, document);
    else if (!this.#documents.delete(id)) return;
    for (const listener of this.#listeners) listener(id, document);
  }
}
