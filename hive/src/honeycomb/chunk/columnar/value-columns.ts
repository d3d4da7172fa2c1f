/**
 * The values of a chunk's variables: one column for each variable of each template, one behind the other,
 * with what a query can judge without reading them.
 */
import { columnOrder, mayBeListed } from './column-class.ts';
import type { SlotFacts } from './compiled/split-columns.ts';
import type { Lexicon, LexiconOptions } from './compiled/split-lexicon.ts';
import type { SplitRows } from './split-rows.ts';
import { BYTE_CLASS, DIGIT, LETTER } from './words.ts';

/** Values of several lengths, END_MARK behind each. */
export const VARYING = 0;
/** Values of one length, nothing between. */
export const FIXED = 1;
/** One value for all rows, once. */
export const CONSTANT = 2;
/** Rows as they are, nothing between; their lengths are in the section of lengths. */
export const RAW = 3;
/** In place of a length: this one or a longer one. */
export const LONG = 255;

/** The template of rows that are kept as they are, while they are split. */
export const RAW_ROW = 0xffff;

/** All columns and what is known of each. */
export interface ValueColumns {
  /**
   * Columns of slots one behind the other, there until it is called again. Not for those whose values are in the lexicon; raw
   * rows come last.
   */
  readonly gather: (slots: readonly number[]) => Buffer;
  /** Those that are. Absent: there are none. */
  readonly lexicon: Lexicon | undefined;
  /** By slot. */
  readonly mask: Int32Array;
  readonly shortest: Uint8Array;
  readonly longest: Uint8Array;
  readonly encoding: Uint8Array;
  readonly columnBytes: Float64Array;
  /** 1 where its values are in the lexicon. */
  readonly listed: Uint8Array;
  /** Slots in the order in which their columns stand, first those that are not in the lexicon. */
  readonly order: readonly number[];
  /** Parts of blooms of the words in values and in templates. */
  readonly blooms: readonly Buffer[];
}

/** Rows by template: those of template t are `rows[first[t]]` to `rows[first[t + 1]]`, ascending. */
export interface RowsByTemplate {
  readonly first: Uint32Array;
  readonly rows: Uint32Array;
}

/** Sorts rows by template; raw rows come last. */
export function sortRows(template: Uint16Array, templates: number): RowsByTemplate {
  const first = new Uint32Array(templates + 2);
  const place = (row: number) => {
    const id = template[row] ?? 0;
    return id === RAW_ROW ? templates : id;
  };
  for (let row = 0; row < template.length; row++) {
    const id = place(row) + 1;
    first[id] = (first[id] ?? 0) + 1;
  }
  for (let id = 1; id < first.length; id++) first[id] = (first[id] ?? 0) + (first[id - 1] ?? 0);
  const next = first.slice();
  const rows = new Uint32Array(template.length);
  for (let row = 0; row < template.length; row++) {
    const id = place(row);
    const at = next[id] ?? 0;
    rows[at] = row;
    next[id] = at + 1;
  }
  return { first, rows };
}

/** Puts the columns of a chunk together; valid until rows are split again. */
export function collectColumns(
  split: SplitRows,
  { first, rows }: RowsByTemplate,
  options: LexiconOptions,
): ValueColumns {
  const { batch, templates, columns } = split;
  const raw = rows.subarray(first[templates.length], first[templates.length + 1]);
  for (const row of raw) {
    forEachWord(batch.bytes, batch.start[row] ?? 0, batch.start[row + 1] ?? 0, (start, end) => {
      columns.addWord(batch.bytes, start, end);
    });
  }
  const blooms = columns.blooms(split.literals);
  const facts = columns.facts();
  const rawSlot = facts.mask.length - 1;
  facts.encoding[rawSlot] = RAW;
  facts.longest[rawSlot] = LONG;
  facts.mask[rawSlot] = -1;
  facts.columnBytes[rawSlot] = bytesOf(batch, raw);
  const lexicon = columns.lexicon(wordSlots(facts), facts, options);
  const listed = new Uint8Array(facts.mask.length);
  for (const slot of lexicon?.slots ?? []) listed[slot] = 1;
  const order = columnOrder(facts.mask, listed);
  const gather = (slots: readonly number[]) => {
    const bytes = slots.reduce((sum, slot) => sum + (facts.columnBytes[slot] ?? 0), 0);
    const hasRaw = slots.at(-1) === rawSlot;
    const gathered = columns.gather(hasRaw ? slots.slice(0, -1) : slots, bytes);
    if (hasRaw) copyRows(batch, raw, gathered);
    return gathered;
  };
  return { ...facts, listed, lexicon, order, gather, blooms };
}

/** Copies rows to the end of `target`. */
function copyRows(batch: SplitRows['batch'], rows: Uint32Array, target: Buffer): void {
  let at = target.length - bytesOf(batch, rows);
  for (const row of rows)
    at += batch.bytes.copy(target, at, batch.start[row], batch.start[row + 1]);
}

/** Slots whose values may be in the lexicon. */
function wordSlots({ mask, encoding }: SlotFacts): number[] {
  const slots: number[] = [];
  for (let slot = 0; slot < mask.length - 1; slot++) {
    if (encoding[slot] !== CONSTANT && mayBeListed(mask[slot] ?? 0)) slots.push(slot);
  }
  return slots;
}

function bytesOf({ start }: SplitRows['batch'], rows: Uint32Array): number {
  return rows.reduce((sum, row) => sum + (start[row + 1] ?? 0) - (start[row] ?? 0), 0);
}

/** Calls `see` with the place of each word. */
export function forEachWord(
  bytes: Uint8Array,
  from: number,
  to: number,
  see: (start: number, end: number) => void,
): void {
  let at = from;
  while (at < to) {
    if (!isWordByte(bytes[at] ?? 0)) {
      at++;
      continue;
    }
    const start = at;
    while (at < to && isWordByte(bytes[at] ?? 0)) at++;
    see(start, at);
  }
}

function isWordByte(byte: number): boolean {
  return ((BYTE_CLASS[byte] ?? 0) & (LETTER | DIGIT)) !== 0;
}
