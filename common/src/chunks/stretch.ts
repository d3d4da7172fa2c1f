/**
 * Commits are numbered in *stretches*: each owner of a segment has one to give out, and no number of it is
 * another's. Where there is one segment at a time all of them lie in the first one.
 */
import { SEQUENCES_PER_OWNER } from '../limits/mongodb.ts';
import type { ChunkEntry } from './chunks.ts';

/** The stretch that a commit lies in. */
export function stretchOf(sequence: number): number {
  return Math.floor(sequence / SEQUENCES_PER_OWNER);
}

/** The number before the first of a stretch. */
export function baseOf(stretch: number): number {
  return stretch * SEQUENCES_PER_OWNER;
}

/** Of each stretch that sealed chunks have something of, a number behind which they have nothing. */
export function sealedEnds(chunks: Iterable<ChunkEntry>): Map<number, number> {
  const ends = new Map<number, number>();
  const note = (sequence: number) => {
    const stretch = stretchOf(sequence);
    ends.set(stretch, Math.max(ends.get(stretch) ?? 0, sequence));
  };
  for (const { firstSequence, lastSequence } of chunks) {
    note(lastSequence);
    // Where a chunk holds the rest of an earlier owner, how far that one came is not told.
    const first = stretchOf(firstSequence);
    if (first !== stretchOf(lastSequence)) note(baseOf(first + 1) - 1);
  }
  return ends;
}
