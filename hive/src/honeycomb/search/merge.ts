import type { LogRecord } from '@apiary/common/record.ts';
import { comparePositions, type Order, type Position } from './position.ts';

/** Where a record stands in a result. */
export function positionOfRecord({ id, time }: LogRecord): Position {
  const [generation = '', offset = '0'] = id.split(':');
  return { time, generation, offset: Number(offset) };
}

/**
 * Merges streams that are in order into one: a record comes out once no other stream can bring an earlier
 * one, so after each stream that goes on has given its next.
 */
export async function* merge(
  streams: readonly AsyncIterator<LogRecord>[],
  order: Order,
): AsyncGenerator<LogRecord> {
  const heads = (await Promise.all(streams.map((stream) => stream.next()))).map(headOf);
  for (;;) {
    let first = -1;
    let best: Head | undefined;
    for (const [index, head] of heads.entries()) {
      if (!head || (best && comparePositions(head.position, best.position, order) >= 0)) continue;
      best = head;
      first = index;
    }
    if (!best) return;
    yield best.record;
    const next = await streams[first]?.next();
    heads[first] = next && headOf(next);
  }
}

/** The record of a stream that comes next. */
interface Head {
  readonly record: LogRecord;
  readonly position: Position;
}

function headOf(next: IteratorResult<LogRecord>): Head | undefined {
  return next.done ? undefined : { record: next.value, position: positionOfRecord(next.value) };
}
