/** What is to be merged and what is past its time; pure, and the same whoever asks. */
import type { ChunkEntry, Partition } from '@apiary/common/chunks/chunks.ts';
import { partitionKey } from '@apiary/common/chunks/partition.ts';
import { stretchOf } from '@apiary/common/chunks/stretch.ts';
import {
  COMPACTED_RAW_BYTES,
  COMPACTION_CHUNKS_MAX,
  COMPACTION_CHUNKS_MIN,
} from '@apiary/common/limits/store.ts';
import type { RetentionClass } from '@apiary/common/messages/retention.ts';

const DAY_MS = 86_400_000;

/**
 * Chunks of one partition that are to become one, in the order of their sequences: as many as fit in one, enough of
 * them to be worth it, or whatever is left of a day that is over. What owners of segments numbered one after another stays
 * apart, so that it can be told how far each of them came.
 *
 * @param today its day, `2026-11-20`
 * @param tooLarge ids of chunks that did not fit in one with others
 */
export function planCompaction(
  chunks: readonly ChunkEntry[],
  today: string,
  tooLarge: ReadonlySet<string> = new Set(),
): ChunkEntry[] | undefined {
  const small = chunks.filter(
    ({ id, rawBytes }) => rawBytes <= COMPACTED_RAW_BYTES / 2 && !tooLarge.has(id),
  );
  for (const own of Map.groupBy(small, placeOf).values()) {
    own.sort((a, b) => a.firstSequence - b.firstSequence || (a.id < b.id ? -1 : 1));
    const group: ChunkEntry[] = [];
    let rawBytes = 0;
    let isFull = false;
    for (const entry of own) {
      isFull =
        rawBytes + entry.rawBytes > COMPACTED_RAW_BYTES || group.length === COMPACTION_CHUNKS_MAX;
      if (isFull) break;
      group.push(entry);
      rawBytes += entry.rawBytes;
    }
    const isOver = (group[0]?.partition.day ?? today) < today;
    if (group.length >= (isOver || isFull ? 2 : COMPACTION_CHUNKS_MIN)) return group;
  }
  return undefined;
}

function placeOf({ partition, firstSequence, lastSequence }: ChunkEntry): string {
  return [partitionKey(partition), stretchOf(firstSequence), stretchOf(lastSequence)].join(' ');
}

/** What retention lets go of. */
export interface Expiry {
  /** Whole partitions. */
  readonly partitions: readonly Partition[];
  /** The oldest chunks of a class's newest partition, where that alone is too large. */
  readonly chunks: readonly ChunkEntry[];
}

/**
 * What is past the age of its class, and of the rest the oldest until it fits the class's size.
 *
 * @param open partitions that have data which is not sealed
 * @param classOf what the class of that name says
 */
export function planExpiry(
  held: { readonly chunks: readonly ChunkEntry[]; readonly open: readonly Partition[] },
  classOf: (name: string) => Pick<RetentionClass, 'days' | 'bytes'> | undefined,
  nowMs: number,
): Expiry {
  const partitions = new Map<string, { partition: Partition; chunks: ChunkEntry[] }>();
  for (const partition of [...held.open, ...held.chunks.map((each) => each.partition)]) {
    const key = partitionKey(partition);
    if (!partitions.has(key)) partitions.set(key, { partition, chunks: [] });
  }
  for (const entry of held.chunks)
    partitions.get(partitionKey(entry.partition))?.chunks.push(entry);
  const byClass = Map.groupBy(partitions.values(), ({ partition }) => partition.retentionClass);
  const expired: Partition[] = [];
  const chunks: ChunkEntry[] = [];
  for (const [name, own] of byClass) {
    const { days, bytes } = classOf(name) ?? {};
    own.sort((a, b) => (a.partition.day < b.partition.day ? -1 : 1));
    const firstKept = days === undefined ? '' : dayOf(nowMs - days * DAY_MS);
    const young = own.filter(({ partition }) => partition.day >= firstKept);
    expired.push(...own.slice(0, own.length - young.length).map(({ partition }) => partition));
    let size = young.reduce((sum, each) => sum + storedBytes(each.chunks), 0);
    while (bytes !== undefined && size > bytes && young.length > 1) {
      const oldest = young.shift();
      if (!oldest) break;
      size -= storedBytes(oldest.chunks);
      expired.push(oldest.partition);
    }
    if (bytes === undefined || size <= bytes) continue;
    const newest = [...(young[0]?.chunks ?? [])].sort((a, b) => a.lastSequence - b.lastSequence);
    for (const entry of newest) {
      if (size <= bytes) break;
      size -= entry.storedBytes;
      chunks.push(entry);
    }
  }
  return { partitions: expired, chunks };
}

/** A moment's day (UTC), as partitions name it. */
export function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

function storedBytes(chunks: readonly ChunkEntry[]): number {
  return chunks.reduce((sum, entry) => sum + entry.storedBytes, 0);
}
