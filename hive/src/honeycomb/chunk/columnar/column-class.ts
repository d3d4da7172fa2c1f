/**
 * The order of columns: by the characters that their values have, so that a word with letters is looked for in the
 * frames of values with letters alone, and like is compressed with like. Measured on 31 MB of JSON: of 53 frames a prefix
 * reads 12, in place of all, and they are an eighth smaller; of logs of several systems 2 %.
 */
import { FULL_MASK } from './words.ts';

/** How many classes there are; the last is that of raw rows. */
export const COLUMN_CLASSES = 5;
const LETTERS = (1 << 26) - 1;
const HEX_LETTERS = 0b11_1111;
/** A column's class: 0 no letters, 1 none past `f`, 2 ASCII, 3 any bytes, 4 raw rows. @param mask see CHARACTER_BITS */
export function columnClass(mask: number, isRaw: boolean): number {
  if (isRaw) return 4;
  if (mask === FULL_MASK) return 3;
  const letters = mask & LETTERS;
  if (letters === 0) return 0;
  return (letters & ~HEX_LETTERS) === 0 ? 1 : 2;
}

/** Slots in the order of their columns: by class, and in it by number. @param mask by slot; the last is that of raw rows */
export function columnOrder(mask: Int32Array): number[] {
  const classes: number[][] = Array.from({ length: COLUMN_CLASSES }, () => []);
  for (let slot = 0; slot < mask.length; slot++) {
    classes[columnClass(mask[slot] ?? 0, slot === mask.length - 1)]?.push(slot);
  }
  return classes.flat();
}
