import type { ChunkEntry, ChunkStore } from '@apiary/common/chunks/chunks.ts';
import { partitionKey } from '@apiary/common/chunks/partition.ts';
import type { Holdings } from '../holdings/holdings.ts';

/** What the store takes, as a whole and by partition, the newest first. */
export async function storeSizes(store: ChunkStore, holdings: Holdings) {
  const groups = new Map<string, ChunkEntry[]>();
  for (const chunk of holdings.chunks) {
    const key = partitionKey(chunk.partition);
    const known = groups.get(key);
    if (known) known.push(chunk);
    else groups.set(key, [chunk]);
  }
  const sum = (chunks: readonly ChunkEntry[], figure: 'records' | 'rawBytes' | 'storedBytes') =>
    chunks.reduce((total, chunk) => total + chunk[figure], 0);
  const partitions = [...groups.values()].flatMap((chunks) => {
    const [first] = chunks;
    if (!first) return [];
    return [
      {
        ...first.partition,
        chunks: chunks.length,
        records: sum(chunks, 'records'),
        rawBytes: sum(chunks, 'rawBytes'),
        storedBytes: sum(chunks, 'storedBytes'),
        formats: [...new Set(chunks.map(({ format }) => format))].sort(),
      },
    ];
  });
  partitions.sort((a, b) => (a.day === b.day ? 0 : a.day < b.day ? 1 : -1));
  const { diskBytes, freeBytes, blockBytes } = await store.sizes();
  return {
    ...(diskBytes !== undefined && { diskBytes }),
    ...(freeBytes !== undefined && { freeBytes }),
    open: { records: holdings.openRecords, rawBytes: holdings.openBytes, storedBytes: blockBytes },
    partitions,
  };
}
