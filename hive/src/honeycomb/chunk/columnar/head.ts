/** The first section: how many there are of everything, and which streams the rows are from. */
import { z } from 'zod';
import type { RowSource } from '../../records/record-set.ts';
import { ColumnReader, ColumnWriter } from '../columns.ts';
import type { Stretch } from '../row-batch.ts';
import { rowSourceSchema } from '../row-source.ts';

/** The first sections; those of ids follow. */
export const SECTION = { head: 0, templates: 1, slots: 2, ids: 3 } as const;
/** Sections behind those of ids; there may be a lexicon; columns of values follow, and behind them the parts of blooms. */
export const BEHIND_IDS = { times: 0, lengths: 1, levels: 2 } as const;
/** The name of that of the lexicon. */
export const LEXICON_SECTION = 'lexicon';

/** See the file's head. */
export const headSchema = z.object({
  rows: z.number().int().nonnegative(),
  bodyBytes: z.number().int().nonnegative(),
  /** Without the one of raw rows, which has the next number. */
  templates: z.number().int().nonnegative(),
  /** With the one of raw rows, which is the last. */
  slots: z.number().int().positive(),
  rawRows: z.number().int().nonnegative(),
  /** Rows in each section of ids but the last; absent in `columnar@4`, where there is one. */
  idsRows: z.number().int().positive().optional(),
  /** Columns stand in the order of `columnOrder`; absent up to `columnar@5`, where they stand in that of slots. */
  byClass: z.literal(true).optional(),
  /** Bytes of columns in each section of values; of those that are in the lexicon as they are read. */
  frames: z.array(z.number().int().positive()),
  /**
   * Words, how many of the sections of values, the last, have numbers of them, and values in each but the last; `highBits` of
   * `numberLayout`, absent in `columnar@7`, where they are 8 if there are any. Absent: no column is in a lexicon.
   */
  lexicon: z
    .object({
      words: z.number().int().positive(),
      frames: z.number().int().positive(),
      frameValues: z.number().int().positive(),
      highBits: z.union([0, 1, 2, 4].map((bits) => z.literal(bits))).optional(),
    })
    .optional(),
  sources: z.array(rowSourceSchema),
  stretches: z.number().int().nonnegative(),
});

/** See {@link headSchema}. */
export type Head = z.output<typeof headSchema>;

/** How many sections of ids there are, of so many rows each; one where there are no rows. */
export function partsOf(rows: number, partRows: number): number {
  return rows > partRows ? Math.ceil(rows / partRows) : 1;
}

/** The head as bytes: length of the JSON (u32), JSON, stretches as varints. */
export function encodeHead(
  facts: Omit<Head, 'sources' | 'stretches'>,
  stretches: readonly Stretch[],
): Buffer {
  const sources = new Map<RowSource, number>();
  const out = new ColumnWriter();
  for (const stretch of stretches) {
    let index = sources.get(stretch.source);
    if (index === undefined) {
      index = sources.size;
      sources.set(stretch.source, index);
    }
    out.unsigned(index);
    out.unsigned(stretch.sequence);
    out.unsigned(stretch.observed);
    out.unsigned(stretch.mapped ? 1 : 0);
    out.unsigned(stretch.offset);
    out.unsigned(stretch.to - stretch.from);
  }
  const head: z.input<typeof headSchema> = {
    ...facts,
    sources: [...sources.keys()].map((source) => ({ ...source, tags: [...source.tags] })),
    stretches: stretches.length,
  };
  const json = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, out.result()]);
}

/** Reads what {@link encodeHead} wrote. @throws AppError `store-corrupt` */
export function decodeHead(bytes: Buffer): { readonly head: Head; readonly stretches: Stretch[] } {
  const jsonBytes = bytes.readUInt32LE(0);
  const head = headSchema.parse(JSON.parse(bytes.toString('utf8', 4, 4 + jsonBytes)));
  const column = new ColumnReader(bytes.subarray(4 + jsonBytes));
  const stretches: Stretch[] = [];
  let row = 0;
  for (let index = 0; index < head.stretches; index++) {
    const source = head.sources[column.unsigned()];
    if (!source) throw new RangeError('a stretch of an unknown stream');
    const sequence = column.unsigned();
    const observed = column.unsigned();
    const mapped = column.unsigned() === 1;
    const offset = column.unsigned();
    const from = row;
    row += column.unsigned();
    stretches.push({ source, sequence, observed, mapped, offset, from, to: row });
  }
  return { head, stretches };
}
