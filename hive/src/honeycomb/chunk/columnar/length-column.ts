/** Lengths of rows, and from them their places in their generations. */
import { ColumnReader } from '../columns.ts';
import type { Stretch } from '../row-batch.ts';
import type { Dictionary } from './chunk-data.ts';
import type { Head } from './head.ts';
import type { SlotTable } from './slot-table.ts';
import { createStampLayouts } from './stamp-layouts.ts';
import { CONSTANT, FIXED, VARYING } from './value-columns.ts';

const LAYOUTS = createStampLayouts();

/** What the section of lengths says. */
export interface Lengths {
  /** By row: bytes of its body as stored. */
  readonly body: Uint32Array;
  /** By row: its place in its generation, and the source's bytes that it takes. */
  readonly offset: Float64Array;
  readonly source: Uint32Array;
  /** By raw row in their order. */
  readonly rawTimestampLength: Uint8Array;
}

/** What the section is read with. */
export interface LengthContext {
  readonly head: Head;
  readonly stretches: readonly Stretch[];
  /** By row. */
  readonly template: Uint16Array;
  readonly slots: SlotTable;
  readonly dictionary: Dictionary;
}

/**
 * Reads the section. Measured on 450,000 rows: into one list in the order of templates, and from there by row, 3 ms;
 * row by row in the order of templates 7, as that writes all over the columns.
 *
 * @throws AppError `store-corrupt`
 */
export function decodeLengths(bytes: Buffer, chunk: LengthContext): Lengths {
  const { head, stretches, template, slots, dictionary } = chunk;
  const column = new ColumnReader(bytes);
  const fixed = new Uint32Array(head.templates + 1);
  /** By template: where its next row is in `list`, plus one; 0 where all rows have one length. */
  const next = new Uint32Array(head.templates + 1);
  let listed = 0;
  for (let id = 0; id < head.templates; id++) {
    const { length, varies } = fixedLength(id, slots, dictionary);
    fixed[id] = length;
    if (!varies) continue;
    next[id] = listed + 1;
    listed += slots.rows[id] ?? 0;
  }
  next[head.templates] = listed + 1;
  const list = new Uint32Array(listed + head.rawRows);
  for (let at = 0; at < listed; at++) list[at] = column.unsigned();
  const rawTimestampLength = new Uint8Array(head.rawRows);
  for (let index = 0; index < head.rawRows; index++) {
    list[listed + index] = column.unsigned();
    rawTimestampLength[index] = column.unsigned();
  }
  const body = new Uint32Array(head.rows);
  for (let row = 0; row < head.rows; row++) {
    const id = template[row] ?? 0;
    const at = next[id] ?? 0;
    if (at > 0) next[id] = at + 1;
    body[row] = (fixed[id] ?? 0) + (at > 0 ? (list[at - 1] ?? 0) : 0);
  }
  return { body, rawTimestampLength, ...placesOf(body, stretches, column) };
}

function placesOf(body: Uint32Array, stretches: readonly Stretch[], column: ColumnReader) {
  const source = stretches.some(({ mapped }) => mapped) ? body.slice() : body;
  const offset = new Float64Array(body.length);
  for (const stretch of stretches) {
    let at = stretch.offset;
    for (let row = stretch.from; row < stretch.to; row++) {
      if (stretch.mapped) source[row] = column.unsigned();
      offset[row] = at;
      at += source[row] ?? 0;
    }
  }
  return { source, offset };
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
