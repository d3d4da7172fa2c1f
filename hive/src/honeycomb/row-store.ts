/** The growing columns of an open chunk's rows, and the bytes of their bodies in slabs. */
import type { MemoryOf } from './chunk/spare-memory.ts';
import { FoldedSlab, type FoldedStretch } from './folded-slab.ts';

const SLAB_BYTES = 256 * 1024;
/** Bytes that are kept as they came. */
const KEPT_BYTES_MIN = 16 * 1024;
const ROWS_AT_FIRST = 256;
/** Bytes of a packed row's columns. */
const PACKED_ROW_BYTES = 17;

/** Rows one behind the other. */
export interface PackedRows {
  /** Their bytes as stored. */
  readonly bytes: Buffer;
  /** Where a row's bytes begin; one more than there are rows. */
  readonly start: Uint32Array<ArrayBuffer>;
  readonly time: Float64Array<ArrayBuffer>;
  readonly timestampLength: Uint8Array<ArrayBuffer>;
  readonly sourceLength: Uint32Array<ArrayBuffer>;
}

/** Where a row belongs. */
export interface RowFacts {
  /** Index of the run that it belongs to. */
  readonly run: number;
  readonly offset: number;
  readonly sourceLength: number;
}

/** Numbers that grow by doubling, all columns of a store at once. */
class Column<T extends Float64Array | Uint32Array | Uint8Array> {
  values: T;
  readonly #make: (length: number) => T;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.values = make(ROWS_AT_FIRST);
  }

  grow(length: number): void {
    const grown = this.#make(length);
    grown.set(this.values);
    this.values = grown;
  }

  set(row: number, value: number): void {
    this.values[row] = value;
  }

  get(row: number): number {
    return this.values[row] ?? 0;
  }
}

