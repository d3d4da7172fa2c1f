/**
 * The values of a template's rows from one to another, without those before and behind: a page needs few, and most of
 * a long column's frames need not be read. Values of several lengths are counted from the nearer end.
 */
import type { ChunkData, Frame } from './chunk-data.ts';
import type { ListedValues, RowWindow } from './listed-values.ts';
import type { SlotTable } from './slot-table.ts';
import type { TemplateColumns } from './template-decoder.ts';
import { FIXED, VARYING } from './value-columns.ts';
import { END_MARK } from './words.ts';

/** Bytes of a column that are looked at in one go. */
const PIECE_BYTES = 4096;

/**
 * See the file's head. Measured on 100 rows of 55 templates, which have 900 columns: waiting for each of them took a
 * third of the time, so those of a frame at hand are taken without.
 */
export async function columnWindows(
  data: ChunkData,
  slots: SlotTable,
  template: number,
  window: RowWindow,
): Promise<TemplateColumns> {
  const first = slots.firstSlot[template] ?? 0;
  const behind = slots.firstSlot[template + 1] ?? 0;
  const parts: Buffer[] = [];
  const starts: number[] = [];
  let length = 0;
  let frame: Frame = { from: 0, bytes: Buffer.alloc(0) };
  let listed: ListedValues | undefined;
  for (let slot = first; slot < behind; slot++) {
    starts.push(length);
    const from = slots.from[slot] ?? 0;
    const end = from + (slots.bytes[slot] ?? 0);
    if (from === end) continue;
    if (slots.listed[slot] === 1) {
      listed ??= await data.listed();
      const part = listed?.textAtHand(slot, window) ?? (await listed?.text(slot, window));
      parts.push(part ?? Buffer.alloc(0));
      length += part?.length ?? 0;
      continue;
    }
    if (!isWithin(frame, from, end)) frame = data.frameAtHand(from) ?? (await data.frameAt(from));
    const part = isWithin(frame, from, end)
      ? valuesIn(frame.bytes.subarray(from - frame.from, end - frame.from), slots, slot, window)
      : await valuesOf(data, slots, slot, window);
    parts.push(part);
    length += part.length;
  }
  const at = (slot: number) => starts[slot - first] ?? 0;
  return { bytes: Buffer.concat(parts, length), at, row: window.first };
}

function isWithin({ from, bytes }: Frame, begin: number, end: number): boolean {
  return begin >= from && end <= from + bytes.length;
}

/** The same as {@link valuesOf} gives, of a column that is at hand. */
function valuesIn(
  column: Buffer,
  slots: SlotTable,
  slot: number,
  { first, last }: RowWindow,
): Buffer {
  const encoding = slots.encoding[slot];
  if (encoding === FIXED) {
    const width = slots.longest[slot] ?? 0;
    return column.subarray(first * width, (last + 1) * width);
  }
  if (encoding !== VARYING) return column;
  const rows = slots.rows[slots.template[slot] ?? 0] ?? 0;
  if (rows - first <= last) {
    // The first mark is that of the last value.
    let at = column.length;
    for (let left = rows - first; at > 0; at--)
      if (column[at - 1] === END_MARK && left-- === 0) break;
    return column.subarray(at);
  }
  const begin = behindMarks(column, 0, first);
  return column.subarray(begin, behindMarks(column, begin, last + 1 - first));
}

/** The place behind so many marks, or the end. */
function behindMarks(column: Buffer, from: number, marks: number): number {
  let at = from;
  for (let left = marks; left > 0 && at < column.length; ) if (column[at++] === END_MARK) left--;
  return at;
}

/** The slot's values from the window's first row on, of a column in several frames; there may be some behind the window. */
async function valuesOf(
  data: ChunkData,
  slots: SlotTable,
  slot: number,
  { first, last }: RowWindow,
): Promise<Buffer> {
  const from = slots.from[slot] ?? 0;
  const end = from + (slots.bytes[slot] ?? 0);
  const encoding = slots.encoding[slot];
  if (encoding === FIXED) {
    const width = slots.longest[slot] ?? 0;
    return await data.columns(from + first * width, from + (last + 1) * width);
  }
  if (encoding !== VARYING) return await data.columns(from, end);
  const rows = slots.rows[slots.template[slot] ?? 0] ?? 0;
  if (rows - first <= last) {
    return await data.columns(await lastValues(data, from, end, rows - first), end);
  }
  const begin = await behindValues(data, from, end, first);
  return await data.columns(begin, await behindValues(data, begin, end, last + 1 - first));
}

/** Where the last so many values of a column begin, which is from `from` to `end`. */
async function lastValues(
  data: ChunkData,
  from: number,
  end: number,
  values: number,
): Promise<number> {
  let left = values;
  for (let to = end; to > from; ) {
    const begin = Math.max(from, to - PIECE_BYTES);
    const bytes = await data.columns(begin, to);
    for (let at = bytes.length - 1; at >= 0; at--) {
      // The mark of the value before them.
      if (bytes[at] === END_MARK && left-- === 0) return begin + at + 1;
    }
    to = begin;
  }
  return from;
}

/** Where so many values end that begin at `from`. */
async function behindValues(
  data: ChunkData,
  from: number,
  end: number,
  values: number,
): Promise<number> {
  let left = values;
  for (let begin = from; left > 0 && begin < end; begin += PIECE_BYTES) {
    const bytes = await data.columns(begin, Math.min(end, begin + PIECE_BYTES));
    for (let at = 0; at < bytes.length; at++) {
      if (bytes[at] === END_MARK && --left === 0) return begin + at + 1;
    }
  }
  return left > 0 ? end : from;
}
