/**
 * The row table of a plain chunk: everything of its records but their bodies. Rows of one stream that
 * follow one another in the source make a stretch, which names stream, sequence and offset once.
 */
import { AppError } from '@apiary/common/errors.ts';
import { LEVELS } from '@apiary/common/record.ts';
import { z } from 'zod';
import type { RowSource } from '../records/record-set.ts';
import { BatchSet } from './batch-set.ts';
import { ColumnReader, ColumnWriter } from './columns.ts';
import type { RowBatch, Stretch } from './row-batch.ts';
import { rowSourceSchema } from './row-source.ts';

const headSchema = z.object({
  rows: z.number().int().nonnegative(),
  stretches: z.number().int().nonnegative(),
  bodyBytes: z.number().int().nonnegative(),
  sources: z.array(rowSourceSchema),
  columns: z.array(z.number().int().nonnegative()),
});
const COLUMNS = ['stretches', 'lengths', 'times', 'levels', 'stamps'] as const;

/** Writes the row table of a batch. */
export function encodeRowTable(batch: RowBatch): Buffer {
  const columns = {
    stretches: new ColumnWriter(),
    lengths: new ColumnWriter(),
    times: new ColumnWriter(),
    levels: new ColumnWriter(),
    stamps: new ColumnWriter(),
  };
  const set = new BatchSet(batch);
  const sources = new Map<RowSource, number>();
  for (const stretch of batch.stretches) {
    let index = sources.get(stretch.source);
    if (index === undefined) {
      index = sources.size;
      sources.set(stretch.source, index);
    }
    columns.stretches.unsigned(index);
    columns.stretches.unsigned(stretch.sequence);
    columns.stretches.unsigned(stretch.observed);
    columns.stretches.unsigned(stretch.mapped ? 1 : 0);
    columns.stretches.unsigned(stretch.offset);
    columns.stretches.unsigned(stretch.to - stretch.from);
    for (let row = stretch.from; row < stretch.to; row++) {
      columns.lengths.unsigned(batch.sourceLength[row] ?? 0);
      const bytes = (batch.start[row + 1] ?? 0) - (batch.start[row] ?? 0);
      if (stretch.mapped) columns.lengths.unsigned(bytes);
      columns.times.delta(batch.time[row] ?? 0);
      const level = set.level(row);
      columns.levels.unsigned(level === undefined ? 0 : 1 + LEVELS.indexOf(level));
      columns.stamps.unsigned(batch.timestampLength[row] ?? 0);
    }
  }
  const bodies = COLUMNS.map((name) => columns[name].result());
  const head: z.input<typeof headSchema> = {
    rows: batch.count,
    stretches: batch.stretches.length,
    bodyBytes: batch.start[batch.count] ?? 0,
    sources: [...sources.keys()].map((each) => ({ ...each, tags: [...each.tags] })),
    columns: bodies.map((body) => body.length),
  };
  const json = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, ...bodies]);
}

/** Reads a row table. @throws AppError `store-corrupt` */
export function decodeRowTable(bytes: Buffer): Omit<RowBatch, 'bytes'> {
  const { head, readers } = readHead(bytes);
  const count = head.rows;
  const stretches: Stretch[] = [];
  const table = {
    sourceLength: new Uint32Array(count),
    start: new Uint32Array(count + 1),
    time: new Float64Array(count),
    timestampLength: new Uint8Array(count),
  };
  let row = 0;
  let start = 0;
  for (let index = 0; index < head.stretches; index++) {
    const source = head.sources[readers.stretches.unsigned()];
    const [sequence, observed] = [readers.stretches.unsigned(), readers.stretches.unsigned()];
    const mapped = readers.stretches.unsigned() === 1;
    const offset = readers.stretches.unsigned();
    const from = row;
    const to = row + readers.stretches.unsigned();
    if (!source || to > count) throw corrupt();
    stretches.push({ source, sequence, observed, mapped, offset, from, to });
    for (; row < to; row++) {
      const sourceLength = readers.lengths.unsigned();
      table.sourceLength[row] = sourceLength;
      table.start[row] = start;
      table.time[row] = readers.times.delta();
      table.timestampLength[row] = readers.stamps.unsigned();
      start += mapped ? readers.lengths.unsigned() : sourceLength;
    }
  }
  table.start[count] = start;
  if (row !== count || start !== head.bodyBytes) throw corrupt();
  return { count, stretches, ...table };
}

function readHead(bytes: Buffer) {
  if (bytes.length < 4) throw corrupt();
  const headBytes = bytes.readUInt32LE(0);
  const head = headSchema.parse(JSON.parse(bytes.toString('utf8', 4, 4 + headBytes)));
  let at = 4 + headBytes;
  const next = (index: number) => {
    const length = head.columns[index] ?? 0;
    at += length;
    return new ColumnReader(bytes.subarray(at - length, at));
  };
  const [stretches, lengths, times] = [next(0), next(1), next(2)];
  return { head, readers: { stretches, lengths, times, levels: next(3), stamps: next(4) } };
}

function corrupt(): AppError {
  return new AppError('store-corrupt', 'The row table of a chunk is not whole.');
}
