/** Lengths of rows, and from them their places in their generations. */

import type { RowPlaces } from '../../records/record-set.ts';
import { ColumnReader } from '../columns.ts';
import { type Stretch, stretchAt } from '../row-batch.ts';
import type { Dictionary } from './dictionary.ts';
import type { Head } from './head.ts';
import type { SlotTable } from './slot-table.ts';
import { createStampLayouts } from './stamp-layouts.ts';
import { CONSTANT, FIXED, VARYING } from './value-columns.ts';

const LAYOUTS = createStampLayouts();

/** What the section of lengths says. */
export interface Lengths {
  /** By row: bytes of its body as stored. */
  readonly body: Uint32Array;
  /** By row: the source's bytes that it takes. */
  readonly source: Uint32Array;
  /** By raw row in their order. */
  readonly rawTimestampLength: Uint8Array;
}

/** The section as it is written: in the order of templates. */
export interface LengthList {
  /** By template: bytes that are the same in each of its rows. */
  readonly fixed: Uint32Array;
  /** By template: where its first row's other bytes are in `list`, plus one; 0 where all rows have one length. */
  readonly first: Uint32Array;
  readonly list: Uint32Array;
  readonly rawTimestampLength: Uint8Array;
  /** The source's bytes of rows whose body is not the source, by row. */
  readonly mapped: Uint32Array;
}

/** Rows between two calls of a loop over them: V8 compiles what is called often for good. */
const BLOCK_ROWS = 1024;

/** What the section is read with. */
export interface LengthContext {
  readonly head: Head;
  readonly stretches: readonly Stretch[];
  readonly slots: SlotTable;
  readonly dictionary: Dictionary;
}

/** Reads the section. @throws AppError `store-corrupt` */
export function readLengths(bytes: Buffer, chunk: LengthContext): LengthList {
  const { head, stretches, slots, dictionary } = chunk;
  const column = new ColumnReader(bytes);
  const fixed = new Uint32Array(head.templates + 1);
  const first = new Uint32Array(head.templates + 1);
  let listed = 0;
  for (let id = 0; id < head.templates; id++) {
    const { length, varies } = fixedLength(id, slots, dictionary);
    fixed[id] = length;
    if (!varies) continue;
    first[id] = listed + 1;
    listed += slots.rows[id] ?? 0;
  }
  first[head.templates] = listed + 1;
  const list = new Uint32Array(listed + head.rawRows);
  for (let at = 0; at < listed; at += BLOCK_ROWS) {
    column.fill(list.subarray(at, Math.min(at + BLOCK_ROWS, listed)));
  }
  const rawTimestampLength = new Uint8Array(head.rawRows);
  for (let index = 0; index < head.rawRows; index++) {
    list[listed + index] = column.unsigned();
    rawTimestampLength[index] = column.unsigned();
  }
  const rows = stretches.reduce((sum, { mapped, from, to }) => sum + (mapped ? to - from : 0), 0);
  const mapped = new Uint32Array(rows);
  column.fill(mapped);
  return { fixed, first, list, rawTimestampLength, mapped };
}

/**
 * Lengths of all rows. Measured on 450,000 rows: from a list in the order of templates, 3 ms in all; row by row in
 * the order of templates 7, as that writes all over the columns.
 */
export function lengthsByRow(
  { fixed, first, list, rawTimestampLength, mapped }: LengthList,
  stretches: readonly Stretch[],
  template: Uint16Array,
): Lengths {
  /** By template: where its next row is in `list`, plus one. */
  const next = first.slice();
  const body = new Uint32Array(template.length);
  for (let row = 0; row < body.length; row++) {
    const id = template[row] ?? 0;
    const at = next[id] ?? 0;
    if (at > 0) next[id] = at + 1;
    body[row] = (fixed[id] ?? 0) + (at > 0 ? (list[at - 1] ?? 0) : 0);
  }
  const source = mapped.length > 0 ? body.slice() : body;
  let at = 0;
  for (const stretch of stretches) {
    if (!stretch.mapped) continue;
    const end = at + stretch.to - stretch.from;
    source.set(mapped.subarray(at, end), stretch.from);
    at = end;
  }
  return { body, rawTimestampLength, source };
}

/** Places of rows. Those of a stretch are made together when one is asked for: a page needs few of them. */
export function placesOf({ source }: Lengths, stretches: readonly Stretch[]): RowPlaces {
  const made = new Map<Stretch, Float64Array>();
  return {
    sourceLength: (row) => source[row] ?? 0,
    offset(row) {
      const stretch = stretchAt(stretches, row);
      let offsets = made.get(stretch);
      if (!offsets) {
        offsets = offsetsOf(stretch, source.subarray(stretch.from, stretch.to));
        made.set(stretch, offsets);
      }
      return offsets[row - stretch.from] ?? 0;
    },
  };
}

/** Where each row of a stretch begins in its generation. @param lengths the source's bytes of each of its rows */
export function offsetsOf({ offset }: Stretch, lengths: Uint32Array): Float64Array {
  const offsets = new Float64Array(lengths.length);
  let at = offset;
  for (let row = 0; row < lengths.length; row++) {
    offsets[row] = at;
    at += lengths[row] ?? 0;
  }
  return offsets;
}

/** Bytes of a template's rows that are the same in each, line end included; and if there are others. */
function fixedLength(id: number, slots: SlotTable, dictionary: Dictionary) {
  const textBytes = (dictionary.start[id + 1] ?? 0) - (dictionary.start[id] ?? 0) - 1;
  let length = textBytes - (slots.slots[id] ?? 0) + ((slots.flags[id] ?? 0) & 1);
  const layout = LAYOUTS[slots.layout[id] ?? -1];
  if (layout) length += layout.length - 1;
  let varies = false;
  for (let slot = slots.firstSlot[id] ?? 0; slot < (slots.firstSlot[id + 1] ?? 0); slot++) {
    const encoding = slots.encoding[slot];
    if (encoding === VARYING) varies = true;
    else if (encoding === FIXED || encoding === CONSTANT) length += slots.longest[slot] ?? 0;
  }
  return { length, varies };
}
