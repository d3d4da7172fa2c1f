/** What a look at an open file tells of it: that it changed, fell silent, or is done with. */
import type { Stats } from 'node:fs';
import { ROTATED_QUIET_MS, UNFINISHED_LINE_MS } from '@apiary/common/limits.ts';
import { birthOf } from './identity.ts';
import type { FileReader } from './reader.ts';
import { isCompressed } from './rotation.ts';

/** Takes over what the system says of a file; true if that is another size or time than before. */
export function noteChange(reader: FileReader, stat: Stats, nowMs: number): boolean {
  const { record } = reader.generation;
  if (!isCompressed(reader.path)) record.birthMs ||= birthOf(stat);
  if (stat.size === reader.size && stat.mtimeMs === reader.mtimeMs) return false;
  if (stat.size !== reader.size) {
    reader.grownMs = nowMs;
    // What was found silent is so no longer.
    reader.flush = false;
    reader.isQuiet = false;
  }
  reader.size = stat.size;
  reader.mtimeMs = stat.mtimeMs;
  record.writtenMs = Math.max(record.writtenMs, stat.mtimeMs);
  return true;
}

/** Sends an unfinished last line when nothing has come behind it for UNFINISHED_LINE_MS. */
export function noteSilence(reader: FileReader, nowMs: number): void {
  // The clock was set back.
  if (nowMs < reader.grownMs) reader.grownMs = nowMs;
  const isIdle = nowMs - reader.grownMs >= UNFINISHED_LINE_MS;
  reader.flush = isIdle && reader.size > reader.generation.record.quietTo;
}

/** True if a rotated file was read to its end, all of that is confirmed, and its writer has been silent. */
export function isFinished(reader: FileReader, nowMs: number): boolean {
  const isQuiet = nowMs - reader.grownMs >= ROTATED_QUIET_MS;
  return isQuiet && reader.unread === 0 && reader.generation.isSettled;
}
