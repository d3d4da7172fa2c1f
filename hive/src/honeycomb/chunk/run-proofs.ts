/**
 * Checksums of runs, taken when they were committed. A batch that is to be sealed must still have them, so
 * that its blocks need not be read again. Measured: reading, decompressing and comparing them took a tenth
 * of ingest; a CRC-32 takes a twentieth of that.
 */
import { crc32 } from 'node:zlib';
import { AppError } from '@apiary/common/errors.ts';
import type { Run } from '@apiary/common/messages/data/run.ts';
import type { RowBatch, Stretch } from './row-batch.ts';

/** What was committed of one run whose records are whole. */
export interface RunProof {
  readonly sequence: number;
  readonly generation: string;
  /** Where its first record is in its generation. */
  readonly offset: number;
  /** Its first row in the open chunk, and how many it has. */
  readonly firstRow: number;
  readonly rows: number;
  /** Of its bodies, and of the lengths of its records in the source and as bodies. */
  readonly bytesChecksum: number;
  readonly lengthsChecksum: number;
}

/** The proof of a run whose rows begin at `firstRow`; `checksum` is its data's CRC-32, where that is known. */
export function proofOf(
  run: Run,
  {
    sequence,
    firstRow,
    checksum,
  }: Pick<RunProof, 'sequence' | 'firstRow'> & { checksum?: number | undefined },
): RunProof {
  const { generation, from, sourceLengths, bodyLengths, data } = run;
  return {
    ...{ sequence, generation, offset: from, firstRow, rows: sourceLengths.length },
    bytesChecksum: checksum ?? crc32(data),
    lengthsChecksum: lengthsChecksum(sourceLengths, bodyLengths ?? sourceLengths),
  };
}

/**
 * Checks that a batch has the rows of each run as they were committed.
 *
 * @param rows the rows of the open chunk that the batch has, ascending
 * @param proofs by their first row, ascending
 * @returns bytes of the source that are proven
 * @throws AppError `store-corrupt`
 */
export function proveRuns(batch: RowBatch, rows: Uint32Array, proofs: readonly RunProof[]): number {
  let bytes = 0;
  let stretch = 0;
  let row = 0;
  for (const proof of proofs) {
    while (row < rows.length && (rows[row] ?? 0) < proof.firstRow) row++;
    const last = row + proof.rows - 1;
    const isWhole = rows[row] === proof.firstRow && rows[last] === proof.firstRow + proof.rows - 1;
    if (!isWhole) throw differs(proof);
    while ((batch.stretches[stretch]?.to ?? Number.POSITIVE_INFINITY) <= row) stretch++;
    const own = batch.stretches[stretch];
    if (!own || !isProven(batch, own, row, proof)) throw differs(proof);
    for (let at = row; at <= last; at++) bytes += batch.sourceLength[at] ?? 0;
    row = last + 1;
  }
  return bytes;
}

function isProven(batch: RowBatch, stretch: Stretch, row: number, proof: RunProof): boolean {
  const { bytes, start, sourceLength } = batch;
  const behind = row + proof.rows;
  let { offset } = stretch;
  for (let at = stretch.from; at < row; at++) offset += sourceLength[at] ?? 0;
  if (stretch.to < behind || stretch.sequence !== proof.sequence || offset !== proof.offset) {
    return false;
  }
  const bodies = new Uint32Array(proof.rows);
  for (let at = row; at < behind; at++) bodies[at - row] = (start[at + 1] ?? 0) - (start[at] ?? 0);
  return (
    stretch.source.generation === proof.generation &&
    crc32(bytes.subarray(start[row], start[behind])) === proof.bytesChecksum &&
    lengthsChecksum(sourceLength.subarray(row, behind), bodies) === proof.lengthsChecksum
  );
}

function lengthsChecksum(source: Uint32Array, bodies: Uint32Array): number {
  return crc32(bytesOf(bodies), crc32(bytesOf(source)));
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function differs({ sequence, generation, offset }: RunProof): AppError {
  const what = `byte ${offset} of generation ${generation}, block ${sequence}`;
  return new AppError('store-corrupt', `A new chunk is not what was committed: ${what}.`);
}
