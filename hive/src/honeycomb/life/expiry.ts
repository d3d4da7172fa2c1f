/** Retention where one honeycomb has the store: lets go of what is past the age or size of its class. */
import type { Bus } from '@apiary/common/bus/bus.ts';
import type { ChunkEntry, Partition } from '@apiary/common/chunks/chunks.ts';
import { partitionKey } from '@apiary/common/chunks/partition.ts';
import type { Clock } from '@apiary/common/clock.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { EventBody } from '@apiary/common/messages/events.ts';
import type { Figures } from '../metrics.ts';
import type { Sealer } from '../sealing/sealer.ts';
import { planExpiry } from './plan.ts';
import type { RetentionClasses } from './retention-classes.ts';
import { type SwapContext, swapChunks } from './swap.ts';

/** What retention works with. */
export interface ExpiryContext extends SwapContext {
  readonly bus: Bus;
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly figures: Figures;
  readonly classes: RetentionClasses;
  readonly sealer: Sealer;
}

/** Lets go of what is past its time now; true when there was something. @throws AppError as `swapChunks` */
export async function expire(context: ExpiryContext): Promise<boolean> {
  const { holdings, classes, clock, figures, log } = context;
  const held = { chunks: holdings.chunks, open: holdings.unsealedPartitions };
  const plan = planExpiry(held, (name) => classes.named(name), clock.now());
  for (const partition of plan.partitions) await dropPartition(context, partition);
  if (plan.chunks.length > 0) {
    await swapChunks(context, plan.chunks, undefined);
    figures.add('expiredChunks', plan.chunks.length);
    log.info({ chunks: plan.chunks.length }, 'chunks-expired');
    const byPartition = Map.groupBy(plan.chunks, ({ partition }) => partitionKey(partition));
    for (const chunks of byPartition.values()) tellExpired(context, chunks);
  }
  return plan.partitions.length + plan.chunks.length > 0;
}

async function dropPartition(context: ExpiryContext, partition: Partition): Promise<void> {
  const { store, holdings, sealer, figures, log } = context;
  const key = partitionKey(partition);
  // What is open after a long stop is sealed first, so that it goes as one with the rest.
  await sealer.sealAll((chunk) => partitionKey(chunk.partition) === key);
  if (holdings.unsealedPartitions.some((open) => partitionKey(open) === key)) return;
  const chunks = holdings.chunks.filter((entry) => partitionKey(entry.partition) === key);
  await swapChunks(context, chunks, undefined, async () => {
    await store.dropPartition(partition);
  });
  figures.add('expiredChunks', chunks.length);
  log.info({ ...partition, chunks: chunks.length }, 'partition-expired');
  tellExpired(context, chunks);
}

/** Nothing goes silently: chunks of one partition. */
export function tellExpired(
  { bus, instance, clock }: Pick<ExpiryContext, 'bus' | 'instance' | 'clock'>,
  chunks: readonly ChunkEntry[],
): void {
  const [first] = chunks;
  if (!first) return;
  const sum = (figure: 'records' | 'storedBytes') =>
    chunks.reduce((total, chunk) => total + chunk[figure], 0);
  const body: EventBody<'store.expired'> = {
    ...{ instance, ...first.partition, chunks: chunks.length, atMs: clock.now() },
    ...{ records: sum('records'), storedBytes: sum('storedBytes') },
  };
  bus.events.emit('store.expired', body);
}
