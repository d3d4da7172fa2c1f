/** What would go at once if the retention classes were other ones: people are asked before. */
import { partitionKey } from '@apiary/common/chunks/partition.ts';
import type { ExpiryPreview } from '@apiary/common/messages/actions/store.ts';
import type { RetentionClass } from '@apiary/common/messages/retention.ts';
import type { Holdings } from '../holdings/holdings.ts';
import { planExpiry } from './plan.ts';
import { classNamed } from './retention-classes.ts';

/** See the file's head. Of what is not sealed yet, only the partitions count. */
export function previewExpiry(
  classes: readonly RetentionClass[],
  holdings: Pick<Holdings, 'chunks' | 'unsealedPartitions'>,
  nowMs: number,
): ExpiryPreview {
  const held = { chunks: holdings.chunks, open: holdings.unsealedPartitions };
  const plan = planExpiry(held, (name) => classNamed(classes, name), nowMs);
  const gone = new Set(plan.partitions.map(partitionKey));
  const chunks = [
    ...held.chunks.filter(({ partition }) => gone.has(partitionKey(partition))),
    ...plan.chunks,
  ];
  const open = held.open.filter((partition) => gone.has(partitionKey(partition)));
  const days = [...chunks.map(({ partition }) => partition), ...open].map(({ day }) => day).sort();
  const [firstDay, lastDay] = [days[0], days.at(-1)];
  return {
    ...(firstDay !== undefined && { firstDay }),
    ...(lastDay !== undefined && { lastDay }),
    records: chunks.reduce((sum, { records }) => sum + records, 0),
    storedBytes: chunks.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
  };
}
