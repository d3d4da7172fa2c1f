/** Memory of the loops in `hive/assembly`, and the loops themselves. */
import { LINEAR_MEMORY_KEPT_BYTES } from '@apiary/common/limits/store.ts';
import { ROWS_WASM } from './rows-wasm.ts';
import { LAYOUTS_BYTES, StampTexts } from './stamp-texts.ts';

const PAGE_BYTES = 64 * 1024;
const ALIGNMENT = 8;
/** Bytes that a loop may read behind what it was given. */
const SPARE_BYTES = 16;

/** Where layouts of stamps begin, unless a memory is shared. They stay; all else is behind them. */
const FIRST_LAYOUT = 64;

/** Numbers that can be laid out. */
type Column = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array;

/** The loops, which take numbers: see `hive/assembly`. */
interface Loops {
  decodeTemplate(...numbers: number[]): number;
  findInColumn(...numbers: number[]): number;
  runAutomaton(...numbers: number[]): void;
  findNumbers(...numbers: number[]): number;
  sumTemplates(...numbers: number[]): void;
  findSlots(...numbers: number[]): number;
  placeSlots(...numbers: number[]): number;
}

let compiled: WebAssembly.Module | undefined;

/**
 * Memory that the loops work on, laid out from its begin for each call of them. What was laid out is valid until
 * {@link reserve} is called again; addresses are bytes from its begin.
 */
export class LinearMemory {
  readonly loops: Loops;
  readonly #memory: WebAssembly.Memory;
  #bytes = Buffer.alloc(0);
  #view: DataView;
  readonly #first: number;
  #next: number;
  readonly #stamps: StampTexts;

  /** @param shared memory of others, and from where on it may be laid out; they leave it alone meanwhile. Default: its own */
  constructor(shared?: { readonly memory: WebAssembly.Memory; readonly from: number }) {
    this.#memory = shared?.memory ?? new WebAssembly.Memory({ initial: 1 });
    const layouts = shared?.from ?? FIRST_LAYOUT;
    this.#first = layouts + LAYOUTS_BYTES;
    this.#next = this.#first;
    this.#view = new DataView(this.#memory.buffer);
    this.#stamps = new StampTexts(layouts);
    compiled ??= new WebAssembly.Module(Buffer.from(ROWS_WASM, 'base64'));
    const instance = new WebAssembly.Instance(compiled, {
      env: { memory: this.#memory },
      stamps: {
        formatDay: (at: number, day: number) => this.#stamps.formatDay(this.#bytes, at, day),
      },
    });
    // What the module exports is checked by its test.
    this.loops = instance.exports as Loops;
    this.#stamps.putInto(this.#view);
  }

  /** Bytes that it takes. */
  get size(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Makes room for so many bytes in so many pieces, and forgets all that was laid out. */
  reserve(bytes: number, pieces: number): void {
    const needed = this.#first + bytes + pieces * (SPARE_BYTES + ALIGNMENT);
    const missing = Math.ceil((needed - this.size) / PAGE_BYTES);
    if (missing > 0) this.#memory.grow(missing);
    this.#bytes = Buffer.from(this.#memory.buffer);
    this.#view = new DataView(this.#memory.buffer);
    this.#next = this.#first;
  }

  /** The address of so many bytes. @throws RangeError beyond what was reserved */
  take(bytes: number): number {
    const address = this.#next;
    const next = address + bytes + SPARE_BYTES;
    if (next > this.size) throw new RangeError(`${next} bytes where ${this.size} are reserved`);
    this.#next = Math.ceil(next / ALIGNMENT) * ALIGNMENT;
    return address;
  }

  /** Lays a copy of a column out. */
  put(column: Column): number {
    const address = this.take(column.byteLength);
    this.#bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), address);
    return address;
  }

  /** All of it, by address; until {@link reserve} is called again. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** See {@link bytes}. */
  get view(): DataView {
    return this.#view;
  }

  /** Bytes from an address on; not a copy. */
  bytesAt(address: number, length: number): Buffer {
    return this.#bytes.subarray(address, address + length);
  }

  /** A copy of bytes from an address on, in memory of its own. */
  copy(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer.slice(address, address + length));
  }

  /** The address of a layout of stamps, by its number. */
  layoutAt(number: number): number {
    return this.#stamps.addressOf(number);
  }
}

let spare: LinearMemory | undefined;

/** Memory that nobody else has: what was given back last, where there is some. */
export function borrowMemory(): LinearMemory {
  const memory = spare ?? new LinearMemory();
  spare = undefined;
  return memory;
}

/** True if somebody else gets it once it is given back: up to LINEAR_MEMORY_KEPT_BYTES. */
export function isKeptMemory(memory: LinearMemory): boolean {
  return memory.size <= LINEAR_MEMORY_KEPT_BYTES;
}

/** Nobody looks at it any more. */
export function giveBackMemory(memory: LinearMemory): void {
  if (isKeptMemory(memory)) spare = memory;
}

/** What a loop had, if it is not too large to be kept, or another one. */
export function keptOrNew(memory: LinearMemory | undefined): LinearMemory {
  return memory && isKeptMemory(memory) ? memory : new LinearMemory();
}