/** See the file's head. */
export class RowStore {
  readonly run = new Column((length) => new Uint32Array(length));
  readonly offset = new Column((length) => new Float64Array(length));
  readonly sourceLength = new Column((length) => new Uint32Array(length));
  readonly time = new Column((length) => new Float64Array(length));
  readonly timestampLength = new Column((length) => new Uint8Array(length));
  /** 0 is not known yet, 1 is none, above that a level. */
  readonly level = new Column((length) => new Uint8Array(length));
  readonly #slab = new Column((length) => new Uint32Array(length));
  readonly #start = new Column((length) => new Uint32Array(length));
  readonly #length = new Column((length) => new Uint32Array(length));
  readonly #columns = [
    ...[this.run, this.offset, this.sourceLength, this.time, this.timestampLength, this.level],
    ...[this.#slab, this.#start, this.#length],
  ];
  readonly #slabs: Buffer[] = [];
  readonly #folded = new Map<number, FoldedSlab>();
  /** The slab that few bytes are copied into, and how much of it is used. */
  #shared = -1;
  #used = 0;
  /** Where the bytes are that were taken last. */
  #last = 0;
  #lastBase = 0;
  /** Rows whose bytes came in several runs. */
  readonly #joined = new Map<number, Uint8Array[]>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Makes room for so many rows at once: columns that grow by doubling are copied and leave as much garbage. */
  reserve(rows: number): void {
    if (rows <= this.run.values.length) return;
    for (const column of this.#columns) column.grow(rows);
  }

  /**
   * Takes in the bytes of rows that are added next. Many are kept as they are and must not change; few are
   * copied, so that a trickle of lines does not keep a buffer for each.
   */
  take(bytes: Uint8Array): void {
    if (bytes.length >= KEPT_BYTES_MIN) {
      this.#last = this.#slabs.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)) - 1;
      this.#lastBase = 0;
      return;
    }
    let slab = this.#slabs[this.#shared];
    if (!slab || this.#used + bytes.length > slab.length) {
      slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#shared = this.#slabs.push(slab) - 1;
      this.#used = 0;
    }
    slab.set(bytes, this.#used);
    this.#last = this.#shared;
    this.#lastBase = this.#used;
    this.#used += bytes.length;
  }

  /** Adds a row: `length` bytes from `from` on of those that were taken last. */
  add(from: number, length: number, facts: RowFacts): number {
    const row = this.#count++;
    if (row >= this.run.values.length) this.reserve(2 * row);
    this.run.values[row] = facts.run;
    this.offset.values[row] = facts.offset;
    this.sourceLength.values[row] = facts.sourceLength;
    this.#slab.values[row] = this.#last;
    this.#start.values[row] = this.#lastBase + from;
    this.#length.values[row] = length;
    return row;
  }

  /** Bytes of a row as stored, line end included. */
  bytes(row: number): Uint8Array {
    const joined = this.#joined.size === 0 ? undefined : this.#joined.get(row);
    if (!joined) return this.#ownBytes(row);
    const [first] = joined;
    if (first && joined.length === 1) return first;
    const whole = Buffer.concat(joined);
    this.#joined.set(row, [whole]);
    return whole;
  }

  length(row: number): number {
    const joined = this.#joined.size === 0 ? undefined : this.#joined.get(row);
    if (!joined) return this.#length.get(row);
    return joined.reduce((sum, part) => sum + part.length, 0);
  }

  /**
   * Copies rows, ascending, into one piece of memory of their own. Measured: rows that stand one behind the other, as
   * those of a run do, are copied at once; row by row it took ten times as long.
   */
  pack(rows: Uint32Array, memoryOf: MemoryOf): PackedRows {
    const count = rows.length;
    const lengths = this.#length.values;
    const hasJoined = this.#joined.size > 0;
    let total = 0;
    for (let index = 0; index < count; index++) {
      const row = rows[index] ?? 0;
      total += hasJoined ? this.length(row) : (lengths[row] ?? 0);
    }
    const packed = carve(memoryOf(total + count * PACKED_ROW_BYTES + 4), count, total);
    const { bytes, start, time, timestampLength, sourceLength } = packed;
    total = 0;
    for (let index = 0; index < count; index++) {
      const row = rows[index] ?? 0;
      start[index] = total;
      total += hasJoined ? this.length(row) : (lengths[row] ?? 0);
    }
    start[count] = total;
    pick(this.time.values, rows, time);
    pick(this.timestampLength.values, rows, timestampLength);
    pick(this.sourceLength.values, rows, sourceLength);
    for (let index = 0; index < count; ) index = this.#packFrom(rows, index, start, bytes);
    return packed;
  }

  /** Copies the row at `index` and those that stand behind it in its slab; gives the next one's index. */
  #packFrom(rows: Uint32Array, index: number, start: Uint32Array, target: Buffer): number {
    const first = rows[index] ?? 0;
    const at = start[index] ?? 0;
    if (this.#joined.has(first)) {
      target.set(this.bytes(first), at);
      return index + 1;
    }
    const [slabs, starts, lengths] = [this.#slab.values, this.#start.values, this.#length.values];
    const slab = slabs[first];
    const from = starts[first] ?? 0;
    let to = from + (lengths[first] ?? 0);
    let next = index + 1;
    for (; next < rows.length; next++) {
      const row = rows[next] ?? 0;
      if (slabs[row] !== slab || starts[row] !== to || this.#joined.has(row)) break;
      to += lengths[row] ?? 0;
    }
    this.#slabs[slab ?? 0]?.copy(target, at, from, to);
    return next;
  }

  /** Rows below `count` in stretches that stand in one slab, one behind the other. */
  *foldedStretches(count: number): Generator<FoldedStretch> {
    const [start, length] = [this.#start.values, this.#length.values];
    for (let from = 0; from < count; ) {
      const index = this.#slab.get(from);
      let to = from + 1;
      while (to < count && this.#slab.get(to) === index) to++;
      const end = (start[to - 1] ?? 0) + (length[to - 1] ?? 0);
      const text = this.#foldedOf(index)?.text(end);
      yield { from, to, text, start, length, isJoined: (row) => this.#joined.has(row) };
      from = to;
    }
  }

  #foldedOf(index: number): FoldedSlab | undefined {
    const slab = this.#slabs[index];
    let folded = this.#folded.get(index);
    if (!folded && slab) {
      folded = new FoldedSlab(slab);
      this.#folded.set(index, folded);
    }
    return folded;
  }

  /** Continues a row; the bytes are copied. */
  extend(row: number, bytes: Uint8Array): void {
    const joined = this.#joined.get(row) ?? [this.#ownBytes(row)];
    joined.push(Buffer.from(bytes));
    this.#joined.set(row, joined);
  }

  #ownBytes(row: number): Uint8Array {
    const slab = this.#slabs[this.#slab.get(row)];
    const start = this.#start.get(row);
    return slab ? slab.subarray(start, start + this.#length.get(row)) : new Uint8Array();
  }
}

/** Copies values of rows, ascending; all of them, as nearly always, at once. */
function pick<T extends Float64Array | Uint32Array | Uint8Array>(
  values: T,
  rows: Uint32Array,
  target: T,
): void {
  const count = rows.length;
  if (rows[count - 1] === count - 1) {
    target.set(values.subarray(0, count));
    return;
  }
  for (let index = 0; index < count; index++) target[index] = values[rows[index] ?? 0] ?? 0;
}

/** The columns of so many rows with `total` bytes, one behind the other, the widest first. */
function carve(memory: ArrayBuffer, count: number, total: number): PackedRows {
  const start = 8 * count;
  const sourceLength = start + 4 * (count + 1);
  const timestampLength = sourceLength + 4 * count;
  return {
    time: new Float64Array(memory, 0, count),
    start: new Uint32Array(memory, start, count + 1),
    sourceLength: new Uint32Array(memory, sourceLength, count),
    timestampLength: new Uint8Array(memory, timestampLength, count),
    bytes: Buffer.from(memory, timestampLength + count, total),
  };
}
