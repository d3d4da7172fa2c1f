/**
 * Is this the file that was read before? Device and inode alone do not tell: inodes are used again, and a
 * file may be truncated and written anew. So the first bytes and the bytes before the offset are
 * compared too, and the birth time where the file system has one.
 */
import { fstatSync, readSync, type Stats } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { GenerationRecord } from '../../checkpoint.ts';

/** Bytes of a file's head that are compared. */
export const HEAD_BYTES = 1024;
/** Bytes before the offset that are compared. */
export const TAIL_BYTES = 64;

/** A generation's marks, as far as content goes. */
export type ContentMarks = Pick<
  GenerationRecord,
  'headLength' | 'headCrc' | 'confirmed' | 'tailLength' | 'tailCrc'
>;

/** A key for one inode. */
export function inodeKey(stat: { readonly dev: number; readonly ino: number }): string {
  return `${stat.dev}:${stat.ino}`;
}

/** Reads up to `length` bytes at `position`; fewer at the end of the file. */
export function readAt(fd: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(fd, buffer, filled, length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** The marks of a file's head as it is now. */
export function headOf(fd: number): Pick<GenerationRecord, 'headLength' | 'headCrc'> {
  const head = readAt(fd, 0, HEAD_BYTES);
  return { headLength: head.length, headCrc: crc32(head) };
}

/** The birth time, or 0 where the file system only pretends to have one. */
export function birthOf(stat: Stats): number {
  return stat.birthtimeMs > 0 && stat.birthtimeMs < stat.ctimeMs ? stat.birthtimeMs : 0;
}

/** True if the inode's birth does not speak against it being the recorded one. */
function birthAgrees(record: GenerationRecord, stat: Stats): boolean {
  return record.birthMs === 0 || stat.birthtimeMs <= 0 || stat.birthtimeMs === record.birthMs;
}

/** True if the file bears these marks: long enough, same head, same bytes before the offset. */
export function bearsMarks(fd: number, marks: ContentMarks): boolean {
  if (fstatSync(fd).size < marks.confirmed) return false;
  const head = readAt(fd, 0, marks.headLength);
  if (head.length < marks.headLength || crc32(head) !== marks.headCrc) return false;
  const tail = readAt(fd, marks.confirmed - marks.tailLength, marks.tailLength);
  return tail.length === marks.tailLength && crc32(tail) === marks.tailCrc;
}

/**
 * True if an open file is the one that was recorded, as far as its age and content tell. What was empty and has no age
 * proves nothing: its inode may have been used again, by a file that was born after the last that was seen of this one.
 */
export function isRecorded(fd: number, stat: Stats, record: GenerationRecord): boolean {
  const hasMarks = record.headLength > 0 || record.birthMs > 0;
  const isOldEnough = hasMarks || birthOf(stat) <= record.writtenMs;
  return isOldEnough && birthAgrees(record, stat) && bearsMarks(fd, record);
}

/** True if all of `fd`, as far as it is looked at, equals the beginning of `of`: a copy under way. */
export function isBeginningOf(fd: number, of: number): boolean {
  const { size } = fstatSync(fd);
  if (size === 0 || size > fstatSync(of).size) return false;
  const length = Math.min(size, HEAD_BYTES);
  if (!readAt(fd, 0, length).equals(readAt(of, 0, length))) return false;
  const last = Math.min(size, TAIL_BYTES);
  return readAt(fd, size - last, last).equals(readAt(of, size - last, last));
}
