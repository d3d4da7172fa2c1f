/** Loops over numbers of words. */

/** How numbers stand in planes. */
export interface NumberLayout {
  /** Planes of bytes: the lowest of each number; and the next one of each. */
  readonly bytes: 1 | 2;
  /** What each has beyond those, packed from the lowest bit of a byte on; 0, 1, 2, 4 or 8. */
  readonly highBits: number;
}

/** Numbers of words. */
export interface NumberFrame {
  /** How many. */
  readonly values: number;
  /** The planes, one behind the other. */
  readonly planes: Buffer;
  readonly layout: NumberLayout;
}

/** The layout for numbers below `words`, of which there are at most 16,777,216. `highBits`: where it is not the least. */
export function numberLayout(words: number, highBits?: number): NumberLayout {
  if (words <= 1 << 8) return { bytes: 1, highBits: 0 };
  if (words <= 1 << 16) return { bytes: 2, highBits: 0 };
  const least = [1, 2, 4].find((bits) => words <= 1 << (16 + bits)) ?? 8;
  return { bytes: 2, highBits: highBits ?? least };
}

/** Bytes of the planes of so many numbers. */
export function planesBytes({ bytes, highBits }: NumberLayout, values: number): number {
  return bytes * values + Math.ceil((highBits * values) / 8);
}

/** Some of the values of a frame. */
export interface ValueRange {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** Words, END_MARK behind each, and where each begins; one more than there are. */
interface Words {
  readonly bytes: Buffer;
  readonly start: Uint32Array;
}

/** Where words are written to. */
interface WordTarget {
  readonly target: Buffer;
  readonly at: number;
  /** An END_MARK is to be behind each word. */
  readonly hasMarks: boolean;
}

/** Writes the words of some values; gives the place behind them. */
export function writeWords(
  frame: NumberFrame,
  { from, to }: ValueRange,
  { bytes, start }: Words,
  { target, at: begin, hasMarks }: WordTarget,
): number {
  const hidden = hasMarks ? 0 : 1;
  let at = begin;
  for (let value = from; value < to; value++) {
    const number = numberAt(frame, value);
    const end = (start[number + 1] ?? 0) - hidden;
    for (let byte = start[number] ?? 0; byte < end; byte++) target[at++] = bytes[byte] ?? 0;
  }
  return at;
}

/** Bytes of what {@link writeWords} writes. */
export function bytesOf(
  frame: NumberFrame,
  { from, to }: ValueRange,
  { start }: Words,
  hasMarks: boolean,
): number {
  let bytes = hasMarks ? 0 : from - to;
  for (let value = from; value < to; value++) {
    const number = numberAt(frame, value);
    bytes += (start[number + 1] ?? 0) - (start[number] ?? 0);
  }
  return bytes;
}

function numberAt({ values, planes, layout }: NumberFrame, value: number): number {
  let number = planes[value] ?? 0;
  const { bytes, highBits } = layout;
  if (bytes > 1) number |= (planes[values + value] ?? 0) << 8;
  if (highBits > 0) {
    const bit = value * highBits;
    const bits = (planes[2 * values + (bit >> 3)] ?? 0) >> (bit & 7);
    number |= (bits & ((1 << highBits) - 1)) << 16;
  }
  return number;
}
