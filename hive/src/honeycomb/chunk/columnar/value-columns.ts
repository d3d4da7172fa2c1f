/**
 * The values of a chunk's variables: one column for each variable of each template, one behind the other,
 * with what a query can judge without reading them.
 */
import { isLevelWord } from './level-words.ts';
import { TOKENS_MAX } from './row-splitter.ts';
import { RAW_ROW, type SplitRows } from './split-rows.ts';
import { BYTE_CLASS, DIGIT, END_MARK, hashWordBytes, LETTER } from './words.ts';

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

/** What a value's last few hashes are remembered in, so that a bloom gets a word about once. */
const SEEN_BITS = 0xffff;

/** Rows gathered at once: see {@link ColumnCollector}. */
const ROWS_AT_ONCE = 256;

/** All columns and what is known of each. */
export interface ValueColumns {
  readonly bytes: Buffer;
  /** By slot. */
  readonly mask: Int32Array;
  readonly shortest: Uint8Array;
  readonly longest: Uint8Array;
  readonly encoding: Uint8Array;
  readonly columnBytes: Float64Array;
  /** Hashes of values, for the bloom. */
  readonly hashes: Int32Array;
  /** By template: whether a value may decide about a level; and the longest row's values together. */
  readonly hasLevelWord: Uint8Array;
  readonly longestValues: Float64Array;
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

/** Collects the columns of one chunk after the other, with memory that is used again. */
export class ColumnCollector {
  #bytes = Buffer.allocUnsafeSlow(1 << 20);
  #hashes = new Int32Array(1 << 16);
  #hashCount = 0;
  #at = 0;
  readonly #seen = new Int32Array(SEEN_BITS + 1);
  /** By row at hand: its first value. */
  readonly #firstValues = new Uint32Array(ROWS_AT_ONCE);
  #levelWord = false;
  /** By slot of the template at hand. */
  readonly #slots = {
    total: new Float64Array(TOKENS_MAX),
    min: new Int32Array(TOKENS_MAX),
    max: new Int32Array(TOKENS_MAX),
    next: new Float64Array(TOKENS_MAX),
    mask: new Int32Array(TOKENS_MAX),
    last: new Int32Array(TOKENS_MAX),
    changes: new Int32Array(TOKENS_MAX),
  };

  /** The result is valid until the next call. */
  collect(split: SplitRows, { first, rows }: RowsByTemplate): ValueColumns {
    const { templates } = split;
    const slots = templates.reduce((sum, template) => sum + template.slots, 0) + 1;
    const columns = {
      mask: new Int32Array(slots),
      shortest: new Uint8Array(slots),
      longest: new Uint8Array(slots),
      encoding: new Uint8Array(slots),
      columnBytes: new Float64Array(slots),
      hasLevelWord: new Uint8Array(templates.length + 1),
      longestValues: new Float64Array(templates.length + 1),
    };
    this.#seen.fill(0);
    this.#hashCount = 0;
    this.#at = 0;
    let slot = 0;
    for (const [id, template] of templates.entries()) {
      if (template.slots === 0) continue;
      const own = rows.subarray(first[id], first[id + 1]);
      this.#levelWord = false;
      this.#measure(split, own, template.slots);
      for (let from = 0; from < own.length; from += ROWS_AT_ONCE) {
        const some = own.subarray(from, from + ROWS_AT_ONCE);
        this.#enter(split, some);
        for (let index = 0; index < template.slots; index++) {
          this.#gather(split, index, some.length);
        }
      }
      let longest = 0;
      for (let index = 0; index < template.slots; index++, slot++) {
        longest += this.#slots.max[index] ?? 0;
        this.#finish(columns, slot, index, own.length);
      }
      columns.hasLevelWord[id] = this.#levelWord ? 1 : 0;
      columns.longestValues[id] = longest;
    }
    const beforeRaw = this.#at;
    this.#raw(split, rows.subarray(first[templates.length], first[templates.length + 1]));
    columns.encoding[slot] = RAW;
    columns.columnBytes[slot] = this.#at - beforeRaw;
    columns.longest[slot] = LONG;
    columns.mask[slot] = -1;
    return {
      ...columns,
      bytes: this.#bytes.subarray(0, this.#at),
      hashes: this.#hashes.subarray(0, this.#hashCount),
    };
  }

