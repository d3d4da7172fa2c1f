/**
 * Deletion by query. What is asked for is noted with the store, then done chunk by chunk behind everything
 * else; each chunk is swapped in one commit, so that a process killed at any moment goes on where it was.
 * At the end the note is taken out, and the store wipes what is gone: the word that somebody wanted gone
 * may be the query itself.
 */
import type { Bus } from '@apiary/common/bus/bus.ts';
import type { ChunkEntry, Segment } from '@apiary/common/chunks/chunks.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { DELETIONS_WAITING_MAX } from '@apiary/common/limits/store.ts';
import {
  type CountedLines,
  type DeletionPart,
  type deleteLinesSchema,
  linesSchema,
} from '@apiary/common/messages/actions/store.ts';
import type { EventBody } from '@apiary/common/messages/events.ts';
import { newId } from '@apiary/common/random.ts';
import { z } from 'zod';
import { newChunkId } from '../holdings.ts';
import type { Sealer } from '../sealer.ts';
import type { CompactionContext } from './compaction.ts';
import { countLines, Matching } from './matching.ts';
import { readSections, swapChunks } from './swap.ts';

const NOTE = 'deletions';

const deletionSchema = linesSchema.extend({ id: z.string(), nowMs: z.number(), upTo: z.number() });
const noteSchema = z.array(deletionSchema);
type Deletion = z.output<typeof deletionSchema>;

/** What deleting works with. */
export interface DeletionsContext extends CompactionContext {
  readonly bus: Bus;
  readonly instance: string;
  readonly segment: Segment;
  readonly sealer: Sealer;
  /** Told that something is to be done. */
  readonly onAsked: () => void;
}

type Lines = z.output<typeof linesSchema>;

interface Watched {
  part: DeletionPart;
  failed: AppError | undefined;
  changed: PromiseWithResolvers<void>;
}

/** See the file's head. */
export class Deletions {
  readonly #context: DeletionsContext;
  /** The oldest first. */
  #waiting: readonly Deletion[];
  readonly #watched = new Map<string, Watched>();

  private constructor(context: DeletionsContext, waiting: readonly Deletion[]) {
    this.#context = context;
    this.#waiting = waiting;
  }

  /** With what an earlier process did not finish. */
  static async open(context: DeletionsContext): Promise<Deletions> {
    const note = await context.store.note(NOTE);
    return new Deletions(context, note === undefined ? [] : noteSchema.parse(JSON.parse(note)));
  }

  /** Counts what a deletion would take now. @throws AppError `query-syntax`, `deadline-passed` */
  async count(lines: Lines, signal?: AbortSignal): Promise<CountedLines> {
    const { holdings, segment, cache, clock } = this.#context;
    const reading = holdings.read();
    try {
      const wanted = { ...lines, nowMs: clock.now(), upTo: segment.lastSequence() };
      return await countLines(wanted, { over: reading.snapshot, cache }, signal);
    } finally {
      reading.end();
    }
  }

  /**
   * Deletes lines; a part after each chunk. Once the first part is there it is done even if nobody waits
   * for it, or the process is killed.
   *
   * @throws AppError `query-syntax`, `too-many`; what made it fail for now, with it being tried again
   */
  async *delete(
    { lines, upTo }: z.output<typeof deleteLinesSchema>,
    signal?: AbortSignal,
  ): AsyncGenerator<DeletionPart> {
    const { segment, clock, onAsked } = this.#context;
    const last = segment.lastSequence();
    const wanted = { ...lines, nowMs: clock.now(), upTo: Math.min(upTo ?? last, last) };
    // A query that cannot be read is refused before it is noted.
    new Matching(wanted);
    if (this.#waiting.length >= DELETIONS_WAITING_MAX) {
      throw new AppError('too-many', `${DELETIONS_WAITING_MAX} deletions wait: try again later.`);
    }
    const deletion = { ...wanted, id: newId() };
    const part = { isDone: false, chunks: 0, of: 0, deleted: 0, unreadable: 0 };
    const watched: Watched = { part, failed: undefined, changed: Promise.withResolvers() };
    this.#watched.set(deletion.id, watched);
    try {
      await this.#keep([...this.#waiting, deletion]);
      onAsked();
      for (;;) {
        const { part: now, failed, changed } = watched;
        if (failed) throw failed;
        yield now;
        if (now.isDone) return;
        await orAborted(changed.promise, signal);
      }
    } finally {
      this.#watched.delete(deletion.id);
    }
  }

