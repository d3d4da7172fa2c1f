/**
 * The newest rows of a large chunk, once more and whole, in a section of their own: a page of the newest lines is found among
 * them without a look at the columns of the chunk. Measured on a chunk of 64 MB: 100 lines with a common word are of 55
 * templates, and needed nearly all of its columns.
 */
import { AppError } from '@apiary/common/errors.ts';
import { keptRows } from '../kept-rows.ts';
import type { RowBatch } from '../row-batch.ts';
import { decodeRowTable, encodeRowTable } from '../row-table.ts';
import { isSameBatch } from '../same-rows.ts';

/** Of which chunks, and how many. */
export interface NewestBounds {
  /** Bytes of bodies from which on a chunk has the section. */
  readonly chunkBytesMin: number;
  readonly rowsMax: number;
  /** Bytes of their bodies. */
  readonly bytesMax: number;
}

/** A chunk of 8 MB is small enough to be searched whole; of one of 64 MB the section is less than a hundredth. */
export const NEWEST_BOUNDS: NewestBounds = {
  chunkBytesMin: 24 << 20,
  rowsMax: 2048,
  bytesMax: 256 * 1024,
};

/** See the file's head. */
export interface NewestRows {
  /** All rows of the chunk that are later are here, and no others; -Infinity: all that the chunk has. */
  readonly after: number;
  /** In their order within the chunk. */
  readonly batch: RowBatch;
}

/** Where the table begins: behind `after` (f64) and the table's length (u32). */
const TABLE = 12;

/** The section's content; undefined where a chunk has none. */
export function encodeNewest(batch: RowBatch, bounds = NEWEST_BOUNDS): Buffer | undefined {
  if (batch.bytes.length < bounds.chunkBytesMin) return undefined;
  const after = timeBefore(batch, bounds);
  const rows = laterRows(batch, after);
  if (rows.count === 0) return undefined;
  const table = encodeRowTable(rows);
  const head = Buffer.alloc(TABLE);
  head.writeDoubleLE(after);
  head.writeUInt32LE(table.length, 8);
  return Buffer.concat([head, table, rows.bytes]);
}

/** Reads what {@link encodeNewest} gave. @throws AppError `store-corrupt` */
export function decodeNewest(section: Buffer): NewestRows {
  if (section.length < TABLE) throw corrupt();
  const end = TABLE + section.readUInt32LE(8);
  const table = decodeRowTable(section.subarray(TABLE, end));
  const bytes = section.subarray(end);
  if (bytes.length !== table.start[table.count]) throw corrupt();
  return { after: section.readDoubleLE(0), batch: { ...table, bytes } };
}

/** Checks that they are rows of the chunk, all that they should be. @throws AppError `store-corrupt` */
export function verifyNewest({ after, batch }: NewestRows, chunk: RowBatch): void {
  if (!isSameBatch(batch, laterRows(chunk, after))) throw corrupt();
}

function laterRows(batch: RowBatch, after: number): RowBatch {
  const flags = new Uint8Array(batch.count);
  for (let row = 0; row < flags.length; row++) if ((batch.time[row] ?? 0) > after) flags[row] = 1;
  return keptRows(batch, flags);
}

/** The least time such that the rows behind it are within the bounds. */
function timeBefore({ time, start }: RowBatch, { rowsMax, bytesMax }: NewestBounds): number {
  const rows = newestFirst(time, rowsMax + 1);
  let bytes = 0;
  for (const [index, row] of rows.entries()) {
    bytes += (start[row + 1] ?? 0) - (start[row] ?? 0);
    if (index === rowsMax || bytes > bytesMax) return time[row] ?? 0;
  }
  return Number.NEGATIVE_INFINITY;
}

/** So many of the newest rows, newest first. */
function newestFirst(time: Float64Array, count: number): number[] {
  let rows: number[] = [];
  let least = Number.NEGATIVE_INFINITY;
  const cut = () => {
    rows = rows.sort((a, b) => (time[b] ?? 0) - (time[a] ?? 0)).slice(0, count);
    if (rows.length === count) least = time[rows.at(-1) ?? 0] ?? 0;
  };
  // Rows come roughly by time: from the end on few are kept in vain.
  for (let row = time.length - 1; row >= 0; row--) {
    if ((time[row] ?? 0) <= least) continue;
    rows.push(row);
    if (rows.length >= 2 * count) cut();
  }
  cut();
  return rows;
}

function corrupt(): AppError {
  return new AppError('store-corrupt', 'The newest rows of a chunk are not what they should be.');
}
