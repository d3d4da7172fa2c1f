/**
 * Deletion by query where several honeycombs share a store. What is asked for is a document that all of them see.
 * Everybody seals what it has open, then one of them, which has the store's upkeep, takes the lines out; when it is
 * killed another one goes on. The document loses the query once it is done, since that may be what had to go.
 */
import { CommitBound } from '@apiary/common/chunks/commit-bound.ts';
import { type CacheContext, CachedCollection } from '@apiary/common/documents/cached-collection.ts';
import type { Collection } from '@apiary/common/documents/documents.ts';
import { AppError, isErrorCode, toAppError } from '@apiary/common/errors.ts';
import { SEGMENT_LEASE_MS } from '@apiary/common/limits/mongodb.ts';
import { DELETIONS_WAITING_MAX, SHARED_DELETION_KEPT_MS } from '@apiary/common/limits/store.ts';
import type { SealLines } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type {
  CountedLines,
  DeletionPart,
  deleteLinesSchema,
  linesSchema,
} from '@apiary/common/messages/actions/store.ts';
import type { EventBody } from '@apiary/common/messages/events.ts';
import { orAborted } from '@apiary/common/or-aborted.ts';
import { newId } from '@apiary/common/random.ts';
import type { z } from 'zod';
import { commitsNow } from '../cluster/commits.ts';
import { gather } from '../cluster/gather.ts';
import { type SealEverywhereContext, sealEverywhere } from '../cluster/seal-lines.ts';
import type { SurveyContext } from '../cluster/survey.ts';
import { type SharedDeletion, sharedDeletionsDefinition } from '../model.ts';
import { parseOrThrow } from '../search/part-search.ts';
import type { CompactionContext } from './compaction.ts';
import { countLines, Matching } from './matching.ts';
import type { SharedWork } from './shared-expiry.ts';
import { swapShared } from './swap.ts';
import { NOTHING_DONE, takeOut, unfinished } from './take-out.ts';

type Lines = z.output<typeof linesSchema>;

/** What it works with. */
export type SharedDeletionsContext = CompactionContext &
  CacheContext &
  SurveyContext &
  SealEverywhereContext & {
    /** Told that something is to be done. */
    readonly onAsked: () => void;
  };

/** A segment whose owner is gone is adopted after two of these at the latest. */
const SEAL_PAUSE_MS = SEGMENT_LEASE_MS;
const SEAL_ATTEMPTS_MAX = 4;

/** See the file's head. */
export class SharedDeletions {
  readonly #context: SharedDeletionsContext;
  readonly #cache: CachedCollection<SharedDeletion>;
  readonly #collection: Collection<SharedDeletion>;
  #changed = Promise.withResolvers<void>();

  private constructor(
    context: SharedDeletionsContext,
    cache: CachedCollection<SharedDeletion>,
    collection: Collection<SharedDeletion>,
  ) {
    this.#context = context;
    this.#cache = cache;
    this.#collection = collection;
    cache.onChange((_id, deletion) => {
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
      // Whoever has the upkeep does it, and each of them is ready to when that one dies.
      if (deletion?.lines && !deletion.failure && deletion.part.of === 0) context.onAsked();
    });
  }

  static async open(context: SharedDeletionsContext): Promise<SharedDeletions> {
    const collection = await context.documents.collection(sharedDeletionsDefinition);
    const cache = await CachedCollection.open(context, sharedDeletionsDefinition);
    return new SharedDeletions(context, cache, collection);
  }

  async close(): Promise<void> {
    await this.#cache.close();
  }

