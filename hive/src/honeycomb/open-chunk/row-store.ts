/**
 * The growing columns of an open chunk's rows, and the bytes of their bodies in slabs. All of it can be used again for
 * the next chunk: measured on 300 MB, new memory for each made V8 collect its whole heap 33 times.
 */

import { SEAL_MEMORY_KEPT_BYTES } from '@apiary/common/limits/store.ts';
import { CHUNK_RECORDS_MAX } from '@apiary/common/limits.ts';
import type { MemoryOf } from '../chunk/spare-memory.ts';
import { FoldedSlab, type FoldedStretch } from '../records/folded-slab.ts';
import { JudgedLeaves } from '../records/judged-leaves.ts';

const SLAB_BYTES = 256 * 1024;
const SLABS_KEPT_MAX = SEAL_MEMORY_KEPT_BYTES / SLAB_BYTES;
const ROWS_AT_FIRST = 256;
/** Bytes of a packed row's columns. */
const PACKED_ROW_BYTES = 17;

/** Rows one behind the other. */
export interface PackedRows {
  /** Their bytes as stored. */
  readonly bytes: Buffer;
  /** Where a row's bytes begin; one more than there are rows. */
  readonly start: Uint32Array;
  readonly time: Float64Array;
  readonly timestampLength: Uint8Array;
  readonly sourceLength: Uint32Array;
}

/** Where a row belongs. */
export interface RowFacts {
  /** Index of the run that it belongs to. */
  readonly run: number;
  readonly offset: number;
  readonly sourceLength: number;
}

/** Bytes below `to`, of those that were taken last, that are in a slab: `base` is behind the place of the first. */
interface Piece {
  readonly to: number;
  readonly slab: number;
  readonly base: number;
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

  shrink(): void {
    this.values = this.#make(ROWS_AT_FIRST);
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
  #slabs: Buffer[] = [];
  readonly #folded = new Map<number, FoldedSlab>();
  readonly judgedLeaves = new JudgedLeaves();
  /** The slab that is filled, and how much of it is used. */
  #current = -1;
  #used = 0;
  /** Where the bytes are that were taken last, and which of it the next row is in. */
  #pieces: Piece[] = [];
  #piece = 0;
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

  /** Copies the bytes of rows that are added next; `lengths` are those of the rows, one behind the other. */
  take(bytes: Uint8Array, lengths: Uint32Array): void {
    this.#pieces = [];
    this.#piece = 0;
    let from = 0;
    let to = 0;
    let room = (this.#slabs[this.#current]?.length ?? 0) - this.#used;
    for (let index = 0; index < lengths.length; index++) {
      const length = lengths[index] ?? 0;
      if (to + length - from > room) {
        this.#copy(bytes, from, to);
        from = to;
        this.#nextSlab(length);
        room = this.#slabs[this.#current]?.length ?? 0;
      }
      to += length;
    }
    this.#copy(bytes, from, to);
  }

  #copy(bytes: Uint8Array, from: number, to: number): void {
    if (from === to) return;
    this.#slabs[this.#current]?.set(bytes.subarray(from, to), this.#used);
    this.#pieces.push({ to, slab: this.#current, base: this.#used - from });
    this.#used += to - from;
  }

  #nextSlab(bytes: number): void {
    const next = this.#slabs[++this.#current];
    this.#used = 0;
    if (next && next.length >= bytes) return;
    const slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
    this.#slabs.splice(this.#current, 0, slab);
  }

  /** Adds a row: `length` bytes from `from` on of those that were taken last; rows are added in their order. */
  add(from: number, length: number, facts: RowFacts): number {
    let piece = this.#pieces[this.#piece];
    while (piece && from >= piece.to && this.#piece + 1 < this.#pieces.length) {
      piece = this.#pieces[++this.#piece];
    }
    const row = this.#count++;
    if (row >= this.run.values.length) this.reserve(2 * row);
    this.run.values[row] = facts.run;
    this.offset.values[row] = facts.offset;
    this.sourceLength.values[row] = facts.sourceLength;
    this.#slab.values[row] = piece?.slab ?? 0;
    this.#start.values[row] = (piece?.base ?? 0) + from;
    this.#length.values[row] = length;
    return row;
  }

  /** Forgets all rows and keeps the memory, within a bound. Nobody may hold what {@link bytes} gave. */
  clear(): void {
    this.level.values.fill(0, 0, this.#count);
    this.#count = 0;
    this.#joined.clear();
    this.#folded.clear();
    this.judgedLeaves.clear();
    this.#pieces = [];
    this.#piece = 0;
    this.#current = -1;
    this.#used = 0;
    const kept = this.#slabs.filter(({ length }) => length === SLAB_BYTES);
    this.#slabs = kept.slice(0, SLABS_KEPT_MAX);
    if (this.run.values.length > CHUNK_RECORDS_MAX) {
      for (const column of this.#columns) column.shrink();
    }
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

  /** Rows below `count` whose bytes came in several runs. */
  *joinedRows(count: number): Generator<number> {
    for (const row of this.#joined.keys()) if (row < count) yield row;
  }

  /** Rows from `first` on, below `count`, in stretches that stand in one slab, one behind the other. */
  *foldedStretches(count: number, first = 0): Generator<FoldedStretch> {
    const [start, length] = [this.#start.values, this.#length.values];
    for (let from = first; from < count; ) {
      const index = this.#slab.get(from);
      let to = from + 1;
      while (to < count && this.#slab.get(to) === index) to++;
      const end = (start[to - 1] ?? 0) + (length[to - 1] ?? 0);
      const text = this.#foldedOf(index)?.text(end);
      const isJoined = (row: number) => this.#joined.size > 0 && this.#joined.has(row);
      yield { from, to, text, start, length, isJoined };
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
function carve(memory: ArrayBufferLike, count: number, total: number): PackedRows {
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
