/** Records on their way into a chunk, in columns that can go to another thread. */
import type { RowSource } from '../record-set.ts';

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
  readonly stretches: readonly Stretch[];
}
