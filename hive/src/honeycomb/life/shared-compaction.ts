/** Compaction where several honeycombs share a store: one at a time, which has the store's upkeep, merges. */
import type { Compaction } from './compaction.ts';
import type { ExpiryContext } from './expiry.ts';
import type { SharedWork } from './shared-expiry.ts';
import { swapShared } from './swap.ts';

/** Merges one group, where there is one to be merged now. @throws AppError `lease-lost`, `not-found`, `store-unreachable` */
export async function mergeShared(
  context: ExpiryContext,
  compaction: Compaction,
): Promise<SharedWork> {
  const { store, holdings, instance, signal } = context;
  const look = async () => {
    const { chunks, segments } = await store.catalogue();
    holdings.sync(chunks);
    return new Set(segments.map((segment) => segment.instance)).size;
  };
  const honeycombs = await look();
  if (compaction.dueInMs() !== 0) return { changed: false, isPending: false };
  const upkeep = await store.takeUpkeep(instance);
  if (!upkeep) return { changed: false, isPending: true };
  try {
    // Who had it before may have done it.
    await look();
    if (signal.aborted) return { changed: false, isPending: false };
    const changed = await compaction.mergeOne(swapShared(context, upkeep), honeycombs);
    return { changed, isPending: false };
  } finally {
    await upkeep.end();
  }
}
