/** Loops over numbers of words. */

/** Numbers: the lowest byte of each, then the next one of each; one to three planes. */
export interface NumberFrame {
  /** How many. */
  readonly values: number;
  readonly planes: Buffer;
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
  { values, planes }: NumberFrame,
  { from, to }: ValueRange,
  { bytes, start }: Words,
  { target, at: begin, hasMarks }: WordTarget,
): number {
  const [second, third] = [values, 2 * values];
  const hidden = hasMarks ? 0 : 1;
  let at = begin;
  for (let value = from; value < to; value++) {
    let number = planes[value] ?? 0;
    if (second < planes.length) number |= (planes[second + value] ?? 0) << 8;
    if (third < planes.length) number |= (planes[third + value] ?? 0) << 16;
    const end = (start[number + 1] ?? 0) - hidden;
    for (let byte = start[number] ?? 0; byte < end; byte++) target[at++] = bytes[byte] ?? 0;
  }
  return at;
}

/** Bytes of what {@link writeWords} writes. */
export function bytesOf(
  { values, planes }: NumberFrame,
  { from, to }: ValueRange,
  { start }: Words,
  hasMarks: boolean,
): number {
  const [second, third] = [values, 2 * values];
  let bytes = hasMarks ? 0 : from - to;
  for (let value = from; value < to; value++) {
    let number = planes[value] ?? 0;
    if (second < planes.length) number |= (planes[second + value] ?? 0) << 8;
    if (third < planes.length) number |= (planes[third + value] ?? 0) << 16;
    bytes += (start[number + 1] ?? 0) - (start[number] ?? 0);
  }
  return bytes;
}
