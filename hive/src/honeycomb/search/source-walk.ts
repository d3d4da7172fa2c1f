import type {
  ChunksByTime,
  ChunkWalk,
  ListedChunk,
  TimeRange,
} from '../holdings/chunks-by-time.ts';
import { overlaps } from '../holdings/chunks-by-time.ts';
import type { RecordSource } from '../records/record-set.ts';
import type { SharedChunks } from './claims.ts';
import type { Order } from './position.ts';

/** What is searched. */
export interface Searched {
  readonly open: readonly RecordSource[];
  readonly chunks: ChunksByTime;
}

/** One thing to look at. */
export type WalkedSource =
  | { readonly kind: 'open'; readonly set: RecordSource }
  | { readonly kind: 'chunk'; readonly chunk: ListedChunk };

/** The times of its records. */
export function timesOf(source: WalkedSource): {
  readonly minTime: number;
  readonly maxTime: number;
} {
  return source.kind === 'open' ? source.set : source.chunk;
}

/**
 * What overlaps a range, in the order in which it can hold the first record. Of chunks that others look at too, those
 * that are for here: each is claimed as it is given.
 */
export class SourceWalk {
  readonly #open: RecordSource[];
  readonly #chunks: ChunkWalk;
  readonly #order: Order;
  readonly #shared: SharedChunks | undefined;

  constructor(
    searched: Searched,
    range: TimeRange,
    how: { readonly order: Order; readonly shared: SharedChunks | undefined },
  ) {
    const { order, shared } = how;
    this.#order = order;
    this.#shared = shared;
    this.#open = searched.open
      .filter((set) => overlaps(set, range))
      .sort((a, b) => this.#key(a) - this.#key(b));
    this.#chunks = searched.chunks.walk(range, order);
  }

  /** The next to look at; undefined when there is nothing more. */
  next(): WalkedSource | undefined {
    for (;;) {
      const [set] = this.#open;
      const chunk = this.#chunks.peek(this.#isForHere);
      if (set && (!chunk || this.#key(set) <= this.#key(chunk))) {
        this.#open.shift();
        return { kind: 'open', set };
      }
      if (!chunk) return undefined;
      this.#chunks.skip();
      if (!this.#shared || this.#shared.take(chunk)) return { kind: 'chunk', chunk };
    }
  }

  /** The time of the first record that can still come; undefined where there is nothing more. */
  bound(): number | undefined {
    const [set] = this.#open;
    const chunk = this.#chunks.peek(this.#isForHere);
    const first = set && (!chunk || this.#key(set) <= this.#key(chunk)) ? set : chunk;
    return this.#order === 'newest' ? first?.maxTime : first?.minTime;
  }

  /** Takes all that is left; gives how much that was. */
  drain(): number {
    let left = 0;
    while (this.next()) left++;
    return left;
  }

  #isForHere = (chunk: ListedChunk): boolean => !this.#shared || this.#shared.isForHere(chunk);

  #key({ minTime, maxTime }: { readonly minTime: number; readonly maxTime: number }): number {
    return this.#order === 'newest' ? -maxTime : minTime;
  }
}
