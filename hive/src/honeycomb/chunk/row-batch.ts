/** Records on their way into a chunk, in columns that can go to another thread. */
import type { Pace, RecordSet, RowSource } from '../record-set.ts';

/** Records that are to be written, in the order in which they are to be written. */
export interface ChunkSource extends RecordSet {
  readonly rows: readonly number[];
  /** Bytes of the row as stored, line end included. */
  length(row: number): number;
  /** Copies the row's bytes as stored; gives how many. */
  copy(row: number, target: Buffer, at: number): number;
  /** True where the body is not the source. */
  isMapped(row: number): boolean;
}

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

/** Rows between two looks at the clock. */
const ROWS_PER_LOOK = 512;

/** Copies rows into columns. Gives way by `pace`. */
export async function batchOf(source: ChunkSource, pace: Pace): Promise<RowBatch> {
  const count = source.rows.length;
  const start = new Uint32Array(count + 1);
  const time = new Float64Array(count);
  const timestampLength = new Uint8Array(count);
  const sourceLength = new Uint32Array(count);
  let total = 0;
  for (let index = 0; index < count; index++) total += source.length(source.rows[index] ?? 0);
  const bytes = Buffer.from(new ArrayBuffer(total));
  const stretches: Stretch[] = [];
  let open: (Stretch & { to: number }) | undefined;
  let nextOffset = 0;
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (index % ROWS_PER_LOOK === 0) {
      const pause = pace();
      if (pause) await pause;
    }
    const row = source.rows[index] ?? 0;
    start[index] = at;
    at += source.copy(row, bytes, at);
    time[index] = source.time(row);
    timestampLength[index] = source.timestampLength(row);
    const length = source.sourceLength(row);
    sourceLength[index] = length;
    const offset = source.offset(row);
    if (!open || offset !== nextOffset || !continues(open, source, row)) {
      open = stretchAt(source, row, index);
      stretches.push(open);
    }
    open.to = index + 1;
    nextOffset = offset + length;
  }
  start[count] = at;
  return { count, bytes, start, time, timestampLength, sourceLength, stretches };
}

function continues(open: Stretch, source: ChunkSource, row: number): boolean {
  return (
    open.source === source.source(row) &&
    open.sequence === source.sequence(row) &&
    open.observed === source.observed(row) &&
    open.mapped === source.isMapped(row)
  );
}

function stretchAt(source: ChunkSource, row: number, index: number): Stretch & { to: number } {
  return {
    source: source.source(row),
    sequence: source.sequence(row),
    observed: source.observed(row),
    mapped: source.isMapped(row),
    offset: source.offset(row),
    from: index,
    to: index,
  };
}
