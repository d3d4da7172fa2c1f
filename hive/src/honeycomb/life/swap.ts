import type { ChunkEntry, ChunkStore, NewChunk } from '@apiary/common/chunks/chunks.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { Holdings } from '../holdings.ts';
import type { ChunkCache } from '../search/chunk-cache.ts';

/** What a swap works with. */
export interface SwapContext {
  readonly store: ChunkStore;
  readonly holdings: Holdings;
  readonly cache: ChunkCache;
  /** Aborted when honeycomb stops: whoever waits for readers then gives up. */
  readonly signal: AbortSignal;
}

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
