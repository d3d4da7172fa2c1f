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
  const heads = await Promise.all(streams.map((stream) => stream.next()));
  for (;;) {
    let first = -1;
    for (const [index, head] of heads.entries()) {
      if (head.done) continue;
      const best = heads[first];
      if (!best || best.done || isBefore(head.value, best.value, order)) first = index;
    }
    const head = heads[first];
    if (!head || head.done) return;
    yield head.value;
    heads[first] = (await streams[first]?.next()) ?? { done: true, value: undefined };
  }
}

function isBefore(a: LogRecord, b: LogRecord, order: Order): boolean {
  return comparePositions(positionOfRecord(a), positionOfRecord(b), order) < 0;
}
