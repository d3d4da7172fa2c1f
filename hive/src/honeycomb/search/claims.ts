/**
 * Which chunks of one search who looks at, where several threads share it: each chunk goes to whoever claims it first.
 * Everybody claims those that are their own, in order; who has none left takes over from the end of what others have.
 */
import assert from 'node:assert/strict';
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import type { Order } from './position.ts';

/** A chunk that another one looks at, unless it is taken over. */
export interface SpareChunk {
  /** Its place among all chunks of the search. */
  readonly index: number;
  readonly minTime: number;
  readonly maxTime: number;
  /** @throws AppError `not-found` */
  readonly entry: () => ChunkEntry;
}

/** What somebody who looks at a part of the chunks has to know of the others. */
export interface SharedChunks {
  readonly claims: Claims;
  /** A chunk's place among all chunks of the search; undefined: nobody else can look at it. */
  readonly placeOf: (chunk: string) => number | undefined;
  /** What the others have, each of them. */
  readonly others: readonly (readonly SpareChunk[])[];
}

/** See the file's head. */
export class Claims {
  /** By place of a chunk: 0, or who has it. */
  readonly #holders: Int32Array;
  readonly #holder: number;

  /** @param shared of {@link newClaims} @param holder whose claims these are: another number above 0 for each */
  constructor(shared: SharedArrayBuffer, holder: number) {
    assert(holder > 0, 'a holder has a number above 0');
    this.#holders = new Int32Array(shared);
    this.#holder = holder;
  }

  /** True if the chunk is to be looked at here: nobody else does. */
  take(index: number): boolean {
    return Atomics.compareExchange(this.#holders, index, 0, this.#holder) === 0;
  }

  isFree(index: number): boolean {
    return Atomics.load(this.#holders, index) === 0;
  }

  /** True if the chunk is to be looked at here, as `lost`, who had claimed it, does not any more. */
  takeFrom(index: number, lost: number): boolean {
    return Atomics.compareExchange(this.#holders, index, lost, this.#holder) === lost;
  }
}

/** Memory for the claims of a search: nobody has claimed anything. */
export function newClaims(chunks: number): SharedArrayBuffer {
  return new SharedArrayBuffer(chunks * Int32Array.BYTES_PER_ELEMENT);
}

/** What is left of what the others have. */
export class SpareChunks {
  readonly #claims: Claims;
  /** Of each of them, what they come to last first. */
  readonly #lists: SpareChunk[][];

  constructor({ claims, others }: SharedChunks, order: Order) {
    this.#claims = claims;
    this.#lists = others.map((chunks) =>
      [...chunks].sort((a, b) =>
        order === 'newest' ? a.maxTime - b.maxTime : b.minTime - a.minTime,
      ),
    );
  }

  /**
   * Claims a chunk; undefined where there is nothing to be taken over. The last one that is left stays with whom it is
   * of, who may have it decoded.
   */
  next(isWanted: (chunk: SpareChunk) => boolean): SpareChunk | undefined {
    for (const list of this.#lists) {
      for (let [chunk, following] = list; chunk; [chunk, following] = list) {
        const isFree = this.#claims.isFree(chunk.index);
        if (isFree && !(following && this.#claims.isFree(following.index))) break;
        if (isFree && !isWanted(chunk)) break;
        list.shift();
        if (isFree && this.#claims.take(chunk.index)) return chunk;
      }
    }
    return undefined;
  }
}
