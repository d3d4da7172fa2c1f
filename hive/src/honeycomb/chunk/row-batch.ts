/** Records on their way into a chunk, in columns that can go to another thread. */
import type { RowSource } from '../records/record-set.ts';

/** Consecutive rows of one stream; their offsets follow from the first and the source lengths. */
export interface Stretch {
  readonly source: RowSource;
  readonly sequence: number;
  readonly observed: number;
  /** True where the body is not the source. */
  readonly mapped: boolean;
  readonly offset: number;
  /** The first row, and the one behind the last. */
  readonly from: number;
  readonly to: number;
}

/** See the file's head. */
export interface RowBatch {
  readonly count: number;
  /** The rows' bytes as stored, one behind the other. */
  readonly bytes: Buffer;
  /** Where a row's bytes begin; one more than there are rows. */
  readonly start: Uint32Array;
  readonly time: Float64Array;
  readonly timestampLength: Uint8Array;
  readonly sourceLength: Uint32Array;
  /** By row, as `levelCode` gives it, where a chunk told; absent: nobody did. */
  readonly level?: Uint8Array | undefined;
  readonly stretches: readonly Stretch[];
}

/** The stretch of a row. */
export function stretchAt(stretches: readonly Stretch[], row: number): Stretch {
  let low = 0;
  let high = stretches.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stretches[middle]?.to ?? 0) <= row) low = middle + 1;
    else high = middle;
  }
  const stretch = stretches[low];
  if (!stretch || row < stretch.from || row >= stretch.to) throw new RangeError(`no row ${row}`);
  return stretch;
}
