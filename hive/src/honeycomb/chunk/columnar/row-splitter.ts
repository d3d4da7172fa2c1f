import { BETWEEN, BYTE_CLASS, DIGIT, RESERVED } from './words.ts';

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
 * shape is a hash of what stands between and of the kinds of token. Measured: the loop takes about half of
 * encoding, so it reads each byte once and keeps its state in locals.
 */
export class RowSplitter {
  readonly start = new Int32Array(TOKENS_MAX);
  readonly length = new Int32Array(TOKENS_MAX);
  readonly hash = new Int32Array(TOKENS_MAX);
  readonly kind = new Uint8Array(TOKENS_MAX);
  count = 0;
  shape = 0;

  /** False when the row has to be kept as it is: too long, or with bytes that mark something. */
  split(bytes: Uint8Array, from: number, to: number, stamp: StampPlace): boolean {
    if (to - from > SPLIT_BYTES_MAX) return false;
    const { start, length, hash, kind } = this;
    const classOf = BYTE_CLASS;
    let shape = 0x811c9dc5 | 0;
    let count = 0;
    let at = from;
    let stop = stamp.to > stamp.from ? stamp.from : to;
    for (;;) {
      while (at < stop) {
        let byte = bytes[at] ?? 0;
        let byteClass = classOf[byte] ?? 0;
        if (byteClass === BETWEEN) {
          shape = Math.imul(shape ^ byte, 0x01000193);
          at++;
          continue;
        }
        if (count + 1 >= TOKENS_MAX) return false;
        const first = at;
        let classes = 0;
        let word = 0;
        do {
          classes |= byteClass;
          word = Math.imul(word ^ byte, 0x01000193);
          at++;
          if (at >= stop) break;
          byte = bytes[at] ?? 0;
          byteClass = classOf[byte] ?? 0;
        } while (byteClass !== BETWEEN);
        if ((classes & RESERVED) !== 0) return false;
        start[count] = first;
        length[count] = at - first;
        hash[count] = word;
        kind[count++] = (classes & DIGIT) !== 0 ? TOKEN_VARIABLE : TOKEN_WORD;
        shape = Math.imul(shape ^ 256, 0x01000193);
      }
      if (stop === to) break;
      start[count] = stamp.from;
      length[count] = stamp.to - stamp.from;
      hash[count] = 0;
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
