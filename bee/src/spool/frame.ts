/**
 * Frames of a spool: how a record lies on disk. Little endian: length of what follows the checksum (4),
 * its CRC-32 (4), flags (1), when it was received in ms since 1970 (8), lengths of name and cursor (2 + 2),
 * name, cursor, body. A record longer than a frame's body takes several frames, marked like parts of a line.
 */
import { crc32 } from 'node:zlib';
import { SPOOL_FRAME_BODY_BYTES_MAX } from '@apiary/common/limits.ts';

const PREFIX_BYTES = 8;
const FIXED_BYTES = 13;
const NAME_BYTES_MAX = 1024;
const CURSOR_BYTES_MAX = 4096;
const STARTS_MID_RECORD = 1;
const ENDS_MID_RECORD = 2;
const HISTORY = 4;

/** The largest frame; a reader's buffer holds at least one. */
export const FRAME_BYTES_MAX =
  PREFIX_BYTES + FIXED_BYTES + NAME_BYTES_MAX + CURSOR_BYTES_MAX + SPOOL_FRAME_BODY_BYTES_MAX;

/** What an input hands over. */
export interface SpoolRecord {
  /** The record's bytes without a line end; one without bytes is left out. */
  readonly body: Uint8Array;
  /** What stands in the record's `file`, at most 1 KiB; the target's URL where it is absent. */
  readonly name?: string;
  /** Where its source goes on after this record, at most 4 KiB. */
  readonly cursor?: string;
  /** It was there before its target was set. */
  readonly history?: boolean;
}

/** A frame as read. */
export interface Frame {
  /** Bytes that it takes in the spool. */
  readonly length: number;
  readonly observedMs: number;
  readonly startsMidRecord: boolean;
  readonly endsMidRecord: boolean;
  readonly history: boolean;
  readonly name: string;
  readonly cursor: string;
  /** A view into the bytes that were read. */
  readonly body: Buffer;
}

/** The frames of a record, in order; none for an empty body. */
export function encodeRecord(record: SpoolRecord, observedMs: number): Buffer[] {
  const { body } = record;
  const name = Buffer.from(cut(record.name ?? '', NAME_BYTES_MAX));
  const cursor = Buffer.from(record.cursor ?? '');
  if (cursor.length > CURSOR_BYTES_MAX) throw new RangeError('a cursor longer than 4 KiB');
  const frames: Buffer[] = [];
  for (let from = 0; from < body.length; from += SPOOL_FRAME_BODY_BYTES_MAX) {
    const part = body.subarray(from, from + SPOOL_FRAME_BODY_BYTES_MAX);
    const isLast = from + part.length === body.length;
    const flags =
      (from > 0 ? STARTS_MID_RECORD : 0) |
      (isLast ? 0 : ENDS_MID_RECORD) |
      (record.history ? HISTORY : 0);
    // A source goes on after the whole record only.
    frames.push(encodeFrame({ flags, observedMs, name, cursor: isLast ? cursor : NONE, part }));
  }
  return frames;
}

/** Reads the frame at `at`; undefined if it is not whole or damaged. */
export function decodeFrame(bytes: Buffer, at: number): Frame | undefined {
  if (at + PREFIX_BYTES + FIXED_BYTES > bytes.length) return undefined;
  const length = bytes.readUInt32LE(at);
  const start = at + PREFIX_BYTES;
  const end = start + length;
  if (length < FIXED_BYTES || end > bytes.length || end - at > FRAME_BYTES_MAX) return undefined;
  if (crc32(bytes.subarray(start, end)) !== bytes.readUInt32LE(at + 4)) return undefined;
  const flags = bytes.readUInt8(start);
  const nameFrom = start + FIXED_BYTES;
  const cursorFrom = nameFrom + bytes.readUInt16LE(start + 9);
  const bodyFrom = cursorFrom + bytes.readUInt16LE(start + 11);
  if (bodyFrom > end) return undefined;
  return {
    length: end - at,
    observedMs: bytes.readDoubleLE(start + 1),
    startsMidRecord: (flags & STARTS_MID_RECORD) !== 0,
    endsMidRecord: (flags & ENDS_MID_RECORD) !== 0,
    history: (flags & HISTORY) !== 0,
    name: bytes.toString('utf8', nameFrom, cursorFrom),
    cursor: bytes.toString('utf8', cursorFrom, bodyFrom),
    body: bytes.subarray(bodyFrom, end),
  };
}

const NONE = Buffer.alloc(0);

function encodeFrame(content: {
  readonly flags: number;
  readonly observedMs: number;
  readonly name: Buffer;
  readonly cursor: Buffer;
  readonly part: Uint8Array;
}): Buffer {
  const { flags, observedMs, name, cursor, part } = content;
  const length = FIXED_BYTES + name.length + cursor.length + part.length;
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + length);
  frame.writeUInt32LE(length, 0);
  frame.writeUInt8(flags, 8);
  frame.writeDoubleLE(observedMs, 9);
  frame.writeUInt16LE(name.length, 17);
  frame.writeUInt16LE(cursor.length, 19);
  frame.set(name, 21);
  frame.set(cursor, 21 + name.length);
  frame.set(part, 21 + name.length + cursor.length);
  frame.writeUInt32LE(crc32(frame.subarray(PREFIX_BYTES)), 4);
  return frame;
}

/** Shortens a text to so many bytes of UTF-8. */
function cut(text: string, bytesMax: number): string {
  if (Buffer.byteLength(text) <= bytesMax) return text;
  return Buffer.from(text)
    .subarray(0, bytesMax)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
}
