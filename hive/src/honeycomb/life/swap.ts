import type { ChunkEntry, ChunkStore, NewChunk, Upkeep } from '@apiary/common/chunks/chunks.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { Holdings } from '../holdings/holdings.ts';
import type { ChunkCache } from '../search/chunk-cache.ts';

/** What a swap works with. */
export interface SwapContext {
  readonly store: ChunkStore;
  readonly holdings: Holdings;
  readonly cache: ChunkCache;
  /** Aborted when honeycomb stops: whoever waits for readers then gives up. */
  readonly signal: AbortSignal;
}

/** Puts a new chunk, if any, in the place of old ones. */
export type Swap = (old: readonly ChunkEntry[], added: NewChunk | undefined) => Promise<void>;

/**
 * Puts a new chunk in the place of old ones while searches go on: those that begin from now on see the new
 * one, which is read from memory; those under way are waited for; then one commit of the catalogue makes it
 * so for good. Killed before that, the store has the old ones.
 *
 * @param commit makes it last; by default the replacement in the catalogue
 * @throws AppError `not-found` when another honeycomb was faster with one of them; the signal's reason when
 * it was stopped. Then all is as before
 */
export async function swapChunks(
  { store, holdings, cache, signal }: SwapContext,
  old: readonly ChunkEntry[],
  added: NewChunk | undefined,
  commit: () => Promise<void> = () =>
    store.replace(
      old.map(({ id }) => id),
      added ? [added] : [],
    ),
): Promise<void> {
  const ids = old.map(({ id }) => id);
  if (added) cache.provide(added);
  holdings.replace(ids, added ? [added.entry] : []);
  try {
    await holdings.readersGone(signal);
    await commit();
  } catch (error) {
    holdings.replace(added ? [added.entry.id] : [], old);
    // A search may be at it in this moment; its sections stay in memory until it lets go of the reader.
    if (added) cache.forget([added.entry.id]);
    throw error;
  }
  if (added) cache.stored(added.entry.id);
  cache.forget(ids);
}

/**
 * The same where several honeycombs share a store and this one has its upkeep. A search keeps to the version of
 * the catalogue that it began with, whoever answers; the store lets it read what was replaced.
 *
 * @returns it throws AppError `not-found`, `lease-lost`
 */
export function swapShared({ store, holdings, cache }: SwapContext, upkeep: Upkeep): Swap {
  return async (old, added) => {
    const ids = old.map(({ id }) => id);
    await store.replace(ids, added ? [added] : [], upkeep);
    cache.forget(ids);
    holdings.sync((await store.catalogue()).chunks);
  };
}

/** Reads all sections of a chunk. @throws AppError `not-found`, `store-corrupt` */
export async function readSections(store: ChunkStore, entry: ChunkEntry): Promise<Buffer[]> {
  const sections: Buffer[] = [];
  for (const index of entry.sections.keys()) {
    sections.push(await store.readSection(entry.id, index));
  }
  return sections;
}

/** The error of work that gave way to stopping. */
export function stopping(): AppError {
  return new AppError('bus-lost', 'Honeycomb is being stopped.');
}
