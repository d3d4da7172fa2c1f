/** Cuts bytes of a file into a run of records: pure, so that every edge has a unit test. */
import { MESSAGE_RAW_BYTES_MAX } from '@apiary/common/limits.ts';
import type { Multiline, Waits } from './multiline.ts';

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
 * Takes as many records as there are; a part of a line where `CutRequest` says so. {@link Waits}: there is
 * but one, and its next line is waited for.
 */
export function cutLines(request: CutRequest): Cut | Waits | undefined {
  const { bytes, offset } = request;
  const end = Math.min(bytes.length, request.beginBefore - offset);
  let count = 0;
  let start = 0;
  // One table for all: a message of short lines has hundred thousands of them.
  lengths ??= new Uint32Array(MESSAGE_RAW_BYTES_MAX + 1);
  while (start < end) {
    const newline = bytes.indexOf(NEWLINE, start);
    if (newline < 0) break;
    lengths[count++] = newline + 1 - start;
    start = newline + 1;
  }
  const rest = bytes.length - start;
  const isTooLong = request.isFullMessage && count === 0;
  const takesRest = rest > 0 && start < end && (isTooLong || request.flush);
  if (takesRest) lengths[count++] = rest;
  if (count === 0) return undefined;
  const lines = lengths.subarray(0, count);
  const joined = request.multiline?.join(bytes, lines);
  if (!joined) return cutOf(lines, takesRest);
  const mayGoOn = !takesRest && !request.isQuiet && offset + start < request.beginBefore;
  if (!mayGoOn) return cutOf(joined.lengths, takesRest);
  if (joined.closed === 0) return joined.waitsFor;
  return cutOf(joined.lengths.slice(0, joined.closed), false);
}

let lengths: Uint32Array | undefined;

function cutOf(each: ArrayLike<number>, endsMidRecord: boolean): Cut {
  const sourceLengths = new Uint32Array(each);
  let length = 0;
  for (let index = 0; index < sourceLengths.length; index++) length += sourceLengths[index] ?? 0;
  return { length, sourceLengths, endsMidRecord };
}

/** How many NULs begin the bytes, if they are a hole (or all that there is); else 0. */
export function holeLength(bytes: Uint8Array, offset: number): number {
  if (bytes[0] !== 0) return 0;
  let length = 1;
  while (length < bytes.length && bytes[length] === 0) length++;
  const least = offset === 0 ? HOLE_AT_START_BYTES_MIN : HOLE_BYTES_MIN;
  return length >= least ? length : 0;
}
