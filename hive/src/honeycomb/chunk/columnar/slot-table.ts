/** The section of slots: what is known of templates and their variables, as typed arrays. */
import { AppError } from '@apiary/common/errors.ts';
import { COLUMN_CLASSES, columnClass, LISTED_CLASS } from './column-class.ts';
import { CONSTANT, FIXED, RAW, VARYING, type ValueColumns } from './value-columns.ts';

/** The level of templates whose rows differ in it: see the section of levels. */
export const LEVEL_VARIES = 255;
const ENDED = 1;
/** Added to the encoding of columns whose values are in the lexicon. */
const LISTED = 4;
const MINUTE_MS = 60_000;
/** Slots between two calls of a loop over them. */
const BLOCK_SLOTS = 256;

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
  /** 1 where the column's values are in the lexicon; the others say what it is as text. */
  readonly listed: Uint8Array;
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
    columns.encoding.map((kind, slot) => kind + LISTED * (columns.listed[slot] ?? 0)),
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
  for (let at = templates; at < rowsIn.length; at += templates) {
    addTo(rows, rowsIn.subarray(at, at + templates));
  }
  const slotCounts = new Uint16Array(take(2 * templates));
  const hiddenTokens = new Uint16Array(take(2 * templates));
  const shiftMinutes = new Int16Array(take(2 * templates));
  const [shortest, longest, encoding] = [take(slots), take(slots), take(slots)].map(
    (column) => new Uint8Array(column),
  );
  if (!shortest || !longest || !encoding) throw corrupt();
  const listed = takeListed(encoding);
  const layout = new Int8Array(take(templates));
  const timestampLength = new Uint8Array(take(templates));
  const flags = new Uint8Array(take(templates));
  const level = new Uint8Array(take(templates));
  const counts = { slots: slotCounts, rows, rowsIn };
  const facts = { ...counts, layout, shiftMinutes, timestampLength, hiddenTokens };
  const columns = { mask, shortest, longest, encoding, listed };
  const places = placesOf(facts, columns, varying);
  let from: Float64Array | undefined;
  return {
    ...{ ...facts, flags, level, ...columns, ...places },
    // Who counts needs no column.
    get from() {
      from ??= columnsFrom(columns, places.bytes, byClass);
      return from;
    },
  };
}

/*
 * Each of these loops is a function of its own, those over slots called for each template. Measured: V8 left the compiled code
 * of several long loops in one function behind each of them, so that chunk after chunk was read without.
 */

function addTo(sums: Uint32Array, values: Uint32Array): void {
  for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] ?? 0) + (values[at] ?? 0);
}

/** By slot: where its column begins. */
function columnsFrom(
  { mask, listed }: Pick<SlotTable, 'mask' | 'listed'>,
  bytes: Float64Array,
  byClass: boolean,
): Float64Array {
  const classes = new Uint8Array(bytes.length);
  if (byClass) classify(mask, classes);
  overwriteListed(listed, classes);
  const next = new Float64Array(COLUMN_CLASSES + 1);
  for (let from = 0; from < bytes.length; from += BLOCK_SLOTS) {
    addBytes(next, classes, bytes, from);
  }
  for (let own = 1; own < COLUMN_CLASSES; own++)
    next[own] = (next[own] ?? 0) + (next[own - 1] ?? 0);
  const places = new Float64Array(bytes.length);
  for (let from = 0; from < bytes.length; from += BLOCK_SLOTS) {
    place(places, { next, classes, bytes }, from);
  }
  return places;
}

function classify(mask: Int32Array, classes: Uint8Array): void {
  const last = mask.length - 1;
  for (let slot = 0; slot <= last; slot++) {
    classes[slot] = columnClass(mask[slot] ?? 0, slot === last);
  }
}

function overwriteListed(listed: Uint8Array, classes: Uint8Array): void {
  for (let slot = 0; slot < listed.length; slot++) {
    if (listed[slot] === 1) classes[slot] = LISTED_CLASS;
  }
}

