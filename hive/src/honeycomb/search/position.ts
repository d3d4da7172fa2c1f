/** The order of records in a result: by time, then generation, then offset; and cursors, which name a place in it. */
import { AppError } from '@apiary/common/errors.ts';
import type { RecordSet } from '../records/record-set.ts';

/** A record's place in the order. */
export interface Position {
  readonly time: number;
  readonly generation: string;
  readonly offset: number;
}

/** Which end of time comes first. */
export type Order = 'newest' | 'oldest';

/** The place of a row. */
export function positionOf(set: RecordSet, row: number): Position {
  return {
    time: set.time(row),
    generation: set.source(row).generation,
    offset: set.offset(row),
  };
}

/** Negative when `a` comes before `b`. */
export function comparePositions(a: Position, b: Position, order: Order): number {
  const ascending = compareAscending(a, b);
  return order === 'oldest' ? ascending : -ascending;
}

function compareAscending(a: Position, b: Position): number {
  if (a.time !== b.time) return a.time - b.time;
  if (a.generation !== b.generation) return a.generation < b.generation ? -1 : 1;
  return a.offset - b.offset;
}

/** A position as a page's `next`. */
export function formatCursor({ time, generation, offset }: Position): string {
  return `${time}:${generation}:${offset}`;
}

/** Reads a page's `next`. @throws AppError `request-invalid` */
export function parseCursor(text: string): Position {
  const match = /^(-?\d{1,16}(?:\.\d{1,6})?):([0-9a-f]{16}):(\d{1,16})$/.exec(text);
  const [, time, generation, offset] = match ?? [];
  if (generation === undefined) {
    throw new AppError('request-invalid', 'The cursor is not one that a search gave.');
  }
  return { time: Number(time), generation, offset: Number(offset) };
}
