/** Loops over a chunk's slots, compiled: see `hive/assembly/slots.ts`. */
import { COLUMN_CLASSES } from '../column-class.ts';
import { keptOrNew, type LinearMemory } from './linear-memory.ts';

const U32 = Uint32Array.BYTES_PER_ELEMENT;
const U16 = Uint16Array.BYTES_PER_ELEMENT;
const U64 = BigUint64Array.BYTES_PER_ELEMENT;

/** By template; where slots and rows begin has one more. */
export interface TemplateSums {
  readonly rows: Uint32Array;
  readonly firstSlot: Uint32Array;
  readonly firstRow: Uint32Array;
}

/** What is known of the values of slots. */
export interface SlotValues {
  readonly mask: Int32Array;
  readonly shortest: Uint8Array;
  readonly longest: Uint8Array;
}

/** A word that values are to have. */
export interface SlotWord {
  readonly mask: number;
  /** Its bytes, where it is ASCII. */
  readonly length: number;
  /** It is the whole value. */
  readonly exact: boolean;
}

/** Columns as the section of slots has them, and what is known of templates. */
export interface SlotColumns extends Pick<SlotValues, 'mask' | 'longest'> {
  /** Encodings, and 4 for those in the lexicon. */
  readonly kinds: Uint8Array;
  /** Bytes of those of several lengths. */
  readonly varying: Uint32Array;
  readonly firstSlot: Uint32Array;
  readonly rows: Uint32Array;
  readonly byClass: boolean;
}

/** By slot. */
export interface SlotPlaces {
  /** The memory of all of it. */
  readonly memory: Uint8Array;
  readonly from: Uint32Array;
  readonly bytes: Uint32Array;
  readonly template: Uint16Array;
  readonly encoding: Uint8Array;
  readonly listed: Uint8Array;
}

let kept: LinearMemory | undefined;

/** Room for so many bytes in so many pieces. */
function room(bytes: number, pieces: number): LinearMemory {
  kept = keptOrNew(kept);
  kept.reserve(bytes, pieces);
  return kept;
}

/** Adds up rows and slots of templates. @param rowsIn by part, and in it by template @param slots by template */
export function sumTemplates(rowsIn: Uint32Array, slots: Uint16Array): TemplateSums {
  const templates = slots.length;
  const sums = (3 * templates + 2) * U32;
  const memory = room(rowsIn.byteLength + slots.byteLength + sums, 3);
  const from = { rowsIn: memory.put(rowsIn), slots: memory.put(slots), sums: memory.take(sums) };
  const firstSlot = from.sums + templates * U32;
  const firstRow = firstSlot + (templates + 1) * U32;
  const parts = rowsIn.length / templates;
  memory.loops.sumTemplates(
    ...[from.rowsIn, parts, from.slots, templates, from.sums, firstSlot, firstRow],
  );
  const { buffer } = memory.copy(from.sums, sums);
  return {
    rows: new Uint32Array(buffer, 0, templates),
    firstSlot: new Uint32Array(buffer, templates * U32, templates + 1),
    firstRow: new Uint32Array(buffer, (2 * templates + 1) * U32, templates + 1),
  };
}

/** Slots whose values can have a word, in their order. */
export function findSlots({ mask, shortest, longest }: SlotValues, word: SlotWord): Uint32Array {
  const slots = mask.length;
  const found = slots * U32;
  const memory = room(mask.byteLength + 2 * slots + found, 4);
  const values = [memory.put(mask), memory.put(shortest), memory.put(longest)];
  const at = memory.take(found);
  const count = memory.loops.findSlots(
    ...[...values, slots, word.mask, word.length, word.exact ? 1 : 0, at],
  );
  return new Uint32Array(memory.copy(at, count * U32).buffer);
}

/** Says where columns are; undefined where the section of slots is not whole. */
export function placeSlots(columns: SlotColumns): SlotPlaces | undefined {
  const { mask, kinds, longest, varying, firstSlot, rows } = columns;
  const slots = kinds.length;
  const placed = slots * (2 * U32 + U16 + 2);
  const next = COLUMN_CLASSES * U64;
  const given = [mask, kinds, longest, varying, firstSlot, rows];
  const memory = room(
    given.reduce((sum, { byteLength }) => sum + byteLength, placed + next),
    8,
  );
  const atSlots = [memory.put(mask), memory.put(kinds), memory.put(longest), slots];
  const atVarying = [memory.put(varying), varying.length];
  const atTemplates = [memory.put(firstSlot), memory.put(rows), rows.length];
  const atNext = memory.take(next);
  const at = memory.take(placed);
  const bytes = slots * U32;
  const template = 2 * bytes;
  const encoding = template + slots * U16;
  const listed = encoding + slots;
  const isWhole = memory.loops.placeSlots(
    ...[...atSlots, ...atVarying, ...atTemplates, columns.byClass ? 1 : 0, atNext],
    ...[at, at + bytes, at + template, at + encoding, at + listed],
  );
  if (!isWhole) return undefined;
  const copy = memory.copy(at, placed);
  const { buffer } = copy;
  return {
    memory: copy,
    from: new Uint32Array(buffer, 0, slots),
    bytes: new Uint32Array(buffer, bytes, slots),
    template: new Uint16Array(buffer, template, slots),
    encoding: new Uint8Array(buffer, encoding, slots),
    listed: new Uint8Array(buffer, listed, slots),
  };
}
