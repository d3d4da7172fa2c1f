import { MESSAGE_RAW_BYTES_MAX } from '@apiary/common/limits.ts';
import { readAt } from './identity.ts';

const STEP_BYTES = 4096;

/**
 * The offset after the last newline before `end`: where to begin so that a line being written is not cut.
 * `end` itself when there is none within MESSAGE_RAW_BYTES_MAX; 0 for a first line being written.
 */
export function endOfLastLine(fd: number, end: number): number {
  const least = Math.max(0, end - MESSAGE_RAW_BYTES_MAX);
  for (let to = end; to > least; to -= STEP_BYTES) {
    const from = Math.max(least, to - STEP_BYTES);
    const newline = readAt(fd, from, to - from).lastIndexOf(10);
    if (newline >= 0) return from + newline + 1;
  }
  return least === 0 ? 0 : end;
}
