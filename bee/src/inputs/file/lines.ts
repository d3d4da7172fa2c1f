/** Cuts bytes of a file into a run of records: pure, so that every edge has a unit test. */
import type { Multiline } from './multiline.ts';

const NEWLINE = 10;
/** Fewer NULs at a file's start are taken for content; more are what a truncation left behind. */
const HOLE_AT_START_BYTES_MIN = 16;
/** The same for NULs at the start of a later line: a page, as file systems leave after a crash. */
const HOLE_BYTES_MIN = 4096;

/** What to cut. */
export interface CutRequest {
  /** The file's bytes from `offset` on. */
  readonly bytes: Buffer;
  readonly offset: number;
  /** The bytes are as many as a message can hold: a line without an end is sent in parts. */
  readonly isFullMessage: boolean;
  /** Send an unfinished last line too. */
  readonly flush: boolean;
  /** Take only lines that begin before this offset. */
  readonly beginBefore: number;
  /** How lines are joined; absent: each is a record. */
  readonly multiline?: Multiline | undefined;
  /** No more is waited for: the last record is complete. */
  readonly isQuiet?: boolean;
}

/** A run's lengths; `undefined` when there is no whole line. */
export interface Cut {
  /** Bytes of `bytes` that the run takes. */
  readonly length: number;
  readonly sourceLengths: Uint32Array;
  readonly endsMidRecord: boolean;
  /** The records' bytes, where these are not the source's own. */
  readonly bodies?: { readonly data: Buffer; readonly lengths: Uint32Array };
}

/**
 * Takes as many records as there are; a part of a line where `CutRequest` says so. `held`: there is but one,
 * and its next line is waited for.
 */
export function cutLines(request: CutRequest): Cut | 'held' | undefined {
  const { bytes, offset, beginBefore } = request;
  const lengths: number[] = [];
  let start = 0;
  while (start < bytes.length && offset + start < beginBefore) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) break;
    lengths.push(end + 1 - start);
    start = end + 1;
  }
  const rest = bytes.length - start;
  const isTooLong = request.isFullMessage && lengths.length === 0;
  const takesRest = rest > 0 && offset + start < beginBefore && (isTooLong || request.flush);
  if (takesRest) lengths.push(rest);
  if (lengths.length === 0) return undefined;
  const joined = request.multiline?.join(bytes, lengths);
  if (!joined) return cutOf(lengths, takesRest);
  const mayGoOn = !takesRest && !request.isQuiet && offset + start < beginBefore;
  if (!mayGoOn) return cutOf(joined.lengths, takesRest);
  return joined.closed === 0 ? 'held' : cutOf(joined.lengths.slice(0, joined.closed), false);
}

function cutOf(lengths: readonly number[], endsMidRecord: boolean): Cut {
  const length = lengths.reduce((sum, each) => sum + each, 0);
  return { length, sourceLengths: Uint32Array.from(lengths), endsMidRecord };
}

/** How many NULs begin the bytes, if they are a hole (or all that there is); else 0. */
export function holeLength(bytes: Uint8Array, offset: number): number {
  if (bytes[0] !== 0) return 0;
  let length = 1;
  while (length < bytes.length && bytes[length] === 0) length++;
  const least = offset === 0 ? HOLE_AT_START_BYTES_MIN : HOLE_BYTES_MIN;
  return length >= least ? length : 0;
}
