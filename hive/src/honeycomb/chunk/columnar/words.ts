/**
 * Words as a chunk sees them: bytes by class, hashes and character masks of words without their case.
 * The classes are those of `common/query/words.ts`, byte by byte: whatever is beyond ASCII belongs to a
 * word, also where it is no UTF-8.
 */
import { foldCase } from '@apiary/common/query/words.ts';

/** Neither letter nor digit. */
export const BETWEEN = 0;
/** Letters, `_`, and everything beyond ASCII. */
export const LETTER = 1;
/** Digits: a token with one is a variable. */
export const DIGIT = 2;
/** Bytes that mark something in a template: rows with them are kept as they are. */
export const RESERVED = 4;

/** Where a template's time stamp is. */
export const STAMP_MARK = 1;
/** Where a template's variable is. */
export const SLOT_MARK = 2;
/** Ends templates in the dictionary, and values in a column. */
export const END_MARK = 10;

/** The class of each byte. */
export const BYTE_CLASS = new Uint8Array(256);
/** Each byte in lower case. */
export const LOWER = new Uint8Array(256);
/** What a character adds to a mask; all bits beyond ASCII, where folding may give anything. */
export const CHARACTER_BITS = new Int32Array(256);
/** The mask of values with characters beyond ASCII. */
export const FULL_MASK = -1;

const DIGIT_BIT = 1 << 27;
const UNDERSCORE_BIT = 1 << 26;

for (let byte = 0; byte < 256; byte++) {
  const isUpper = byte >= 0x41 && byte <= 0x5a;
  const low = isUpper ? byte + 32 : byte;
  LOWER[byte] = low;
  const isLetter = low >= 0x61 && low <= 0x7a;
  if (isLetter || byte === 0x5f || byte >= 0x80) BYTE_CLASS[byte] = LETTER;
  else if (byte >= 0x30 && byte <= 0x39) BYTE_CLASS[byte] = DIGIT;
  if (isLetter) CHARACTER_BITS[byte] = 1 << (low - 0x61);
  else if (byte === 0x5f) CHARACTER_BITS[byte] = UNDERSCORE_BIT;
  else if (byte >= 0x80) CHARACTER_BITS[byte] = -1;
  else CHARACTER_BITS[byte] = DIGIT_BIT;
}
for (const byte of [STAMP_MARK, SLOT_MARK, END_MARK]) BYTE_CLASS[byte] = RESERVED;

/** Multiplies each state of a word's hash. */
export const HASH_FACTOR = 0x01000193;

/** The hash of a word from its last state. */
export function finishHash(state: number): number {
  const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}

/** The first state of a word's hash. */
export const HASH_BASIS = 0x811c9dc5 | 0;

/** Hash of a word's bytes, ASCII letters in lower case. What is beyond ASCII is folded first. */
export function hashWordBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = HASH_BASIS;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80) return hashWord(Buffer.from(bytes.subarray(from, to)).toString('utf8'));
    hash = Math.imul(hash ^ (LOWER[byte] ?? 0), HASH_FACTOR);
  }
  return finishHash(hash);
}

/** The same hash of a word of a query. */
export function hashWord(word: string): number {
  let hash = HASH_BASIS;
  for (const byte of Buffer.from(foldCase(word), 'utf8')) {
    hash = Math.imul(hash ^ byte, HASH_FACTOR);
  }
  return finishHash(hash);
}

/** The mask of a folded text: a value can contain the text only if it has all of these bits. */
export function maskOf(folded: string): number {
  let mask = 0;
  for (const byte of Buffer.from(folded, 'utf8')) {
    // A folded text beyond ASCII comes from bytes beyond ASCII, whose masks are full.
    mask |= byte >= 0x80 ? 0x0fffffff : (CHARACTER_BITS[byte] ?? 0);
  }
  return mask;
}

/** True for words that are not worth a place in a bloom: up to three digits. */
export function isSmallNumber(word: string): boolean {
  return word.length <= 3 && /^[0-9]+$/.test(word);
}
