/** Batches of rows for tests of chunk formats. */
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import type { ChunkReader, EncodedChunk } from '../chunk/chunk-format.ts';
import { formatOf } from '../chunk/index.ts';
import type { RowBatch, Stretch } from '../chunk/row-batch.ts';
import { stampOf } from '../records/record-facts.ts';
import type { RowSource } from '../records/record-set.ts';

/** When the rows of tests were read. */
export const OBSERVED = Date.UTC(2026, 0, 20);

/** Rows of one stream: bytes with their line ends. */
export interface TestStream {
  readonly rows: readonly Buffer[];
  readonly mapped?: boolean;
  readonly source?: Partial<RowSource>;
  readonly zoneOffsetMinutes?: number;
}

/** The batch of streams, one stretch each. */
export function batchOfStreams(streams: readonly TestStream[]): RowBatch {
  const rows = streams.flatMap((stream) => stream.rows);
  const start = new Uint32Array(rows.length + 1);
  const time = new Float64Array(rows.length);
  const timestampLength = new Uint8Array(rows.length);
  const sourceLength = new Uint32Array(rows.length);
  const stretches: Stretch[] = [];
  let row = 0;
  for (const [index, stream] of streams.entries()) {
    const from = row;
    for (const bytes of stream.rows) {
      start[row + 1] = (start[row] ?? 0) + bytes.length;
      const stamp = stampOf(bytes, OBSERVED, stream.zoneOffsetMinutes ?? 0);
      time[row] = stamp.time;
      timestampLength[row] = stamp.length;
      sourceLength[row] = bytes.length + (stream.mapped ? 3 : 0);
      row++;
    }
    const generation = index.toString(16).padStart(16, '0');
    const source: RowSource = {
      ...{ agent: 'agent', host: `host-${index}`, target: 'system', file: `/log/${index}` },
      ...{ tags: [], generation, history: false, ...stream.source },
    };
    const mapped = stream.mapped ?? false;
    stretches.push({
      source,
      sequence: index,
      observed: OBSERVED,
      mapped,
      offset: 7,
      from,
      to: row,
    });
  }
  const bytes = Buffer.from(new ArrayBuffer(start[rows.length] ?? 0));
  Buffer.concat(rows).copy(bytes);
  return { count: rows.length, bytes, start, time, timestampLength, sourceLength, stretches };
}

/** Opens what was encoded, as the store would; `onRead` is told of each section that is read. */
export function openEncoded(
  batch: RowBatch,
  encoded: EncodedChunk,
  format: string,
  onRead?: (section: string) => void,
): ChunkReader {
  const times = [...batch.time];
  const entry: ChunkEntry = {
    ...{ id: 'test', partition: { day: '2026-01-20', retentionClass: 'default' }, format },
    ...{ records: batch.count, rawBytes: batch.bytes.length, storedBytes: 0 },
    minTime: times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    maxTime: times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    ...{ firstSequence: 0, lastSequence: 0 },
    sections: encoded.sections.map(({ name, bytes }) => ({ name, bytes: bytes.length })),
  };
  const read = async (index: number) => {
    const section = encoded.sections[index];
    onRead?.(section?.name ?? '');
    return section?.bytes ?? new Uint8Array();
  };
  return formatOf(format).open(entry, read);
}
