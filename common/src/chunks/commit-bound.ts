/**
 * How far commits had come at one moment, in all stretches of their numbers (`stretch.ts`): what was committed by
 * then is within it, and nothing that came later.
 */
import type { ChunkEntry } from './chunks.ts';
import { baseOf, stretchOf } from './stretch.ts';

type Sequences = Pick<ChunkEntry, 'firstSequence' | 'lastSequence'>;

/** See the file's head. */
export class CommitBound {
  /** Of each stretch that numbers were still given out of, the last one; of the newest stretch always. */
  readonly ends: readonly number[];
  readonly #endOf: ReadonlyMap<number, number>;
  readonly #newest: number;

  /** @param ends see the field; stretches before the newest one that have none are within it as a whole */
  constructor(ends: readonly number[]) {
    this.ends = ends;
    this.#endOf = new Map(ends.map((end) => [stretchOf(end), end]));
    this.#newest = Math.max(...this.#endOf.keys());
  }

  /** True if the commit of that number had been made. */
  isWithin(sequence: number): boolean {
    return sequence <= this.#lastOf(stretchOf(sequence));
  }

  /** True if something of a chunk may be within it. */
  mayHave({ firstSequence, lastSequence }: Sequences): boolean {
    return stretchOf(firstSequence) !== stretchOf(lastSequence) || this.isWithin(firstSequence);
  }

  /** True if all of a chunk is certainly within it. */
  hasAll({ firstSequence, lastSequence }: Sequences): boolean {
    return stretchOf(firstSequence) === stretchOf(lastSequence) && this.isWithin(lastSequence);
  }

  /** What is within this and within another one. */
  and(other: CommitBound): CommitBound {
    const newest = Math.min(this.#newest, other.#newest);
    const stretches = new Set([...this.#endOf.keys(), ...other.#endOf.keys(), newest]);
    const ends = [...stretches]
      .filter((stretch) => stretch <= newest)
      .map((stretch) => Math.min(this.#lastOf(stretch), other.#lastOf(stretch)));
    return new CommitBound(ends.sort((a, b) => a - b));
  }

  #lastOf(stretch: number): number {
    const end = this.#endOf.get(stretch);
    if (end !== undefined) return end;
    return stretch < this.#newest ? baseOf(stretch + 1) - 1 : baseOf(stretch);
  }
}
