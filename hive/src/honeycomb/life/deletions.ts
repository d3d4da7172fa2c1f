/**
 * Deletion by query. What is asked for is noted with the store, then done chunk by chunk behind everything
 * else; each chunk is swapped in one commit, so that a process killed at any moment goes on where it was.
 * At the end the note is taken out, and the store wipes what is gone: the word that somebody wanted gone
 * may be the query itself.
 */
import type { Bus } from '@apiary/common/bus/bus.ts';
import type { Segment } from '@apiary/common/chunks/chunks.ts';
import { CommitBound } from '@apiary/common/chunks/commit-bound.ts';
import { AppError } from '@apiary/common/errors.ts';
import { DELETIONS_WAITING_MAX } from '@apiary/common/limits/store.ts';
import {
  type CountedLines,
  type DeletionPart,
  type deleteLinesSchema,
  linesSchema,
} from '@apiary/common/messages/actions/store.ts';
import type { EventBody } from '@apiary/common/messages/events.ts';
import { orAborted } from '@apiary/common/or-aborted.ts';
import { newId } from '@apiary/common/random.ts';
import { z } from 'zod';
import type { Sealer } from '../sealing/sealer.ts';
import type { CompactionContext } from './compaction.ts';
import { countLines, Matching } from './matching.ts';
import { openWith, refuseOpen } from './seal-matching.ts';
import { swapChunks } from './swap.ts';
import { NOTHING_DONE, takeOut, unfinished } from './take-out.ts';

const NOTE = 'deletions';

const deletionSchema = linesSchema.extend({
  id: z.string(),
  nowMs: z.number(),
  /** Earlier versions noted one number. */
  upTo: z.union([z.array(z.number()), z.number().transform((last) => [last])]),
});
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
      const wanted = { ...lines, nowMs: clock.now(), upTo: [segment.lastSequence()] };
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
    const now = new CommitBound([segment.lastSequence()]);
    const { ends } = upTo ? now.and(new CommitBound(upTo)) : now;
    const wanted = { ...lines, nowMs: clock.now(), upTo: [...ends] };
    // A query that cannot be read is refused before it is noted.
    new Matching(wanted);
    if (this.#waiting.length >= DELETIONS_WAITING_MAX) {
      throw new AppError('too-many', `${DELETIONS_WAITING_MAX} deletions wait: try again later.`);
    }
    const deletion = { ...wanted, id: newId() };
    const changed = Promise.withResolvers<void>();
    const watched: Watched = { part: NOTHING_DONE, failed: undefined, changed };
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
      this.#tell(deletion, {}, unfinished(error));
      throw error;
    }
  }

  async #run(deletion: Deletion, signal: AbortSignal): Promise<void> {
    const { holdings, store, log, bus, instance, clock } = this.#context;
    const matching = new Matching(deletion, signal);
    await this.#seal(matching);
    const entries = holdings.chunks.filter((entry) => matching.reaches(entry));
    const done = await takeOut(this.#context, entries, {
      ...{ matching, signal },
      swap: (old, added) => swapChunks(this.#context, old, added),
      tell: (part) => this.#tell(deletion, part),
    });
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

  async #seal(matching: Matching): Promise<void> {
    const { holdings, sealer } = this.#context;
    const affected = await openWith(holdings, matching);
    if (affected.size === 0) return;
    await sealer.sealAll(({ id }) => affected.has(id));
    await refuseOpen(holdings, matching);
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
