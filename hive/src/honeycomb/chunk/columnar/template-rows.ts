/** Decodes rows of one template one behind the other, some at a time. */
import type { Pace } from '../../records/record-set.ts';
import type { ChunkData } from './chunk-data.ts';
import { templateColumns } from './decode-rows.ts';
import { isEnded } from './slot-table.ts';
import { SPLIT_BYTES_MAX } from './split-rows.ts';
import { TemplateDecoder } from './template-decoder.ts';

/** Bytes decoded at once: measured, what fits the processor's cache is read again at a fifth of the cost. */
const BATCH_BYTES = 256 * 1024;
const BATCH_ROWS = 4096;
/** For a line end behind the longest row. */
const SPARE_BYTES = 64;
/** In place of times that nobody looks at; any one. */
const SOME_TIME_MS = Date.UTC(2020, 0, 1);

/** Which rows, and what is wanted of them. */
export interface TemplateRowsOptions {
  /** 1 for each row that is wanted, by its index within the template; undefined: all of them. */
  readonly wanted: Uint8Array | undefined;
  /** False: time stamps that are made of times may show another one, of the same length. */
  readonly seesTimes: boolean;
  readonly pace: Pace;
}

/** Some rows of a template. */
export interface TemplateRows {
  /** Their indexes within the template; `count` of them. */
  readonly index: Uint32Array;
  readonly count: number;
  /** Row `n` of them is `bytes[start[n]..start[n + 1]]`, line end included. Both are used again. */
  readonly bytes: Buffer;
  readonly start: Uint32Array;
  /** Whether each has a line end. */
  readonly ended: boolean;
}

const bytes = Buffer.allocUnsafeSlow(BATCH_BYTES + SPLIT_BYTES_MAX + SPARE_BYTES);
const index = new Uint32Array(BATCH_ROWS);
const start = new Uint32Array(BATCH_ROWS + 1);

/**
 * Gives rows of a template that is not that of raw rows, in their order. `take` is done with a batch when it
 * returns.
 */
export async function forTemplateRows(
  data: ChunkData,
  template: number,
  { wanted, seesTimes, pace }: TemplateRowsOptions,
  take: (rows: TemplateRows) => void,
): Promise<void> {
  const [slots, dictionary] = [await data.slots(), await data.dictionary()];
  const columns = await templateColumns(data, slots, template);
  const decoder = new TemplateDecoder(template, { slots, dictionary }, columns);
  const timeOf = seesTimes ? await timesOf(data, template) : () => SOME_TIME_MS;
  const rows = slots.rows[template] ?? 0;
  const ended = isEnded(slots, template);
  for (let row = 0; row < rows; ) {
    const pause = pace();
    // The memory of a batch is everybody's: it is filled and taken without giving way.
    if (pause) await pause;
    let count = 0;
    let at = 0;
    for (; row < rows && count < BATCH_ROWS && at < BATCH_BYTES; row++) {
      if (wanted && wanted[row] !== 1) continue;
      index[count] = row;
      at = decoder.write(row, timeOf(row), bytes, at);
      start[++count] = at;
    }
    if (count > 0) take({ index, count, bytes, start, ended });
  }
}

/** Times by row within a template; those of rows without a stamp are not read, as nothing is made of them. */
async function timesOf(data: ChunkData, template: number): Promise<(row: number) => number> {
  const { layout, firstRow } = await data.slots();
  if ((layout[template] ?? -1) < 0) return () => 0;
  const [order, times] = [await data.order(), await data.times()];
  const first = firstRow[template] ?? 0;
  return (row) => times[order[first + row] ?? 0] ?? 0;
}