/** By slot: whether its values are in the lexicon, which the encodings are told no more. */
function takeListed(encoding: Uint8Array): Uint8Array {
  const listed = new Uint8Array(encoding.length);
  for (let slot = 0; slot < listed.length; slot++) {
    const kind = encoding[slot] ?? 0;
    if (kind < LISTED) continue;
    listed[slot] = 1;
    encoding[slot] = kind - LISTED;
  }
  return listed;
}

/** Adds the bytes of some slots behind the class that is before theirs. */
function addBytes(
  next: Float64Array,
  classes: Uint8Array,
  bytes: Float64Array,
  from: number,
): void {
  const end = Math.min(from + BLOCK_SLOTS, bytes.length);
  for (let slot = from; slot < end; slot++) {
    const behind = (classes[slot] ?? 0) + 1;
    next[behind] = (next[behind] ?? 0) + (bytes[slot] ?? 0);
  }
}

interface Placing {
  /** By class: where its next column begins. */
  readonly next: Float64Array;
  readonly classes: Uint8Array;
  readonly bytes: Float64Array;
}

function place(places: Float64Array, { next, classes, bytes }: Placing, from: number): void {
  const end = Math.min(from + BLOCK_SLOTS, bytes.length);
  for (let slot = from; slot < end; slot++) {
    const own = classes[slot] ?? 0;
    const at = next[own] ?? 0;
    places[slot] = at;
    next[own] = at + (bytes[slot] ?? 0);
  }
}

function placesOf(
  { slots, rows }: Pick<TemplateFacts, 'slots' | 'rows'>,
  columns: Pick<SlotTable, 'mask' | 'longest' | 'encoding'>,
  varying: Uint32Array,
) {
  const count = columns.encoding.length;
  const template = new Uint16Array(count);
  const firstSlot = new Uint32Array(slots.length + 1);
  const firstRow = new Uint32Array(slots.length + 1);
  const sizes = new ColumnSizes(columns, varying);
  let slot = 0;
  for (let id = 0; id < slots.length; id++) {
    const own = rows[id] ?? 0;
    firstSlot[id] = slot;
    firstRow[id + 1] = (firstRow[id] ?? 0) + own;
    const end = slot + (slots[id] ?? 0);
    sizes.read(slot, Math.min(end, count), own);
    template.fill(id, slot, end);
    slot = end;
  }
  firstSlot[slots.length] = slot;
  if (slot !== count || !sizes.isWhole) throw corrupt();
  return { bytes: sizes.bytes, template, firstSlot, firstRow };
}

/** Bytes of columns, which the section has of those of several lengths alone. */
class ColumnSizes {
  /** By slot. */
  readonly bytes: Float64Array;
  readonly #longest: Uint8Array;
  readonly #encoding: Uint8Array;
  readonly #varying: Uint32Array;
  #next = 0;

  constructor(
    { longest, encoding }: Pick<SlotTable, 'longest' | 'encoding'>,
    varying: Uint32Array,
  ) {
    this.bytes = new Float64Array(encoding.length);
    this.#longest = longest;
    this.#encoding = encoding;
    this.#varying = varying;
  }

  /** Everything was read. */
  get isWhole(): boolean {
    return this.#next === this.#varying.length;
  }

  /** Those of the slots of one template, which has so many rows. */
  read(from: number, end: number, rows: number): void {
    const [bytes, longest, encoding] = [this.bytes, this.#longest, this.#encoding];
    const varying = this.#varying;
    let next = this.#next;
    for (let slot = from; slot < end; slot++) {
      const kind = encoding[slot];
      const width = longest[slot] ?? 0;
      if (kind === CONSTANT) bytes[slot] = width;
      else bytes[slot] = kind === FIXED ? width * rows : (varying[next++] ?? 0);
    }
    this.#next = next;
  }
}

function bytesOf(array: Int32Array | Uint32Array | Uint16Array | Int16Array | Int8Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

function corrupt(): AppError {
  return new AppError('store-corrupt', 'The slots of a chunk are not whole.');
}
