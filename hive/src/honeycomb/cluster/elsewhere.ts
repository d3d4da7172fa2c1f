/**
 * What is held by others where several honeycombs share a store. Searches ask them all; what looks at one
 * honeycomb's holdings alone tells with this what its answer lacks.
 */
import type { ChunkStore } from '@apiary/common/chunks/chunks.ts';
import type { Holdings } from '../holdings.ts';

/** One line for each segment, and one for all chunks, that `holdings` do not have; none when they have all. */
export async function heldElsewhere(
  store: Pick<ChunkStore, 'catalogue' | 'segments'>,
  holdings: Pick<Holdings, 'parts' | 'chunks'>,
): Promise<string[]> {
  const { chunks } = await store.catalogue();
  const segments = await store.segments();
  // Behind the catalogue: a chunk that was sealed here is known here before it is in there.
  const parts = holdings.parts();
  const own = new Set(parts.map(({ id }) => id));
  const known = new Set(holdings.chunks.map(({ id }) => id));
  for (const { open } of parts) for (const { chunk } of open) known.add(chunk);
  const others = segments.filter(({ id }) => !own.has(id));
  const unknown = chunks.filter(({ id }) => !known.has(id)).length;
  return [
    ...others.map(
      ({ id }) => `segment ${id}: another honeycomb holds it, and only searches ask it`,
    ),
    ...(unknown > 0
      ? [`${unknown} chunks that other honeycombs sealed: only searches look at them`]
      : []),
  ];
}
