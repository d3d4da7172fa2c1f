/**
 * Chunks written anew from sealed ones: several as one, or one without some of its rows. Proven before it
 * is given out: the new chunk decodes to its rows, and these are the old chunks' rows, byte for byte.
 */
import { crc32 } from 'node:zlib';
import type { ChunkEntry, NewChunk } from '@apiary/common/chunks/chunks.ts';
import { AppError } from '@apiary/common/errors.ts';
import { COMPACTED_ZSTD_LEVEL } from '@apiary/common/limits/store.ts';
import { formatOf } from '../chunk/index.ts';
import { emptyColumns, keptRows } from '../chunk/kept-rows.ts';
import type { RowBatch, Stretch } from '../chunk/row-batch.ts';
import { type ChunkName, sealBatch } from '../chunk/seal-batch.ts';

/** A sealed chunk with all of its sections. */
export interface OldChunk {
  readonly entry: ChunkEntry;
  readonly sections: readonly Uint8Array[];
  /** Rows that are to go, ascending. */
  readonly without: Uint32Array;
}

/**
 * All rows of the old chunks but those that are to go, in their order, as one chunk.
 *
 * @returns undefined when no row is left
 * @throws AppError `store-corrupt` when an old chunk cannot be read or the new one is not the same;
 * `too-large` when it does not fit in one
 */
export async function rewriteChunks(
  chunks: readonly OldChunk[],
  name: ChunkName,
): Promise<NewChunk | undefined> {
  const batches: RowBatch[] = [];
  for (const chunk of chunks) batches.push(await decodeKept(chunk));
  const batch = joinBatches(batches);
  const checksum = batches.reduce((sum, { bytes }) => crc32(bytes, sum), 0);
  if (crc32(batch.bytes) !== checksum) {
    throw new AppError('store-corrupt', 'Rows that were put together are not what they were.');
  }
  return batch.count === 0 ? undefined : await sealBatch(batch, name, COMPACTED_ZSTD_LEVEL);
}

async function decodeKept({ entry, sections, without }: OldChunk): Promise<RowBatch> {
  const read = async (index: number) => sections[index] ?? new Uint8Array();
  const batch = await formatOf(entry.format)
    .open(entry, read)
    .decode(() => undefined);
  if (batch.count !== entry.records || batch.bytes.length !== entry.rawBytes) {
    throw new AppError('store-corrupt', `Chunk ${entry.id} is not what the catalogue says.`);
  }
  return without.length === 0 ? batch : withoutRows(batch, without);
}

/** A batch without some of its rows. */
function withoutRows(batch: RowBatch, rows: Uint32Array): RowBatch {
  const kept = new Uint8Array(batch.count).fill(1);
  for (const row of rows) kept[row] = 0;
  return keptRows(batch, kept);
}

/** Batches one behind the other as one. */
function joinBatches(batches: readonly RowBatch[]): RowBatch {
  const [first] = batches;
  if (first && batches.length === 1) return first;
  const count = batches.reduce((sum, batch) => sum + batch.count, 0);
  const start = new Uint32Array(count + 1);
  const joined = emptyColumns(count);
  const sources = new Map<string, Stretch['source']>();
  const stretches: Stretch[] = [];
  let row = 0;
  let at = 0;
  for (const batch of batches) {
    joined.time.set(batch.time, row);
    joined.timestampLength.set(batch.timestampLength, row);
    joined.sourceLength.set(batch.sourceLength, row);
    for (let own = 0; own < batch.count; own++) start[row + own] = at + (batch.start[own] ?? 0);
    for (const stretch of batch.stretches) {
      const key = JSON.stringify(stretch.source);
      const source = sources.get(key) ?? stretch.source;
      sources.set(key, source);
      stretches.push({ ...stretch, source, from: stretch.from + row, to: stretch.to + row });
    }
    row += batch.count;
    at += batch.bytes.length;
  }
  start[count] = at;
  const bytes = Buffer.concat(
    batches.map((batch) => batch.bytes),
    at,
  );
  return { count, bytes, start, ...joined, stretches };
}
