import { DIGITS_BIT, RESERVED_BIT, TOKEN_BITS } from './words.ts';

/** Rows with more tokens, or longer ones, are kept as they are. */
export const TOKENS_MAX = 2048;
/** See {@link TOKENS_MAX}. */
export const SPLIT_BYTES_MAX = 32 * 1024;

/** A token of letters alone: literal unless its position was promoted. */
export const TOKEN_WORD = 0;
/** A token with a digit: a variable. */
export const TOKEN_VARIABLE = 1;
/** The time stamp. */
export const TOKEN_STAMP = 2;

/** Where a row's stamp is, if it has one that follows from its time. */
export interface StampPlace {
  readonly from: number;
  /** `from` where there is none. */
  readonly to: number;
}

/**
 * Cuts one row at a time into tokens (words, and the time stamp as one) and what stands between them. The
 * shape is a hash of what stands between and of the kinds of token. Measured: the loop takes a third
 * of encoding, so it keeps its state in locals, and hashes no word: most rows are of a template that their literal
 * bytes alone can tell, and half of all values are the same as the one before.
 */
export class RowSplitter {
  readonly start = new Int32Array(TOKENS_MAX);
  readonly length = new Int32Array(TOKENS_MAX);
  readonly kind = new Uint8Array(TOKENS_MAX);
  count = 0;
  shape = 0;

  /** False when the row has to be kept as it is: too long, or with bytes that mark something. */
  split(bytes: Uint8Array, from: number, to: number, stamp: StampPlace): boolean {
    if (to - from > SPLIT_BYTES_MAX) return false;
    const { start, length, kind } = this;
    const bitsOf = TOKEN_BITS;
    let shape = 0x811c9dc5 | 0;
    let count = 0;
    let at = from;
    let stop = stamp.to > stamp.from ? stamp.from : to;
    for (;;) {
      while (at < stop) {
        const byte = bytes[at] ?? 0;
        let bits = bitsOf[byte] ?? 0;
        if (bits === 0) {
          shape = Math.imul(shape ^ byte, 0x01000193);
          at++;
          continue;
        }
        if (count + 1 >= TOKENS_MAX) return false;
        const first = at;
        let all = 0;
        do {
          all |= bits;
          at++;
          if (at >= stop) break;
          bits = bitsOf[bytes[at] ?? 0] ?? 0;
        } while (bits !== 0);
        if ((all & RESERVED_BIT) !== 0) return false;
        start[count] = first;
        length[count] = at - first;
        kind[count++] = (all & DIGITS_BIT) !== 0 ? TOKEN_VARIABLE : TOKEN_WORD;
        shape = Math.imul(shape ^ 256, 0x01000193);
      }
      if (stop === to) break;
      start[count] = stamp.from;
      length[count] = stamp.to - stamp.from;
      kind[count++] = TOKEN_STAMP;
      shape = Math.imul(shape ^ 257, 0x01000193);
      at = stamp.to;
      stop = to;
    }
    this.count = count;
    shape ^= shape >>> 15;
    shape = Math.imul(shape, 0x2c1b3c6d);
    this.shape = shape ^ (shape >>> 13);
    return true;
  }
}
