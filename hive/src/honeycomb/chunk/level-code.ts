import { LEVELS } from '@apiary/common/record.ts';
import { levelOfBody } from '../records/record-facts.ts';
import type { RowBatch } from './row-batch.ts';

/** What a row's body states of its level, as chunks write it: 0 nothing, above that an index into LEVELS plus one. */
export function levelCode(
  { bytes, start }: Pick<RowBatch, 'bytes' | 'start'>,
  row: number,
): number {
  const level = levelOfBody(bytes.subarray(start[row], start[row + 1]));
  return level === undefined ? 0 : 1 + LEVELS.indexOf(level);
}
