/** Decodes all rows of a chunk with the compiled loops: a template at a time, each row to its place. */
import type { Pace } from '../../../records/record-set.ts';
import type { ChunkData } from '../chunk-data.ts';
import { corruptRow } from '../decode-rows.ts';
import type { Dictionary } from '../dictionary.ts';
import { isEnded, type SlotTable } from '../slot-table.ts';
import { CONSTANT, FIXED, LONG } from '../value-columns.ts';
import { SLOT_MARK, STAMP_MARK } from '../words.ts';
import type { LinearMemory } from './linear-memory.ts';

const MINUTE_MS = 60_000;
/** Rows between two looks at the clock. */
const ROWS_PER_LOOK = 4096;
/** A constant value is shorter. */
const CONSTANT_BYTES_MAX = LONG;

/** What a piece of literal text is followed by, and its bytes: see `hive/assembly/rows.ts`. */
const FOLLOWS = { nothing: 0, stamp: 1, fixed: 2, varying: 3 } as const;
const PIECE_BYTES = 16;
/** How many pieces of memory {@link Places} has. */
const PLACES = 7;

/** Bodies of all rows as stored: row `row` is `bytes[start[row]..start[row + 1]]`. */
export interface WholeRows {
  /** In the memory that was given, and valid as long as what is laid out there. */
  readonly bytes: Buffer;
  readonly start: Uint32Array;
}

/** Where everything is in memory. */
interface Places {
  readonly columns: number;
  readonly columnsEnd: number;
  readonly order: number;
  readonly starts: number;
  readonly times: number;
  readonly bytes: number;
  readonly text: number;
  readonly pieces: number;
}

/**
 * Decodes all rows.
 *
 * @throws AppError `store-corrupt` when a row has not the length that the chunk says
 */
export async function decodeWhole(
  data: ChunkData,
  pace: Pace,
  memory: LinearMemory,
): Promise<WholeRows> {
  const [{ head }, slots, order] = [await data.runs(), await data.slots(), await data.order()];
  const dictionary = await data.dictionary();
  const start = startsOf((await data.lengths()).body);
  const at = await layOut(data, start, memory);
  let looked = 0;
  for (let template = 0; template < head.templates; template++) {
    const pieces = layOutPieces(template, { slots, dictionary }, { memory, at });
    const end = slots.firstRow[template + 1] ?? 0;
    for (let from = slots.firstRow[template] ?? 0; from < end; ) {
      const to = Math.min(end, from + ROWS_PER_LOOK);
      const done = memory.loops.decodeTemplate(
        ...[at.pieces, pieces, at.text, memory.layoutAt(slots.layout[template] ?? 0)],
        ...[(slots.shiftMinutes[template] ?? 0) * MINUTE_MS, isEnded(slots, template) ? 1 : 0],
        ...[at.order, from, to, at.starts, at.times, at.bytes, at.columnsEnd],
      );
      if (done !== to) throw corruptRow(order[done] ?? 0);
      looked += to - from;
      from = to;
      if (looked < ROWS_PER_LOOK) continue;
      looked = 0;
      const pause = pace();
      if (pause) await pause;
    }
  }
  const bytes = memory.bytesAt(at.bytes, start[head.rows] ?? 0);
  await copyRawRows(data, { bytes, start });
  return { bytes, start };
}

function startsOf(lengths: Uint32Array): Uint32Array {
  const start = new Uint32Array(lengths.length + 1);
  for (let row = 0, at = 0; row < lengths.length; row++) {
    at += lengths[row] ?? 0;
    start[row + 1] = at;
  }
  return start;
}

async function layOut(data: ChunkData, start: Uint32Array, memory: LinearMemory): Promise<Places> {
  const [order, times] = [await data.order(), await data.times()];
  const [dictionary, columnBytes] = [await data.dictionary(), await data.columnBytes()];
  const total = start[start.length - 1] ?? 0;
  let longest = 0;
  for (let id = 1; id < dictionary.start.length; id++) {
    longest = Math.max(longest, (dictionary.start[id] ?? 0) - (dictionary.start[id - 1] ?? 0));
  }
  const textBytes = longest * CONSTANT_BYTES_MAX;
  const pieceBytes = (longest + 1) * PIECE_BYTES;
  const numbers = order.byteLength + times.byteLength + start.byteLength;
  memory.reserve(total + columnBytes + numbers + textBytes + pieceBytes, PLACES);
  const columns = memory.take(columnBytes);
  await data.copyColumns(memory.bytesAt(columns, columnBytes));
  const bytes = memory.take(total);
  // What is not written must not pass for what was written there before.
  memory.bytesAt(bytes, total).fill(0);
  return {
    ...{ columns, columnsEnd: columns + columnBytes, bytes },
    ...{ order: memory.put(order), starts: memory.put(start), times: memory.put(times) },
    ...{ text: memory.take(textBytes), pieces: memory.take(pieceBytes) },
  };
}

/** Cuts a template into literal text and what follows it; constant values are literal. Gives the number of pieces. */
function layOutPieces(
  template: number,
  { slots, dictionary }: { readonly slots: SlotTable; readonly dictionary: Dictionary },
  { memory, at }: { readonly memory: LinearMemory; readonly at: Places },
): number {
  const { bytes, view } = memory;
  const { bytes: texts, start } = dictionary;
  const textEnd = (start[template + 1] ?? 0) - 1;
  let slot = slots.firstSlot[template] ?? 0;
  let text = at.text;
  let next = at.pieces;
  const piece = (follows: number, value: number, width: number) => {
    view.setUint32(next, text - at.text, true);
    view.setUint32(next + 4, follows, true);
    view.setUint32(next + 8, value, true);
    view.setUint32(next + 12, width, true);
    next += PIECE_BYTES;
  };
  for (let place = start[template] ?? 0; place < textEnd; place++) {
    const byte = texts[place] ?? 0;
    if (byte === STAMP_MARK) piece(FOLLOWS.stamp, 0, 0);
    else if (byte !== SLOT_MARK) bytes[text++] = byte;
    else {
      const width = slots.longest[slot] ?? 0;
      const value = at.columns + (slots.from[slot] ?? 0);
      const encoding = slots.encoding[slot++];
      if (encoding === CONSTANT) {
        for (let from = value; from < value + width; ) bytes[text++] = bytes[from++] ?? 0;
      } else piece(encoding === FIXED ? FOLLOWS.fixed : FOLLOWS.varying, value, width);
    }
  }
  piece(FOLLOWS.nothing, 0, 0);
  return (next - at.pieces) / PIECE_BYTES;
}

async function copyRawRows(data: ChunkData, { bytes, start }: WholeRows): Promise<void> {
  const [{ head }, slots, order] = [await data.runs(), await data.slots(), await data.order()];
  if (head.rawRows === 0) return;
  const column = await data.column(head.slots - 1);
  let at = 0;
  for (const row of order.subarray(slots.firstRow[head.templates])) {
    const from = start[row] ?? 0;
    const length = (start[row + 1] ?? 0) - from;
    column.copy(bytes, from, at, at + length);
    at += length;
  }
  if (at !== column.length) throw corruptRow(0);
}
