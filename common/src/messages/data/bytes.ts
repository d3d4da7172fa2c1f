/**
 * Writing and reading of the primitives that a data message is made of: LEB128 integers and byte
 * strings. The reader trusts nothing: each length is compared with what is left before it is used.
 */
import { AppError } from '../../errors.ts';

const UINT32_MAX = 0xffff_ffff;

/** Appends primitives to a buffer that grows by doubling. */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  /** @param capacity bytes to begin with */
  constructor(capacity: number) {
    this.#buffer = Buffer.allocUnsafe(Math.max(16, capacity));
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** One byte, 0 to 255. */
  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  /** An unsigned integer up to 2^53 - 1: seven bits a byte, least first, the high bit on all but the last. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest % 0x80) + 0x80;
      rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 0x80);
    }
    this.#buffer[this.#length++] = rest;
  }

  /** As many unsigned integers of 32 bits, each as {@link varint} does it; lines have one each, so it is a loop of its own. */
  varints(values: Uint32Array): void {
    this.#reserve(5 * values.length);
    const buffer = this.#buffer;
    let at = this.#length;
    for (let index = 0; index < values.length; index++) {
      let rest = values[index] ?? 0;
      while (rest >= 0x80) {
        buffer[at++] = (rest & 0x7f) | 0x80;
        rest >>>= 7;
      }
      buffer[at++] = rest;
    }
    this.#length = at;
  }

  /** Forgets what was written and keeps the room. What {@link result} gave is void. */
  clear(): void {
    this.#length = 0;
  }

  /** Bytes as they are. */
  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  /** What was written; shares memory with the writer. */
  result(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

/** Reads primitives from bytes of unknown origin; every failure is an AppError `message-invalid`. */
export class ByteReader {
  readonly #buffer: Buffer;
  #position = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#buffer.length - this.#position;
  }

  /** One byte. */
  byte(what: string): number {
    const value = this.#buffer[this.#position];
    if (value === undefined) throw this.#cut(what);
    this.#position++;
    return value;
  }

  /** An unsigned integer in its shortest form, at most `max`. */
  varint(what: string, max: number): number {
    let value = 0;
    let scale = 1;
    for (let index = 0; ; index++) {
      const byte = this.byte(what);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (byte === 0 && index > 0) throw this.#invalid(`${what} is not in its shortest form`);
        break;
      }
      if (index === 7) throw this.#invalid(`${what} is longer than 8 bytes`);
      scale *= 0x80;
    }
    if (value > max) throw this.#invalid(`${what} is ${value}, more than ${max}`);
    return value;
  }

  /** As many unsigned integers of 32 bits, each as {@link varint}; lines have one each, mostly of two bytes. */
  varints(what: string, into: Uint32Array): void {
    const buffer = this.#buffer;
    for (let index = 0; index < into.length; index++) {
      const at = this.#position;
      const first = buffer[at] ?? 0x80;
      const second = buffer[at + 1] ?? 0;
      if (first < 0x80) {
        into[index] = first;
        this.#position = at + 1;
      } else if (second > 0 && second < 0x80) {
        into[index] = (first & 0x7f) | (second << 7);
        this.#position = at + 2;
      } else into[index] = this.varint(what, UINT32_MAX);
    }
  }

  /** The next `length` bytes; shares memory with the message. */
  bytes(what: string, length: number): Buffer {
    if (length > this.left) throw this.#cut(what);
    const start = this.#position;
    this.#position += length;
    return this.#buffer.subarray(start, this.#position);
  }

  #cut(what: string): AppError {
    return this.#invalid(`it ends within ${what}`);
  }

  #invalid(reason: string): AppError {
    return invalidMessage(`${reason} (at byte ${this.#position})`);
  }
}

/** An AppError `message-invalid` about a data message. */
export function invalidMessage(reason: string, cause?: unknown): AppError {
  return new AppError('message-invalid', `Data message: ${reason}.`, { cause });
}
