/** The growing columns of an open chunk's rows, and the bytes of their bodies in slabs. */
const SLAB_BYTES = 256 * 1024;
const ROWS_AT_FIRST = 256;

/** Bytes of one row, and what was recognised in them. */
export interface RowFacts {
  /** Index of the run that it belongs to. */
  readonly run: number;
  readonly offset: number;
  readonly sourceLength: number;
  readonly time: number;
  readonly timestampLength: number;
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
  #used = 0;
  /** Rows whose bytes came in several runs. */
  readonly #joined = new Map<number, Uint8Array[]>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds a row; the bytes are copied. */
  add(bytes: Uint8Array, facts: RowFacts): number {
    const row = this.#count++;
    this.run.set(row, facts.run);
    this.offset.set(row, facts.offset);
    this.sourceLength.set(row, facts.sourceLength);
    this.time.set(row, facts.time);
    this.timestampLength.set(row, facts.timestampLength);
    this.level.set(row, 0);
    this.#copy(row, bytes);
    return row;
  }

  /** Bytes of a row as stored, line end included. */
  bytes(row: number): Uint8Array {
    const joined = this.#joined.get(row);
    if (!joined) return this.#ownBytes(row);
    const [first] = joined;
    if (first && joined.length === 1) return first;
    const whole = Buffer.concat(joined);
    this.#joined.set(row, [whole]);
    return whole;
  }

  length(row: number): number {
    const joined = this.#joined.get(row);
    if (!joined) return this.#length.get(row);
    return joined.reduce((sum, part) => sum + part.length, 0);
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

  #copy(row: number, bytes: Uint8Array): void {
    let slab = this.#slabs.at(-1);
    if (!slab || this.#used + bytes.length > slab.length) {
      slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes.length));
      this.#slabs.push(slab);
      this.#used = 0;
    }
    slab.set(bytes, this.#used);
    this.#slab.set(row, this.#slabs.length - 1);
    this.#start.set(row, this.#used);
    this.#length.set(row, bytes.length);
    this.#used += bytes.length;
  }
}
