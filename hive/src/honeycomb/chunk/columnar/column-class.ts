/**
 * The order of columns: by the characters that their values have, so that a word with letters is looked for in the
 * frames of values with letters alone, and like is compressed with like. Measured on 31 MB of JSON: of 53 frames a prefix
 * reads 12, in place of all, and they are an eighth smaller; of logs of several systems 2 %.
 */
import { FULL_MASK } from './words.ts';

/** How many classes there are. */
export const COLUMN_CLASSES = 6;
/** Columns whose values are in the lexicon. */
export const LISTED_CLASS = 5;
const RAW_CLASS = 4;
const BEYOND_ASCII_CLASS = 3;
const ASCII_CLASS = 2;
const LETTERS = (1 << 26) - 1;
const HEX_LETTERS = 0b11_1111;

/** A column's class, where its values are not in the lexicon: 0 no letters, 1 none past `f`, 2 ASCII, 3 any bytes, 4 raw rows. @param mask see CHARACTER_BITS */
export function columnClass(mask: number, isRaw: boolean): number {
  if (isRaw) return RAW_CLASS;
  if (mask === FULL_MASK) return BEYOND_ASCII_CLASS;
  const letters = mask & LETTERS;
  if (letters === 0) return 0;
  return (letters & ~HEX_LETTERS) === 0 ? 1 : ASCII_CLASS;
}

/** True where values may be words that others have, too. */
export function mayBeListed(mask: number): boolean {
  const own = columnClass(mask, false);
  return own === ASCII_CLASS || own === BEYOND_ASCII_CLASS;
}

/**
 * Slots in the order of their columns: by class, and in it by number.
 *
 * @param mask by slot; the last is that of raw rows
 * @param listed by slot: 1 where its values are in the lexicon
 */
export function columnOrder(mask: Int32Array, listed: Uint8Array): number[] {
  const classes: number[][] = Array.from({ length: COLUMN_CLASSES }, () => []);
  for (let slot = 0; slot < mask.length; slot++) {
    const isRaw = slot === mask.length - 1;
    const own = listed[slot] === 1 ? LISTED_CLASS : columnClass(mask[slot] ?? 0, isRaw);
    classes[own]?.push(slot);
  }
  return classes.flat();
}
