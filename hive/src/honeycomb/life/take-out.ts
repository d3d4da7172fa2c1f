/** Takes lines out of sealed chunks: each one that has some is written anew without them. */
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import type { DeletionPart } from '@apiary/common/messages/actions/store.ts';
import { newChunkId } from '../holdings/holdings.ts';
import type { CompactionContext } from './compaction.ts';
import type { Matching } from './matching.ts';
import { readSections, type Swap } from './swap.ts';

/** How it is done. */
export interface TakingOut {
  readonly matching: Matching;
  readonly swap: Swap;
  /** Told after each chunk. */
  readonly tell: (part: DeletionPart) => void;
  readonly signal: AbortSignal;
}

/** Nothing is done yet. */
export const NOTHING_DONE: DeletionPart = {
  ...{ isDone: false, chunks: 0, of: 0, deleted: 0, unreadable: 0 },
};

/** Takes them out of each chunk in turn. @throws AppError as `swap`; the signal's reason */
export async function takeOut(
  context: CompactionContext,
  entries: readonly ChunkEntry[],
  { matching, swap, tell, signal }: TakingOut,
): Promise<DeletionPart> {
  let done: DeletionPart = { ...NOTHING_DONE, of: entries.length };
  tell(done);
  for (const entry of entries) {
    signal.throwIfAborted();
    const deleted = await takeOutOf(context, entry, matching, swap);
    context.figures.add('deletedRecords', deleted ?? 0);
    done = {
      ...done,
      chunks: done.chunks + 1,
      deleted: done.deleted + (deleted ?? 0),
      unreadable: done.unreadable + (deleted === undefined ? 1 : 0),
    };
    tell(done);
  }
  return done;
}

/** What is told when a deletion has to wait. */
export function unfinished(error: unknown): AppError {
  const { code, message } = toAppError(error);
  const later = `The deletion is not finished and goes on by itself: ${message}`;
  return new AppError(code, later, { cause: error });
}

/** How many lines went; undefined when the chunk cannot be read. */
async function takeOutOf(
  { store, cache, thread, log }: CompactionContext,
  entry: ChunkEntry,
  matching: Matching,
  swap: Swap,
): Promise<number | undefined> {
  try {
    const { rows: without } = await matching.rowsOf(cache.open(entry), entry);
    if (without.length === 0) return 0;
    const sections = await readSections(store, entry);
    const name = { id: newChunkId(), partition: entry.partition };
    const chunks = [{ entry, sections, without }];
    await swap([entry], await thread.rewrite({ chunks, name }));
    return without.length;
  } catch (error) {
    const { code, message } = toAppError(error);
    if (code !== 'store-corrupt') throw error;
    log.error({ chunk: entry.id, error: message }, 'chunk-unreadable');
    return undefined;
  }
}
