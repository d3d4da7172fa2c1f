/** Decodes some rows, as for a page. */
import { AppError } from '@apiary/common/errors.ts';
import type { Pace } from '../../records/record-set.ts';
import type { ChunkData } from './chunk-data.ts';
import type { SlotTable } from './slot-table.ts';
import { type TemplateColumns, TemplateDecoder } from './template-decoder.ts';

/** Rows between two looks at the clock. */
const ROWS_PER_LOOK = 1024;

/** Bodies of rows as stored: row `index` of what was asked for is `bytes[start[index]..start[index + 1]]`. */
export interface DecodedRows {
  readonly bytes: Buffer;
  readonly start: Float64Array;
}

/**
 * Decodes rows in any order, each at most once.
 *
 * @throws AppError `store-corrupt` when a row has not the length that the chunk says
 */
export async function decodeRows(
  data: ChunkData,
  wanted: Uint32Array,
  pace: Pace,
): Promise<DecodedRows> {
  const [slots, ids] = [await data.slots(), await data.ids()];
  const [times, lengths] = [await data.times(), await data.lengths()];
  const { head } = await data.runs();
  const start = new Float64Array(wanted.length + 1);
  for (let index = 0; index < wanted.length; index++) {
    start[index + 1] = (start[index] ?? 0) + (lengths.body[wanted[index] ?? 0] ?? 0);
  }
  const total = start[wanted.length] ?? 0;
  const bytes = Buffer.alloc(total);
  const order = orderOf(wanted, ids.template);
  const ranks = rankOf(wanted, ids.template, head.templates);
  const dictionary = await data.dictionary();
  let decoder: TemplateDecoder | undefined;
  let current = -1;
  for (let position = 0; position < order.length; position++) {
    if (position % ROWS_PER_LOOK === 0) {
      const pause = pace();
      if (pause) await pause;
    }
    const index = order[position] ?? 0;
    const row = wanted[index] ?? 0;
    const template = ids.template[row] ?? 0;
    if (template === head.templates) continue;
    if (template !== current || !decoder) {
      const columns = await templateColumns(data, slots, template);
      decoder = new TemplateDecoder(template, { slots, dictionary }, columns);
      current = template;
    }
    const from = start[index] ?? 0;
    const end = decoder.write(ranks[index] ?? 0, times[row] ?? 0, bytes, from);
    if (end !== start[index + 1]) throw corruptRow(row);
  }
  await copyRaw(data, wanted, { bytes, start });
  return { bytes, start };
}

/** The columns of one template. */
export async function templateColumns(
  data: ChunkData,
  slots: SlotTable,
  template: number,
): Promise<TemplateColumns> {
  const first = slots.firstSlot[template] ?? 0;
  const behind = slots.firstSlot[template + 1] ?? 0;
  // Columns of one class stand one behind the other.
  const spans: { readonly from: number; to: number }[] = [];
  for (let slot = first; slot < behind; slot++) {
    const from = slots.from[slot] ?? 0;
    const to = from + (slots.bytes[slot] ?? 0);
    const span = spans.find((one) => one.to === from);
    if (span) span.to = to;
    else spans.push({ from, to });
  }
  const parts: Buffer[] = [];
  const starts: number[] = [];
  let length = 0;
  for (const { from, to } of spans) {
    starts.push(length);
    length += to - from;
    parts.push(...(await data.columnParts(from, to)));
  }
  const [only] = parts;
  const bytes = only && parts.length === 1 ? only : Buffer.concat(parts);
  const at = (slot: number) => {
    const place = slots.from[slot] ?? 0;
    const index = spans.findIndex(({ from, to }) => place >= from && place < to);
    return (starts[index] ?? 0) + place - (spans[index]?.from ?? 0);
  };
  return { bytes, at, row: 0 };
}

/** Indexes of `wanted` by template, then by row. */
function orderOf(wanted: Uint32Array, template: Uint16Array): Uint32Array {
  const keys = new Float64Array(wanted.length);
  for (let index = 0; index < wanted.length; index++) {
    const row = wanted[index] ?? 0;
    keys[index] = (template[row] ?? 0) * 2 ** 32 + row;
  }
  const order = Uint32Array.from(wanted.keys());
  if (isAscending(keys)) return order;
  return order.sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
}

function isAscending(keys: Float64Array): boolean {
  for (let index = 1; index < keys.length; index++) {
    if ((keys[index] ?? 0) < (keys[index - 1] ?? 0)) return false;
  }
  return true;
}

/** By wanted row: its index within its template. One pass counts: rows are not sorted for a page. */
function rankOf(wanted: Uint32Array, template: Uint16Array, templates: number): Uint32Array {
  const ranks = new Uint32Array(wanted.length);
  const byRow = Uint32Array.from(wanted.keys()).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const count = new Uint32Array(templates + 1);
  let row = 0;
  for (const index of byRow) {
    for (const end = wanted[index] ?? 0; row < end; row++) {
      const id = template[row] ?? 0;
      count[id] = (count[id] ?? 0) + 1;
    }
    ranks[index] = count[template[row] ?? 0] ?? 0;
  }
  return ranks;
}

async function copyRaw(
  data: ChunkData,
  wanted: Uint32Array,
  { bytes, start }: DecodedRows,
): Promise<void> {
  const [{ head }, slots] = [await data.runs(), await data.slots()];
  if (head.rawRows === 0) return;
  const [order, lengths] = [await data.order(), await data.lengths()];
  const column = await data.column(head.slots - 1);
  const places = new Map<number, number>();
  let at = 0;
  for (const row of order.subarray(slots.firstRow[head.templates])) {
    places.set(row, at);
    at += lengths.body[row] ?? 0;
  }
  if (at !== column.length) throw corruptRow(0);
  for (const [index, row] of wanted.entries()) {
    const from = places.get(row);
    if (from === undefined) continue;
    column.copy(bytes, start[index] ?? 0, from, from + (lengths.body[row] ?? 0));
  }
}

/** What is thrown for a row whose bytes are not as many as its length says. */
export function corruptRow(row: number): AppError {
  return new AppError('store-corrupt', `Row ${row} of a chunk has not the length that it should.`);
}

/** Gives each row's time stamp length. */
export async function timestampLengths(data: ChunkData): Promise<(row: number) => number> {
  const [{ head }, slots] = [await data.runs(), await data.slots()];
  const ids = await data.ids();
  const raw = new Map<number, number>();
  if (head.rawRows > 0) {
    const [order, lengths] = [await data.order(), await data.lengths()];
    for (const [index, row] of order.subarray(slots.firstRow[head.templates]).entries()) {
      raw.set(row, lengths.rawTimestampLength[index] ?? 0);
    }
  }
  return (row) => {
    const template = ids.template[row] ?? 0;
    if (template === head.templates) return raw.get(row) ?? 0;
    return slots.timestampLength[template] ?? 0;
  };
}
