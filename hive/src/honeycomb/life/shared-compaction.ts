/** Compaction where several honeycombs share a store: one at a time, which has the store's upkeep, merges. */
import type { Compaction } from './compaction.ts';
import type { ExpiryContext } from './expiry.ts';
import type { SharedWork } from './shared-expiry.ts';
import { swapShared } from './swap.ts';

/** Merges what is to be merged now. @throws AppError `lease-lost`, `not-found`, `store-unreachable` */
export async function mergeShared(
  context: ExpiryContext,
  compaction: Compaction,
): Promise<SharedWork> {
  const { store, holdings, instance, signal } = context;
  const look = async () => holdings.sync((await store.catalogue()).chunks);
  await look();
  if (!compaction.isDue) return { changed: false, isPending: false };
  const upkeep = await store.takeUpkeep(instance);
  if (!upkeep) return { changed: false, isPending: true };
  try {
    const swap = swapShared(context, upkeep);
    let changed = false;
    // Who had it before may have done it.
    await look();
    while (!signal.aborted && (await compaction.mergeOne(swap))) changed = true;
    return { changed, isPending: false };
  } finally {
    await upkeep.end();
  }
}
