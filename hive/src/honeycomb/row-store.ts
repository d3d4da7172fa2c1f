/** The growing columns of an open chunk's rows, and the bytes of their bodies in slabs. */
const SLAB_BYTES = 256 * 1024;
/** Bytes that are kept as they came. */
const KEPT_BYTES_MIN = 16 * 1024;
const ROWS_AT_FIRST = 256;

/** Where a row belongs. */
export interface RowFacts {
  /** Index of the run that it belongs to. */
  readonly run: number;
  readonly offset: number;
  readonly sourceLength: number;
}

/** Numbers that grow by doubling. */
class Column<T extends Float64Array | Uint32Array | Uint8Array> {
  values: T;
  readonly #make: (length: number) => T;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.values = make(ROWS_AT_FIRST);
  }

  set(row: number, value: number): void {
    if (row >= this.values.length) {
      const grown = this.#make(this.values.length * 2);
      grown.set(this.values);
      this.values = grown;
    }
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
  readonly #slabs: Buffer[] = [];
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
    this.run.set(row, facts.run);
    this.offset.set(row, facts.offset);
    this.sourceLength.set(row, facts.sourceLength);
    this.time.set(row, 0);
    this.timestampLength.set(row, 0);
    this.level.set(row, 0);
    this.#slab.set(row, this.#last);
    this.#start.set(row, this.#lastBase + from);
    this.#length.set(row, length);
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

  /** Copies the bytes of a row; gives how many. */
  copy(row: number, target: Buffer, at: number): number {
    if (this.#joined.size > 0 && this.#joined.has(row)) {
      const bytes = this.bytes(row);
      target.set(bytes, at);
      return bytes.length;
    }
    const start = this.#start.get(row);
    const length = this.#length.get(row);
    this.#slabs[this.#slab.get(row)]?.copy(target, at, start, start + length);
    return length;
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
