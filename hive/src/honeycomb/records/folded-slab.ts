import { isAscii } from 'node:buffer';

/** Bytes of many rows without case. Made when a search needs it, and kept until they are sealed. */
export class FoldedSlab {
  readonly #bytes: Buffer;
  #length = 0;
  #text: string | undefined = '';

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The first `length` bytes in lower case; undefined where some are beyond ASCII. */
  text(length: number): string | undefined {
    if (length > this.#length) {
      const bytes = this.#bytes.subarray(0, length);
      this.#text = isAscii(bytes) ? bytes.toString('latin1').toLowerCase() : undefined;
      this.#length = length;
    }
    return this.#text;
  }
}

/** Rows of an open chunk whose bytes stand in one slab, ascending. */
export interface FoldedStretch {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** The slab's text in lower case; undefined where some of it is beyond ASCII, which may fold into anything. */
  readonly text: string | undefined;
  /** By row: where its bytes begin in the slab, and how many they are, line end included. */
  readonly start: Uint32Array;
  readonly length: Uint32Array;
  /** True for a row whose bytes are elsewhere too. */
  isJoined(row: number): boolean;
}
