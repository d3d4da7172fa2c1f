/** The section of slots: what is known of templates and their variables, as typed arrays. */
import { AppError } from '@apiary/common/errors.ts';
import { COLUMN_CLASSES, columnClass } from './column-class.ts';
import { CONSTANT, FIXED, RAW, VARYING, type ValueColumns } from './value-columns.ts';

/** The level of templates whose rows differ in it: see the section of levels. */
export const LEVEL_VARIES = 255;
const ENDED = 1;
const MINUTE_MS = 60_000;

/** By template; the last one is that of raw rows. */
export interface TemplateFacts {
  readonly slots: Uint16Array;
  readonly rows: Uint32Array;
  /** Those in each section of ids: by section, and in it by template. */
  readonly rowsIn: Uint32Array;
  /** Index into STAMP_LAYOUTS, or -1. */
  readonly layout: Int8Array;
  /** See StampFinder.shift; minutes. */
  readonly shiftMinutes: Int16Array;
  readonly timestampLength: Uint8Array;
  readonly hiddenTokens: Uint16Array;
  /** Bit 0: the row ends with a line end. */
  readonly flags: Uint8Array;
  /** 0 none, above that an index into LEVELS plus one; or LEVEL_VARIES. */
  readonly level: Uint8Array;
}

/** Everything of the section; by slot where not said otherwise. */
export interface SlotTable extends TemplateFacts {
  readonly mask: Int32Array;
  readonly shortest: Uint8Array;
  readonly longest: Uint8Array;
  readonly encoding: Uint8Array;
  /** Where the column begins among all columns, and its bytes. */
  readonly from: Float64Array;
  readonly bytes: Float64Array;
  readonly template: Uint16Array;
  /** By template: its first slot; one more than there are templates. */
  readonly firstSlot: Uint32Array;
  /** By template: its first row in the order of templates. */
  readonly firstRow: Uint32Array;
}

/** True if rows of the template end with a line end. */
export function isEnded(table: TemplateFacts, template: number): boolean {
  return ((table.flags[template] ?? 0) & ENDED) !== 0;
}

/** By template: where the first of its rows is in the section of levels, if they are there. */
export function firstVarying({ level, rows }: Pick<TemplateFacts, 'level' | 'rows'>): Uint32Array {
  const first = new Uint32Array(level.length);
  for (let id = 0, at = 0; id < level.length; id++) {
    first[id] = at;
    if (level[id] === LEVEL_VARIES) at += rows[id] ?? 0;
  }
  return first;
}

/** What the encoder knows of one template. */
export interface TemplateRow {
  readonly slots: number;
  /** In each section of ids. */
  readonly rows: readonly number[];
  readonly layout: number;
  readonly shift: number;
  readonly timestampLength: number;
  readonly hiddenTokens: number;
  readonly ended: boolean;
  readonly level: number;
}

/** The section's bytes. */
export function encodeSlots(templates: readonly TemplateRow[], columns: ValueColumns): Buffer {
  const varying: number[] = [];
  for (const [slot, encoding] of columns.encoding.entries()) {
    if (encoding === VARYING || encoding === RAW) varying.push(columns.columnBytes[slot] ?? 0);
  }
  const parts = Array.from(templates[0]?.rows ?? [], (_, part) =>
    bytesOf(Uint32Array.from(templates, ({ rows }) => rows[part] ?? 0)),
  );
  return Buffer.concat([
    bytesOf(columns.mask),
    bytesOf(Uint32Array.from(varying)),
    ...parts,
    bytesOf(Uint16Array.from(templates, ({ slots }) => slots)),
    bytesOf(Uint16Array.from(templates, ({ hiddenTokens }) => hiddenTokens)),
    bytesOf(Int16Array.from(templates, ({ shift }) => shift / MINUTE_MS)),
    columns.shortest,
    columns.longest,
    columns.encoding,
    bytesOf(Int8Array.from(templates, ({ layout }) => layout)),
    Uint8Array.from(templates, ({ timestampLength }) => timestampLength),
    Uint8Array.from(templates, ({ ended }) => (ended ? ENDED : 0)),
    Uint8Array.from(templates, ({ level }) => level),
  ]);
}

/** What the section is read with. */
export interface SlotCounts {
  readonly templates: number;
  readonly slots: number;
  /** How many sections of ids there are. */
  readonly idsParts: number;
  /** Columns stand in the order of their classes, else in that of slots. */
  readonly byClass: boolean;
}

