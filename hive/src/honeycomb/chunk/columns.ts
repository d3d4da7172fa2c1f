/** Columns of whole numbers as varints, for the row table of a chunk. */
import { AppError } from '@apiary/common/errors.ts';

const LOW_BITS = 0x80;

/** Writes unsigned whole numbers up to 2^53 - 1, seven bits a byte, least first. */
export class ColumnWriter {
  #buffer = Buffer.allocUnsafe(4096);
  #length = 0;
  #last = 0;

  unsigned(value: number): void {
    if (this.#length + 10 > this.#buffer.length) this.#grow(this.#length + 10);
    let rest = value;
    while (rest >= LOW_BITS) {
      this.#buffer[this.#length++] = (rest % LOW_BITS) | LOW_BITS;
      rest = Math.floor(rest / LOW_BITS);
    }
    this.#buffer[this.#length++] = rest;
  }

  /** Writes the difference to the last number, either sign. */
  delta(value: number): void {
    const difference = value - this.#last;
    this.unsigned(difference < 0 ? -2 * difference - 1 : 2 * difference);
    this.#last = value;
  }

  result(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #grow(length: number): void {
    const grown = Buffer.allocUnsafe(Math.max(length, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

/** Reads what {@link ColumnWriter} wrote. @throws AppError `store-corrupt` past the end */
export class ColumnReader {
  readonly #buffer: Buffer;
  #at = 0;
  #last = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  unsigned(): number {
    const first = this.#buffer[this.#at];
    if (first !== undefined && first < LOW_BITS) {
      this.#at++;
      return first;
    }
    let value = 0;
    for (let factor = 1; factor < Number.MAX_SAFE_INTEGER; factor *= LOW_BITS) {
      const byte = this.#buffer[this.#at++];
      if (byte === undefined) break;
      value += (byte % LOW_BITS) * factor;
      if (byte < LOW_BITS) return value;
    }
    throw new AppError('store-corrupt', 'A column of a chunk ends within a number.');
  }

  /** Reads as many as there is room for, each below 2^32. Most are below 2^14. */
  fill(target: Uint32Array): void {
    const buffer = this.#buffer;
    let at = this.#at;
    for (let index = 0; index < target.length; index++) {
      const low = buffer[at] ?? LOW_BITS;
      const high = low < LOW_BITS ? 0 : (buffer[at + 1] ?? LOW_BITS);
      if (low < LOW_BITS) {
        target[index] = low;
        at++;
      } else if (high < LOW_BITS) {
        target[index] = low - LOW_BITS + high * LOW_BITS;
        at += 2;
      } else {
        this.#at = at;
        target[index] = this.unsigned();
        at = this.#at;
      }
    }
    this.#at = at;
  }

  delta(): number {
    const coded = this.unsigned();
    this.#last += coded % 2 === 1 ? -(coded + 1) / 2 : coded / 2;
    return this.#last;
  }
}