  #enter({ firstValue }: SplitRows, own: Uint32Array): void {
    const firstValues = this.#firstValues;
    for (let index = 0; index < own.length; index++) {
      firstValues[index] = firstValue[own[index] ?? 0] ?? 0;
    }
  }

  /** Finds how long each slot's values are, and with that where each column begins. */
  #measure({ firstValue, values }: SplitRows, own: Uint32Array, slots: number): void {
    const valueLength = values.length;
    const { total, min, max, next, mask, last, changes } = this.#slots;
    total.fill(0, 0, slots);
    min.fill(0x7fffffff, 0, slots);
    for (const column of [max, mask, last, changes]) column.fill(0, 0, slots);
    for (let index = 0; index < own.length; index++) {
      let value = firstValue[own[index] ?? 0] ?? 0;
      for (let slot = 0; slot < slots; slot++) {
        const length = valueLength[value++] ?? 0;
        total[slot] = (total[slot] ?? 0) + length;
        if (length < (min[slot] ?? 0)) min[slot] = length;
        if (length > (max[slot] ?? 0)) max[slot] = length;
      }
    }
    let at = this.#at;
    for (let slot = 0; slot < slots; slot++) {
      next[slot] = at;
      at += (total[slot] ?? 0) + (this.#isFixed(slot) ? 0 : own.length);
    }
    this.#reserve(at);
  }

  #isFixed(slot: number): boolean {
    return this.#slots.min[slot] === this.#slots.max[slot] && (this.#slots.max[slot] ?? 0) < LONG;
  }

  /**
   * Copies one slot's values of the rows at hand into its column. Measured: some hundred rows at once, so that
   * they stay in the cache while slot after slot is taken, each with its state in locals.
   */
  #gather(split: SplitRows, index: number, count: number): void {
    const { start, length, hash: hashOf, mask: maskOf } = split.values;
    const slots = this.#slots;
    const firstValues = this.#firstValues;
    const fixed = this.#isFixed(index);
    const source = split.batch.bytes;
    const target = this.#bytes;
    let at = slots.next[index] ?? 0;
    let mask = slots.mask[index] ?? 0;
    let last = slots.last[index] ?? 0;
    let changes = slots.changes[index] ?? 0;
    for (let row = 0; row < count; row++) {
      const value = (firstValues[row] ?? 0) + index;
      let from = start[value] ?? 0;
      const to = from + (length[value] ?? 0);
      const first = from;
      while (from < to) target[at++] = source[from++] ?? 0;
      if (!fixed) target[at++] = END_MARK;
      const hash = hashOf[value] ?? 0;
      const own = maskOf[value] ?? 0;
      mask |= own;
      if (hash === last && changes > 0 && own !== -1) continue;
      last = hash;
      changes++;
      this.#note(source, first, to, own === -1 ? undefined : hash);
    }
    slots.next[index] = at;
    slots.mask[index] = mask;
    slots.last[index] = last;
    slots.changes[index] = changes;
  }

  /** Chooses the encoding of a slot and moves its column up. */
  #finish(
    columns: Omit<ValueColumns, 'bytes' | 'hashes'>,
    slot: number,
    index: number,
    count: number,
  ) {
    const { total, min, max, next, mask, changes } = this.#slots;
    const fixed = this.#isFixed(index);
    const bytes = this.#bytes;
    const width = max[index] ?? 0;
    const end = next[index] ?? 0;
    const begin = end - (total[index] ?? 0) - (fixed ? 0 : count);
    // One change is the first value; equal hashes are compared byte by byte.
    const constant =
      fixed &&
      changes[index] === 1 &&
      bytes.compare(bytes, begin, end - width, begin + width, end) === 0;
    const kept = constant ? width : end - begin;
    if (begin !== this.#at) bytes.copyWithin(this.#at, begin, begin + kept);
    this.#at += kept;
    columns.mask[slot] = mask[index] ?? 0;
    columns.shortest[slot] = Math.min(min[index] ?? 0, LONG);
    columns.longest[slot] = Math.min(width, LONG);
    columns.encoding[slot] = constant ? CONSTANT : fixed ? FIXED : VARYING;
    columns.columnBytes[slot] = kept;
  }

  /** Takes a word into the bloom, small numbers apart. `hash` is undefined beyond ASCII. */
  #note(source: Buffer, from: number, to: number, hash: number | undefined): void {
    const folded = hash ?? hashWordBytes(source, from, to);
    if (isLevelWord(folded)) this.#levelWord = true;
    const place = (folded ^ (folded >>> 16)) & SEEN_BITS;
    if (this.#seen[place] === folded) return;
    this.#seen[place] = folded;
    if (to - from <= 3 && isDigits(source, from, to)) return;
    if (this.#hashCount === this.#hashes.length) {
      const grown = new Int32Array(this.#hashes.length * 2);
      grown.set(this.#hashes);
      this.#hashes = grown;
    }
    this.#hashes[this.#hashCount++] = folded;
  }

  #raw({ batch }: SplitRows, own: Uint32Array): void {
    for (const row of own) {
      const [from, to] = [batch.start[row] ?? 0, batch.start[row + 1] ?? 0];
      this.#reserve(this.#at + to - from);
      this.#at += batch.bytes.copy(this.#bytes, this.#at, from, to);
      forEachWord(batch.bytes, from, to, (start, end) => {
        this.#note(batch.bytes, start, end, undefined);
      });
    }
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(length, Math.ceil(this.#bytes.length * 1.5)));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }
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

function isDigits(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x30 || byte > 0x39) return false;
  }
  return true;
}
