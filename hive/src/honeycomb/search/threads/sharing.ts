/** One search's chunks as they are shared out, and who has claimed which: see {@link Claims}. */
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import { Claims, newClaims, type SharedChunks } from '../claims.ts';
import type { SentShare, SentSpare } from './search-messages.ts';

/** The holder of what this thread claims; that of another one is its place behind it. */
const HERE = 1;

/** See the file's head. */
export class Sharing {
  readonly #lists: readonly (readonly ChunkEntry[])[];
  readonly #memory: SharedArrayBuffer;
  readonly #claims: Claims;

  /** @param lists by place: the chunks of this thread, and of each other one */
  constructor(lists: readonly (readonly ChunkEntry[])[]) {
    this.#lists = lists;
    this.#memory = newClaims(lists.reduce((sum, { length }) => sum + length, 0));
    this.#claims = new Claims(this.#memory, HERE);
  }

  /** For this thread. */
  here(): SharedChunks {
    const [own = [], ...others] = this.#lists;
    const places = new Map(own.map(({ id }, index) => [id, index]));
    return {
      claims: this.#claims,
      placeOf: (id) => places.get(id),
      others: others.map((chunks, other) => {
        const first = this.#firstOf(other + 1);
        return chunks.map((entry, index) => ({
          index: first + index,
          minTime: entry.minTime,
          maxTime: entry.maxTime,
          entry: () => entry,
        }));
      }),
    };
  }

  /** For the thread at a place. */
  sent(place: number): SentShare {
    const spare = (chunks: readonly ChunkEntry[], other: number): SentSpare => ({
      first: this.#firstOf(other),
      ids: chunks.map(({ id }) => id),
      times: Float64Array.from(chunks.flatMap(({ minTime, maxTime }) => [minTime, maxTime])),
    });
    return {
      claims: this.#memory,
      holder: HERE + place,
      first: this.#firstOf(place),
      others: this.#lists.map(spare).filter((_, other) => other !== place),
    };
  }

  /** What is to be looked at here, as the thread with these claims ended without an answer. */
  lostWith(holder: number): ChunkEntry[] {
    const own = new Set(this.#lists[holder - HERE]);
    return this.#lists
      .flat()
      .filter(
        (entry, index) =>
          this.#claims.takeFrom(index, holder) || (own.has(entry) && this.#claims.take(index)),
      );
  }

  #firstOf(place: number): number {
    return this.#lists.slice(0, place).reduce((sum, { length }) => sum + length, 0);
  }
}