  /** Does the oldest one; false when there is none. @throws AppError when it has to be tried again */
  async runNext(signal: AbortSignal): Promise<boolean> {
    const [deletion] = this.#waiting;
    if (!deletion) return false;
    try {
      await this.#run(deletion, signal);
      return true;
    } catch (error) {
      const { code, message } = toAppError(error);
      const later = `The deletion is not finished and goes on by itself: ${message}`;
      this.#tell(deletion, {}, new AppError(code, later, { cause: error }));
      throw error;
    }
  }

  async #run(deletion: Deletion, signal: AbortSignal): Promise<void> {
    const { holdings, store, figures, log, bus, instance, clock } = this.#context;
    const matching = new Matching(deletion, signal);
    await this.#seal(matching);
    const entries = holdings.chunks.filter((entry) => matching.reaches(entry));
    const done = { chunks: 0, of: entries.length, deleted: 0, unreadable: 0 };
    this.#tell(deletion, done);
    for (const entry of entries) {
      signal.throwIfAborted();
      const deleted = await this.#deleteFrom(entry, matching);
      if (deleted === undefined) done.unreadable++;
      else done.deleted += deleted;
      done.chunks++;
      figures.add('deletedRecords', deleted ?? 0);
      this.#tell(deletion, done);
    }
    // Only when nothing is left on the disk is it over; the note holds the query, and goes last.
    await store.reclaim();
    await this.#keep(this.#waiting.filter(({ id }) => id !== deletion.id));
    await store.reclaim();
    log.info({ deletion: deletion.id, ...done }, 'lines-deleted');
    const { deleted: records, unreadable } = done;
    const body: EventBody<'store.deleted'> = { instance, records, unreadable, atMs: clock.now() };
    bus.events.emit('store.deleted', body);
    this.#tell(deletion, { ...done, isDone: true });
  }

  /** Open chunks that have such lines are sealed, so that all are where they can be rewritten. */
  async #seal(matching: Matching): Promise<void> {
    const { holdings, sealer } = this.#context;
    const isAffected = new Set<string>();
    const look = async () => {
      isAffected.clear();
      for (const { chunk, set } of holdings.parts().flatMap(({ open }) => open)) {
        if ((await matching.rowsOf(set)).rows.length > 0) isAffected.add(chunk);
      }
    };
    await look();
    if (isAffected.size === 0) return;
    await sealer.sealAll(({ id }) => isAffected.has(id));
    await look();
    if (isAffected.size > 0) {
      throw new AppError('conflict', 'Some of the lines could not be sealed yet.');
    }
  }

  /** How many lines went; undefined when the chunk cannot be read. */
  async #deleteFrom(entry: ChunkEntry, matching: Matching): Promise<number | undefined> {
    const { store, cache, thread, log } = this.#context;
    try {
      const { rows: without } = await matching.rowsOf(cache.open(entry), entry.lastSequence);
      if (without.length === 0) return 0;
      const sections = await readSections(store, entry);
      const name = { id: newChunkId(), partition: entry.partition };
      const chunks = [{ entry, sections, without }];
      const rest = await thread.rewrite({ chunks, name });
      await swapChunks(this.#context, [entry], rest);
      return without.length;
    } catch (error) {
      const { code, message } = toAppError(error);
      if (code !== 'store-corrupt') throw error;
      log.error({ chunk: entry.id, error: message }, 'chunk-unreadable');
      return undefined;
    }
  }

  async #keep(waiting: readonly Deletion[]): Promise<void> {
    const text = waiting.length === 0 ? undefined : JSON.stringify(waiting);
    this.#waiting = waiting;
    await this.#context.store.keepNote(NOTE, text);
  }

  #tell({ id }: Deletion, change: Partial<DeletionPart>, failed?: AppError): void {
    const watched = this.#watched.get(id);
    if (!watched) return;
    watched.part = { ...watched.part, ...change };
    watched.failed = failed;
    watched.changed.resolve();
    watched.changed = Promise.withResolvers();
  }
}

async function orAborted(changed: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return await changed;
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([changed, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