/** Reads what {@link encodeSlots} wrote. @throws AppError `store-corrupt` */
export function decodeSlots(
  bytes: Buffer,
  { templates, slots, idsParts, byClass }: SlotCounts,
): SlotTable {
  let at = 0;
  const take = (length: number): ArrayBuffer => {
    const copy = new ArrayBuffer(length);
    new Uint8Array(copy).set(bytes.subarray(at, at + length));
    at += length;
    return copy;
  };
  const bySlots = 4 * slots;
  const mask = new Int32Array(take(bySlots));
  const fixedBytes = 3 * slots + (10 + 4 * idsParts) * templates;
  const varying = new Uint32Array(take(bytes.length - bySlots - fixedBytes));
  const rowsIn = new Uint32Array(take(4 * idsParts * templates));
  const rows = rowsIn.slice(0, templates);
  for (let at = templates; at < rowsIn.length; at++) {
    const id = at % templates;
    rows[id] = (rows[id] ?? 0) + (rowsIn[at] ?? 0);
  }
  const slotCounts = new Uint16Array(take(2 * templates));
  const hiddenTokens = new Uint16Array(take(2 * templates));
  const shiftMinutes = new Int16Array(take(2 * templates));
  const [shortest, longest, encoding] = [take(slots), take(slots), take(slots)].map(
    (column) => new Uint8Array(column),
  );
  if (!shortest || !longest || !encoding) throw corrupt();
  const layout = new Int8Array(take(templates));
  const timestampLength = new Uint8Array(take(templates));
  const flags = new Uint8Array(take(templates));
  const level = new Uint8Array(take(templates));
  const counts = { slots: slotCounts, rows, rowsIn };
  const facts = { ...counts, layout, shiftMinutes, timestampLength, hiddenTokens };
  const columns = { mask, shortest, longest, encoding };
  const places = placesOf(facts, columns, varying);
  const from = columnsFrom(mask, places.bytes, byClass);
  return { ...facts, flags, level, ...columns, ...places, from };
}

/** By slot: where its column begins. */
function columnsFrom(mask: Int32Array, bytes: Float64Array, byClass: boolean): Float64Array {
  const from = new Float64Array(bytes.length);
  const classes = new Uint8Array(bytes.length);
  const next = new Float64Array(COLUMN_CLASSES + 1);
  for (let slot = 0; slot < bytes.length; slot++) {
    const own = byClass ? columnClass(mask[slot] ?? 0, slot === bytes.length - 1) : 0;
    classes[slot] = own;
    next[own + 1] = (next[own + 1] ?? 0) + (bytes[slot] ?? 0);
  }
  for (let own = 1; own < COLUMN_CLASSES; own++)
    next[own] = (next[own] ?? 0) + (next[own - 1] ?? 0);
  for (let slot = 0; slot < bytes.length; slot++) {
    const own = classes[slot] ?? 0;
    const at = next[own] ?? 0;
    from[slot] = at;
    next[own] = at + (bytes[slot] ?? 0);
  }
  return from;
}

function placesOf(
  { slots, rows }: Pick<TemplateFacts, 'slots' | 'rows'>,
  columns: Pick<SlotTable, 'mask' | 'longest' | 'encoding'>,
  varying: Uint32Array,
) {
  const count = columns.encoding.length;
  const bytes = new Float64Array(count);
  const template = new Uint16Array(count);
  const firstSlot = new Uint32Array(slots.length + 1);
  const firstRow = new Uint32Array(slots.length + 1);
  let [slot, next] = [0, 0];
  for (let id = 0; id < slots.length; id++) {
    firstSlot[id] = slot;
    firstRow[id + 1] = (firstRow[id] ?? 0) + (rows[id] ?? 0);
    for (let end = slot + (slots[id] ?? 0); slot < end; slot++) {
      const width = columns.longest[slot] ?? 0;
      const encoding = columns.encoding[slot];
      const length =
        encoding === CONSTANT
          ? width
          : encoding === FIXED
            ? width * (rows[id] ?? 0)
            : (varying[next++] ?? 0);
      bytes[slot] = length;
      template[slot] = id;
    }
  }
  firstSlot[slots.length] = slot;
  if (slot !== count || next !== varying.length) throw corrupt();
  return { bytes, template, firstSlot, firstRow };
}

function bytesOf(array: Int32Array | Uint32Array | Uint16Array | Int16Array | Int8Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

function corrupt(): AppError {
  return new AppError('store-corrupt', 'The slots of a chunk are not whole.');
}
