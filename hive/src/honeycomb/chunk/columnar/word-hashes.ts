import { isLevelWord } from './level-words.ts';
import { hashWordBytes } from './words.ts';

/** What a value's last few hashes are remembered in, so that a bloom gets a word about once. */
const SEEN_BITS = 0xffff;
const SMALL_NUMBER_DIGITS_MAX = 3;

/** Collects the words of one chunk after the other for its bloom, each about once; its memory is used again. */
export class WordHashes {
  #hashes = new Int32Array(1 << 16);
  #count = 0;
  readonly #seen = new Int32Array(SEEN_BITS + 1);

  /** Forgets all words. */
  clear(): void {
    this.#count = 0;
    this.#seen.fill(0);
  }

  /** Valid until the next word. */
  get all(): Int32Array {
    return this.#hashes.subarray(0, this.#count);
  }

  /**
   * Takes a word, small numbers apart. True if it may decide about a level.
   *
   * @param hash of the word; undefined beyond ASCII
   */
  add(bytes: Buffer, from: number, to: number, hash: number | undefined): boolean {
    const folded = hash ?? hashWordBytes(bytes, from, to);
    const place = (folded ^ (folded >>> 16)) & SEEN_BITS;
    if (this.#seen[place] === folded) return isLevelWord(folded);
    this.#seen[place] = folded;
    if (to - from <= SMALL_NUMBER_DIGITS_MAX && isDigits(bytes, from, to)) return false;
    if (this.#count === this.#hashes.length) {
      const grown = new Int32Array(this.#hashes.length * 2);
      grown.set(this.#hashes);
      this.#hashes = grown;
    }
    this.#hashes[this.#count++] = folded;
    return isLevelWord(folded);
  }
}

function isDigits(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x30 || byte > 0x39) return false;
  }
  return true;
}
