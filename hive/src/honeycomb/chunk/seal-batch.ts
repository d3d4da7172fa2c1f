/** Encodes a batch and proves that it can be decoded. */
import type { ChunkEntry, NewChunk, Partition } from '@apiary/common/chunks/chunks.ts';
import { AppError } from '@apiary/common/errors.ts';
import { SECTION_BYTES_MAX } from '@apiary/common/limits.ts';
import type { EncodedChunk } from './chunk-format.ts';
import { borrowMemory, giveBackMemory } from './columnar/compiled/linear-memory.ts';
import { WRITE_FORMATS } from './index.ts';
import type { RowBatch } from './row-batch.ts';
import { verifyDecoded } from './verify.ts';

/** What names a chunk. */
export interface ChunkName {
  readonly id: string;
  readonly partition: Partition;
}

/**
 * A chunk of a batch that has rows.
 *
 * @throws AppError `store-corrupt` when it does not decode to its rows, `too-large`
 */
export async function sealBatch(
  batch: RowBatch,
  name: ChunkName,
  zstdLevel?: number,
): Promise<NewChunk> {
  for (const format of WRITE_FORMATS) {
    const encoded = format.encode(batch, zstdLevel);
    if (!encoded) continue;
    const chunk = { entry: entryOf(batch, encoded, { ...name, format: format.name }), encoded };
    const sections = encoded.sections.map(({ bytes }) => bytes);
    const reader = format.open(chunk.entry, async (index) => sections[index] ?? new Uint8Array());
    const memory = borrowMemory();
    verifyDecoded(await reader.decode(() => undefined, memory), batch);
    giveBackMemory(memory);
    return { entry: chunk.entry, sections };
  }
  throw new AppError('not-supported', 'No format takes these rows.');
}

function entryOf(
  batch: RowBatch,
  { sections }: EncodedChunk,
  name: ChunkName & { readonly format: string },
): ChunkEntry {
  for (const { name: section, bytes } of sections) {
    if (bytes.length > SECTION_BYTES_MAX) {
      throw new AppError('too-large', `Section ${section} of ${bytes.length} bytes.`);
    }
  }
  let [minTime, maxTime] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of batch.time) {
    if (time < minTime) minTime = time;
    if (time > maxTime) maxTime = time;
  }
  const sequences = batch.stretches.map(({ sequence }) => sequence);
  return {
    ...{ id: name.id, partition: name.partition, format: name.format },
    records: batch.count,
    rawBytes: batch.bytes.length,
    storedBytes: sections.reduce((sum, { bytes }) => sum + bytes.length, 0),
    ...{ minTime, maxTime },
    firstSequence: sequences.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    lastSequence: sequences.reduce((a, b) => Math.max(a, b), 0),
    sections: sections.map(({ name: section, bytes }) => ({ name: section, bytes: bytes.length })),
  };
}
