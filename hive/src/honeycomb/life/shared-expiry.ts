/**
 * Retention where several honeycombs share a store: each seals what it has open of what is past its time, and
 * one at a time, which has the store's upkeep, lets it go. The others see it in the catalogue.
 */
import type { Upkeep } from '@apiary/common/chunks/chunks.ts';
import { partitionKey } from '@apiary/common/chunks/partition.ts';
import { type ExpiryContext, tellExpired } from './expiry.ts';
import { type Expiry, planExpiry } from './plan.ts';

/** What became of a look. */
export interface SharedWork {
  /** True when something went or was merged. */
  readonly changed: boolean;
  /** True when something has to wait: for another honeycomb, or for being sealed. */
  readonly isPending: boolean;
}

const NOTHING: SharedWork = { changed: false, isPending: false };

/** Lets go of what is past its time now. @throws AppError `lease-lost`, `not-found`, `store-unreachable` */
export async function expireShared(context: ExpiryContext): Promise<SharedWork> {
  const { store, sealer, instance } = context;
  const first = await planNow(context);
  if (first.partitions.length + first.chunks.length === 0) return NOTHING;
  const keys = new Set(first.partitions.map(partitionKey));
  await sealer.sealAll(({ partition }) => keys.has(partitionKey(partition)));
  const upkeep = await store.takeUpkeep(instance);
  if (!upkeep) return { changed: false, isPending: true };
  try {
    // Who had it before may have done it.
    return await letGo(context, await planNow(context), upkeep);
  } finally {
    await upkeep.end();
  }
}

async function planNow({ store, holdings, classes, clock }: ExpiryContext): Promise<Expiry> {
  const { chunks } = await store.catalogue();
  holdings.sync(chunks);
  const held = { chunks, open: holdings.unsealedPartitions };
  return planExpiry(held, (name) => classes.named(name), clock.now());
}

async function letGo(
  context: ExpiryContext,
  { partitions, chunks }: Expiry,
  upkeep: Upkeep,
): Promise<SharedWork> {
  const { store, holdings, cache, figures, log } = context;
  const open = new Set(holdings.unsealedPartitions.map(partitionKey));
  let changed = false;
  let isPending = false;
  for (const partition of partitions) {
    if (open.has(partitionKey(partition))) {
      isPending = true;
      continue;
    }
    const gone = await store.dropPartition(partition, upkeep);
    changed = true;
    cache.forget(gone.map(({ id }) => id));
    figures.add('expiredChunks', gone.length);
    log.info({ ...partition, chunks: gone.length, epoch: upkeep.epoch }, 'partition-expired');
    tellExpired(context, gone);
  }
  if (chunks.length > 0) {
    const ids = chunks.map(({ id }) => id);
    await store.replace(ids, [], upkeep);
    changed = true;
    cache.forget(ids);
    figures.add('expiredChunks', chunks.length);
    log.info({ chunks: chunks.length, epoch: upkeep.epoch }, 'chunks-expired');
    const byPartition = Map.groupBy(chunks, ({ partition }) => partitionKey(partition));
    for (const gone of byPartition.values()) tellExpired(context, gone);
  }
  if (changed) holdings.sync((await store.catalogue()).chunks);
  return { changed, isPending };
}
