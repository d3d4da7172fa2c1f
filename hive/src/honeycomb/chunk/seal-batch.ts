/** Encodes a batch and proves that it can be decoded. */
import type { ChunkEntry, NewChunk, Partition } from '@apiary/common/chunks/chunks.ts';
import { AppError } from '@apiary/common/errors.ts';
import { SECTION_BYTES_MAX } from '@apiary/common/limits.ts';
import type { ChunkReader, EncodedChunk } from './chunk-format.ts';
import { borrowEncoderMemory } from './columnar/columnar.ts';
import { WRITE_FORMATS } from './index.ts';
import type { RowBatch } from './row-batch.ts';
import { verifyDecoded } from './verify-decoded.ts';

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
    const read = async (index: number) => sections[index] ?? new Uint8Array();
    await verify(format.open(chunk.entry, read, { hasRoom: () => false }), batch);
    return { entry: chunk.entry, sections };
  }
  throw new AppError('not-supported', 'No format takes these rows.');
}

async function verify(reader: ChunkReader, batch: RowBatch): Promise<void> {
  const { memory, giveBack } = borrowEncoderMemory();
  try {
    await verifyDecoded(await reader.decodeParts(() => undefined, memory), batch);
    reader.release('unused');
  } finally {
    giveBack();
  }
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
  const { minTime, maxTime } = timesOf(batch.time);
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

/** A function of its own, which is compiled once: what holds a loop over all rows is compiled within it, again and again. */
function timesOf(times: Float64Array): { readonly minTime: number; readonly maxTime: number } {
  let minTime = Number.POSITIVE_INFINITY;
  let maxTime = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < times.length; row++) {
    const time = times[row] ?? 0;
    if (time < minTime) minTime = time;
    if (time > maxTime) maxTime = time;
  }
  return { minTime, maxTime };
}
