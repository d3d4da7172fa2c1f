/** Some rows of a batch as a batch of their own. */
import type { RowBatch, Stretch } from './row-batch.ts';

/**
 * The rows whose flag is 1, in their order. A stretch that loses rows in its middle becomes several.
 *
 * @param flags by row
 */
export function keptRows(batch: RowBatch, flags: Uint8Array): RowBatch {
  let count = 0;
  for (let row = 0; row < batch.count; row++) count += flags[row] ?? 0;
  const parts: Buffer[] = [];
  const start = new Uint32Array(count + 1);
  const kept = emptyColumns(count);
  const stretches: Stretch[] = [];
  let at = 0;
  let to = 0;
  for (const stretch of batch.stretches) {
    let offset = stretch.offset;
    let open: (Stretch & { to: number }) | undefined;
    for (let row = stretch.from; row < stretch.to; row++) {
      const sourceLength = batch.sourceLength[row] ?? 0;
      if (flags[row] !== 1) open = undefined;
      else {
        const bytes = batch.bytes.subarray(batch.start[row], batch.start[row + 1]);
        parts.push(bytes);
        start[to] = at;
        at += bytes.length;
        kept.time[to] = batch.time[row] ?? 0;
        kept.timestampLength[to] = batch.timestampLength[row] ?? 0;
        kept.sourceLength[to] = sourceLength;
        if (!open) {
          open = { ...stretch, offset, from: to, to };
          stretches.push(open);
        }
        open.to = ++to;
      }
      offset += sourceLength;
    }
  }
  start[count] = at;
  const level = batch.level?.filter((_, row) => flags[row] === 1);
  return { count, bytes: Buffer.concat(parts, at), start, ...kept, level, stretches };
}

/** Columns of so many rows without values. */
export function emptyColumns(count: number) {
  return {
    time: new Float64Array(count),
    timestampLength: new Uint8Array(count),
    sourceLength: new Uint32Array(count),
  };
}
