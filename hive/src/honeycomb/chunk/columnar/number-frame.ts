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

function numberAt({ values, planes }: NumberFrame, value: number): number {
  let number = planes[value] ?? 0;
  if (values < planes.length) number |= (planes[values + value] ?? 0) << 8;
  if (2 * values < planes.length) number |= (planes[2 * values + value] ?? 0) << 16;
  return number;
}