  /** Counts what a deletion would take now. @throws AppError `query-syntax`, `deadline-passed`, `store-busy` */
  async count(lines: Lines, signal = new AbortController().signal): Promise<CountedLines> {
    // A query that cannot be read is told before anybody else is asked.
    parseOrThrow(lines.query);
    const nowMs = this.#context.clock.now();
    const { ends } = await commitsNow(this.#context);
    const wanted = { ...lines, nowMs, upTo: [...ends] };
    const rows = { ...lines, nowMs, withBodies: false };
    const { snapshot, missing } = await gather(this.#context, rows, signal);
    if (missing.length > 0) {
      throw new AppError('store-busy', `Not all lines can be counted now: ${missing.join('; ')}.`);
    }
    return await countLines(wanted, { over: snapshot, cache: this.#context.cache }, signal);
  }

  /**
   * Deletes lines, and tells how far it is. Once the first part is there it is done even if nobody waits for it, or
   * any process is killed.
   *
   * @throws AppError `query-syntax`, `too-many`, `store-busy`; what made it fail for now, with it being tried again
   */
  async *delete(
    { lines, upTo }: z.output<typeof deleteLinesSchema>,
    signal?: AbortSignal,
  ): AsyncGenerator<DeletionPart> {
    const { clock, onAsked } = this.#context;
    parseOrThrow(lines.query);
    const askedMs = clock.now();
    const now = await commitsNow(this.#context);
    const { ends } = upTo ? now.and(new CommitBound(upTo)) : now;
    if ((await this.#waiting()).length >= DELETIONS_WAITING_MAX) {
      throw new AppError('too-many', `${DELETIONS_WAITING_MAX} deletions wait: try again later.`);
    }
    const id = newId();
    const deletion = { id, askedMs, lines, upTo: [...ends], part: NOTHING_DONE };
    await this.#collection.insert(deletion);
    onAsked();
    for (;;) {
      const changed = this.#changed.promise;
      const { document } = (await this.#collection.get(id)) ?? {};
      if (!document) throw new AppError('not-found', 'Somebody took the deletion back.');
      const { failure, part } = document;
      if (failure) {
        const code = isErrorCode(failure.code) ? failure.code : 'internal';
        throw unfinished(new AppError(code, failure.message));
      }
      if (part.isDone) await this.#collection.delete(id);
      yield part;
      if (part.isDone) return;
      await orAborted(changed, signal);
    }
  }

  /** Does all that wait, the oldest first. @throws AppError when one has to be tried again */
  async run(signal: AbortSignal): Promise<SharedWork> {
    const { store, instance } = this.#context;
    if ((await this.#waiting()).length === 0) return { changed: false, isPending: false };
    const upkeep = await store.takeUpkeep(instance);
    if (!upkeep) return { changed: false, isPending: true };
    try {
      let changed = false;
      // Who had it before may have done some.
      for (const deletion of await this.#waiting()) {
        await this.#take(deletion, upkeep, signal);
        changed = true;
      }
      return { changed, isPending: false };
    } finally {
      await upkeep.end();
    }
  }

  async #take(
    { id, askedMs, lines, upTo }: SharedDeletion,
    upkeep: Parameters<typeof swapShared>[1],
    signal: AbortSignal,
  ): Promise<void> {
    const { store, holdings, log, bus, instance, clock } = this.#context;
    if (!lines) return;
    const wanted = { ...lines, nowMs: askedMs, upTo };
    const matching = new Matching(wanted, signal);
    try {
      await this.#sealEverywhere(wanted, signal);
      const { chunks } = await store.catalogue();
      holdings.sync(chunks);
      const entries = chunks.filter((entry) => matching.reaches(entry));
      const telling = new Telling((part) => this.#tell(id, { part, failure: undefined }));
      const done = await takeOut(this.#context, entries, {
        ...{ matching, signal },
        swap: swapShared(this.#context, upkeep),
        tell: (part) => telling.tell(part),
      });
      await telling.idle();
      await store.reclaim(true);
      await this.#tell(id, { part: { ...done, isDone: true }, lines: undefined });
      log.info({ deletion: id, epoch: upkeep.epoch, ...done }, 'lines-deleted');
      const { deleted: records, unreadable } = done;
      const body: EventBody<'store.deleted'> = { instance, records, unreadable, atMs: clock.now() };
      bus.events.emit('store.deleted', body);
    } catch (error) {
      if (!signal.aborted) {
        const { code, message } = toAppError(error);
        await this.#tell(id, { failure: { code, message } }).catch(() => undefined);
      }
      throw error;
    }
  }

  /** Waits for a segment to be adopted, if its owner is gone. */
  async #sealEverywhere(lines: SealLines, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await sealEverywhere(this.#context, lines);
      } catch (error) {
        if (toAppError(error).code !== 'conflict' || attempt >= SEAL_ATTEMPTS_MAX) throw error;
        const { promise, resolve } = Promise.withResolvers<void>();
        const cancel = this.#context.clock.after(SEAL_PAUSE_MS, resolve);
        await orAborted(promise, signal).finally(cancel);
      }
    }
  }

  /** The oldest first; of those that are done nobody wants to know any more after a while. */
  async #waiting(): Promise<SharedDeletion[]> {
    const all = (await this.#collection.find()).map(({ document }) => document);
    const forgottenMs = this.#context.clock.now() - SHARED_DELETION_KEPT_MS;
    for (const { id, lines, askedMs } of all) {
      if (!lines && askedMs < forgottenMs) await this.#collection.delete(id);
    }
    return all.filter(({ lines }) => lines).sort((a, b) => a.askedMs - b.askedMs);
  }

  async #tell(id: string, change: Partial<SharedDeletion>): Promise<void> {
    await this.#collection.update(id, (before) => before && { ...before, ...change });
  }
}

/** Writes down how far a deletion is, one write at a time: between two of them only the last state counts. */
class Telling {
  readonly #write: (part: DeletionPart) => Promise<void>;
  #next: DeletionPart | undefined;
  #running: Promise<void> | undefined;

  constructor(write: (part: DeletionPart) => Promise<void>) {
    this.#write = write;
  }

  tell(part: DeletionPart): void {
    this.#next = part;
    // It is told again at the end, and what fails then is told.
    this.#running ??= this.#run().catch(() => undefined);
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      for (let part = this.#next; part; part = this.#next) {
        this.#next = undefined;
        await this.#write(part);
      }
    } finally {
      this.#running = undefined;
    }
  }
}
