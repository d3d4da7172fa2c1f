/**
 * The row table of a chunk: everything of its records but their bodies. Rows of one stream that follow one
 * another in the source make a stretch, which names stream, sequence and offset once.
 */
import { AppError } from '@apiary/common/errors.ts';
import { LEVELS } from '@apiary/common/record.ts';
import { z } from 'zod';
import type { Pace, RowSource } from '../record-set.ts';
import type { ChunkSource } from './chunk-format.ts';
import { ColumnReader, ColumnWriter } from './columns.ts';

const headSchema = z.object({
  rows: z.number().int().nonnegative(),
  stretches: z.number().int().nonnegative(),
  bodyBytes: z.number().int().nonnegative(),
  sources: z.array(
    z.object({
      agent: z.string(),
      host: z.string(),
      target: z.string(),
      file: z.string(),
      tags: z.array(z.string()),
      generation: z.string(),
      history: z.boolean(),
    }),
  ),
  columns: z.array(z.number().int().nonnegative()),
});

const COLUMNS = ['stretches', 'lengths', 'times', 'levels', 'stamps'] as const;

/** Consecutive rows of one stream. */
export interface Stretch {
  readonly source: RowSource;
  readonly sequence: number;
  readonly observed: number;
  readonly mapped: boolean;
}

/** The row table as it is read. */
export interface RowTable {
  readonly count: number;
  readonly stretches: readonly Stretch[];
  readonly stretch: Uint32Array;
  readonly offset: Float64Array;
  readonly sourceLength: Uint32Array;
  /** Where a row's bytes begin among the bodies; one more than there are rows. */
  readonly start: Uint32Array;
  readonly time: Float64Array;
  readonly level: Uint8Array;
  readonly timestampLength: Uint8Array;
}

/** Writes the row table of `source.rows`, in their order. */
export async function encodeRowTable(source: ChunkSource, pace: Pace): Promise<Buffer> {
  const columns = {
    stretches: new ColumnWriter(),
    lengths: new ColumnWriter(),
    times: new ColumnWriter(),
    levels: new ColumnWriter(),
    stamps: new ColumnWriter(),
  };
  const stretches = new StretchWriter(columns.stretches);
  let bodyBytes = 0;
  for (const [index, row] of source.rows.entries()) {
    if (index % 256 === 0) await pace();
    stretches.add(source, row);
    columns.lengths.unsigned(source.sourceLength(row));
    const bytes = source.bytes(row).length;
    bodyBytes += bytes;
    if (source.isMapped(row)) columns.lengths.unsigned(bytes);
    columns.times.delta(source.time(row));
    const level = source.level(row);
    columns.levels.unsigned(level === undefined ? 0 : 1 + LEVELS.indexOf(level));
    columns.stamps.unsigned(source.timestampLength(row));
  }
  stretches.end();
  const bodies = COLUMNS.map((name) => columns[name].result());
  const head: z.input<typeof headSchema> = {
    rows: source.rows.length,
    stretches: stretches.count,
    bodyBytes,
    sources: stretches.sources.map((each) => ({ ...each, tags: [...each.tags] })),
    columns: bodies.map((body) => body.length),
  };
  const json = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, ...bodies]);
}

class StretchWriter {
  readonly sources: RowSource[] = [];
  count = 0;
  readonly #out: ColumnWriter;
  readonly #indexes = new Map<RowSource, number>();
  #rows = 0;
  #open: (Stretch & { nextOffset: number }) | undefined;

  constructor(out: ColumnWriter) {
    this.#out = out;
  }

  add(set: ChunkSource, row: number): void {
    const source = set.source(row);
    const open = this.#open;
    const offset = set.offset(row);
    if (
      open === undefined ||
      open.source !== source ||
      open.sequence !== set.sequence(row) ||
      open.observed !== set.observed(row) ||
      open.mapped !== set.isMapped(row) ||
      open.nextOffset !== offset
    ) {
      this.end();
      this.#begin(set, row);
    }
    if (this.#open) this.#open.nextOffset = offset + set.sourceLength(row);
    this.#rows++;
  }

  end(): void {
    if (this.#open) this.#out.unsigned(this.#rows);
    this.#open = undefined;
    this.#rows = 0;
  }

  #begin(set: ChunkSource, row: number): void {
    const source = set.source(row);
    let index = this.#indexes.get(source);
    if (index === undefined) {
      index = this.sources.push(source) - 1;
      this.#indexes.set(source, index);
    }
    const stretch = {
      source,
      sequence: set.sequence(row),
      observed: set.observed(row),
      mapped: set.isMapped(row),
    };
    this.#open = { ...stretch, nextOffset: 0 };
    this.count++;
    this.#out.unsigned(index);
    this.#out.unsigned(stretch.sequence);
    this.#out.unsigned(stretch.observed);
    this.#out.unsigned(stretch.mapped ? 1 : 0);
    this.#out.unsigned(set.offset(row));
  }
}

/** Reads a row table. @throws AppError `store-corrupt` */
export function decodeRowTable(bytes: Buffer): RowTable {
  const { head, readers } = readHead(bytes);
  const count = head.rows;
  const table = {
    count,
    stretches: [] as Stretch[],
    stretch: new Uint32Array(count),
    offset: new Float64Array(count),
    sourceLength: new Uint32Array(count),
    start: new Uint32Array(count + 1),
    time: new Float64Array(count),
    level: new Uint8Array(count),
    timestampLength: new Uint8Array(count),
  };
  let row = 0;
  let start = 0;
  for (let index = 0; index < head.stretches; index++) {
    const source = head.sources[readers.stretches.unsigned()];
    const [sequence, observed] = [readers.stretches.unsigned(), readers.stretches.unsigned()];
    const mapped = readers.stretches.unsigned() === 1;
    let offset = readers.stretches.unsigned();
    const end = row + readers.stretches.unsigned();
    if (!source || end > count) throw corrupt();
    table.stretches.push({ source, sequence, observed, mapped });
    for (; row < end; row++) {
      const sourceLength = readers.lengths.unsigned();
      table.stretch[row] = index;
      table.offset[row] = offset;
      table.sourceLength[row] = sourceLength;
      table.start[row] = start;
      table.time[row] = readers.times.delta();
      table.level[row] = readers.levels.unsigned();
      table.timestampLength[row] = readers.stamps.unsigned();
      offset += sourceLength;
      start += mapped ? readers.lengths.unsigned() : sourceLength;
    }
  }
  table.start[count] = start;
  if (row !== count || start !== head.bodyBytes) throw corrupt();
  return table;
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
  const readers = {
    stretches: next(0),
    lengths: next(1),
    times: next(2),
    levels: next(3),
    stamps: next(4),
  };
  return { head, readers };
}

function corrupt(): AppError {
  return new AppError('store-corrupt', 'The row table of a chunk is not whole.');
}
