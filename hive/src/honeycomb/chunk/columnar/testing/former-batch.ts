/** What `columnar-4.json` to `columnar-7.json` were written from, by the last versions that wrote those formats. */
import { batchOfStreams } from '../../../testing/batches.ts';
import type { RowBatch } from '../../row-batch.ts';

const ROWS = 40;

/** See the file's head. Every kind of column, stamps, levels that vary, raw rows, and one whose body is not the source. */
export function formerBatch(): RowBatch {
  const streams = ['a', 'b', 'c'].map((host, index) => ({
    rows: Array.from({ length: ROWS }, (_, row) => {
      const stamp = new Date(Date.UTC(2026, 0, 10) + 1000 * row).toISOString();
      const level = ['info', 'error', 'notice7'][(row * 7 + index) % 3];
      const texts = [
        `${stamp} level=${level} took ${row * 31} ms of n${'x9'.repeat(row % 9)} on ${host}`,
        `job ${String(row).padStart(4, '0')} moved by v2`,
        `ünïcode9 ${row}`,
        `odd\x01 one ${row}`,
      ];
      return Buffer.from(`${texts[row % texts.length]}${index === 2 ? '' : '\n'}`);
    }),
    mapped: index === 2,
    source: { host },
  }));
  return batchOfStreams(streams);
}
