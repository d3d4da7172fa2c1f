/**
 * Which chunks of one search who looks at, where several threads share it: each chunk goes to whoever claims it first.
 * Everybody claims those that are their own, in order; who has none left takes over from the end of what others have.
 */
import assert from 'node:assert/strict';
import type {
  ChunksByTime,
  ChunkWalk,
  ListedChunk,
  TimeRange,
} from '../holdings/chunks-by-time.ts';
import type { Order } from './position.ts';

/** Who looks at chunks of a home, by home: holders. */
export type Holders = Readonly<Uint8Array>;

/** See the file's head. */
export class Claims {
  /** By number of a chunk: 0, or who has it. */
  readonly #holders: Int32Array;
  readonly #holder: number;

  /** @param shared of {@link newClaims} @param holder whose claims these are: another number above 0 for each */
  constructor(shared: SharedArrayBuffer, holder: number) {
    assert(holder > 0, 'a holder has a number above 0');
    this.#holders = new Int32Array(shared);
    this.#holder = holder;
  }

  /** True if the chunk is to be looked at here: nobody else does. */
  take(number: number): boolean {
    return Atomics.compareExchange(this.#holders, number, 0, this.#holder) === 0;
  }

  isFree(number: number): boolean {
    return Atomics.load(this.#holders, number) === 0;
  }

  /** True if the chunk is to be looked at here, as `lost`, who had claimed it, does not any more. */
  takeFrom(number: number, lost: number): boolean {
    return Atomics.compareExchange(this.#holders, number, lost, this.#holder) === lost;
  }
}

/** Memory for the claims of a search: nobody has claimed anything. @param numbers all those of chunks are below it */
export function newClaims(numbers: number): SharedArrayBuffer {
  return new SharedArrayBuffer(numbers * Int32Array.BYTES_PER_ELEMENT);
}

/** What somebody who looks at a part of the chunks has to know of the others. */
export class SharedChunks {
  readonly claims: Claims;
  readonly #holder: number;
  readonly #holders: Holders;
  readonly #reserved: ReadonlySet<number>;

  /** @param options `reserved`: numbers of chunks that nobody else can read; they were claimed before anybody began */
  constructor(options: {
    readonly memory: SharedArrayBuffer;
    readonly holder: number;
    readonly holders: Holders;
    readonly reserved?: ReadonlySet<number>;
  }) {
    this.claims = new Claims(options.memory, options.holder);
    this.#holder = options.holder;
    this.#holders = options.holders;
    this.#reserved = options.reserved ?? new Set();
  }

  /** Everybody else who has chunks. */
  get others(): readonly number[] {
    return [...new Set(this.#holders)].filter((holder) => holder !== this.#holder);
  }

  holderOf({ home = 0 }: ListedChunk): number {
    return this.#holders[home] ?? 0;
  }

  /** Not with others, nor taken over by them. */
  isForHere(chunk: ListedChunk): boolean {
    if (this.#reserved.has(chunk.number)) return true;
    return this.holderOf(chunk) === this.#holder && this.claims.isFree(chunk.number);
  }

  /** Claims it. */
  take({ number }: ListedChunk): boolean {
    return this.#reserved.has(number) || this.claims.take(number);
  }
}

/** What is left of what the others have. */
export class SpareChunks {
  readonly #claims: Claims;
  /** Of each of them, what they come to last first: the next one, and the one that follows. */
  readonly #walks: readonly { readonly next: ChunkWalk; readonly behind: ChunkWalk }[];
  readonly #isOf: (chunk: ListedChunk, holder: number) => boolean;
  readonly #others: readonly number[];

  constructor(
    shared: SharedChunks,
    chunks: ChunksByTime,
    how: { readonly range: TimeRange; readonly order: Order },
  ) {
    this.#claims = shared.claims;
    this.#others = shared.others;
    this.#isOf = (chunk, holder) => shared.holderOf(chunk) === holder;
    const walk = () => chunks.walkBack(how.range, how.order);
    this.#walks = this.#others.map(() => ({ next: walk(), behind: walk() }));
  }

  /**
   * Claims a chunk; undefined where there is nothing to be taken over. The last one that is left stays with whom it is
   * of, who may have it decoded.
   */
  next(isWanted: (chunk: ListedChunk) => boolean): ListedChunk | undefined {
    for (const [index, { next, behind }] of this.#walks.entries()) {
      const holder = this.#others[index] ?? 0;
      const isLeft = (chunk: ListedChunk) =>
        this.#isOf(chunk, holder) && this.#claims.isFree(chunk.number);
      for (let chunk = next.peek(isLeft); chunk; chunk = next.peek(isLeft)) {
        const { number } = chunk;
        if (!behind.peek((other) => other.number !== number && isLeft(other))) break;
        if (!isWanted(chunk)) break;
        next.skip();
        if (this.#claims.take(number)) return chunk;
      }
    }
    return undefined;
  }
}
