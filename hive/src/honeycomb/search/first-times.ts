import type { ListedChunk } from '../holdings/chunks-by-time.ts';
import type { Order } from './position.ts';

/** Chunks that are looked at: of who has none among them it is known that its chunks come behind. */
const CHUNKS_MAX = 64;

/**
 * Of each of several holders of chunks the time of the first record that its chunks can have, or one before it.
 *
 * @param walk all chunks, in the order in which they can hold the first record
 * @param holders how many are told of
 */
export function firstTimes(
  walk: Iterable<ListedChunk>,
  order: Order,
  { holderOf, holders }: { holderOf(chunk: ListedChunk): number; readonly holders: number },
): (holder: number) => number {
  const times = new Map<number, number>();
  // Where there are no more chunks, nobody else has any.
  let others = order === 'newest' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  let looked = 0;
  for (const chunk of walk) {
    const holder = holderOf(chunk);
    const time = order === 'newest' ? chunk.maxTime : chunk.minTime;
    if (!times.has(holder)) times.set(holder, time);
    if (++looked < CHUNKS_MAX && times.size < holders) continue;
    others = time;
    break;
  }
  return (holder) => times.get(holder) ?? others;
}
