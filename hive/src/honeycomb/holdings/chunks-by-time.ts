/**
 * Sealed chunks by time, from either end. A search walks from the end that it wants and looks at no more of them than
 * it has to: what comes before its first record does not grow with their number.
 */
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import type { Order } from '../search/position.ts';

/** A chunk as it stands in a list. */
export interface ListedChunk {
  readonly id: string;
  /** Its own among those of the list. Another one has it once this one is gone. */
  readonly number: number;
  /** Of its records, inclusive. */
  readonly minTime: number;
  readonly maxTime: number;
  /** The place of the thread that has it decoded, given once: 0 is the one that takes lines in. */
  home: number | undefined;
  /** @throws AppError `not-found` where it is read from the store, and is gone */
  readonly entry: () => ChunkEntry;
}

/** Time: `from` inclusive, `to` exclusive. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** Whether something may have records of a range. */
export function overlaps(
  { minTime, maxTime }: { readonly minTime: number; readonly maxTime: number },
  { from, to }: TimeRange,
): boolean {
  return maxTime >= from && minTime < to;
}

/** Chunks in the order in which each can hold the first record. A key is the less the earlier it is wanted. */
class Side {
  readonly chunks: readonly ListedChunk[];
  readonly #order: Order;
  /** By place, the greatest key of the records of all chunks up to it: chunks overlap. Made when first asked for. */
  #reach: Float64Array | undefined;

  constructor(order: Order, chunks: readonly ListedChunk[]) {
    this.#order = order;
    this.chunks = chunks;
  }

  /** Without some, and with others. */
  with(gone: ReadonlySet<number>, added: readonly ListedChunk[]): Side {
    const fresh = [...added].sort((a, b) => this.#first(a) - this.#first(b));
    const chunks: ListedChunk[] = [];
    let next = 0;
    for (const chunk of this.chunks) {
      if (gone.has(chunk.number)) continue;
      for (let one = fresh[next]; one && this.#first(one) < this.#first(chunk); one = fresh[next]) {
        chunks.push(one);
        next++;
      }
      chunks.push(chunk);
    }
    return new Side(this.#order, chunks.concat(fresh.slice(next)));
  }

  /** All that overlap a range are from `begin` to before `end`. */
  within({ from, to }: TimeRange): { readonly begin: number; readonly end: number } {
    const [least, most] = this.#order === 'newest' ? [-to, -from] : [from, to];
    const end = this.#firstPlace((chunk) => this.#first(chunk) > most);
    if (least === Number.NEGATIVE_INFINITY) return { begin: 0, end };
    this.#reach ??= this.#reaches();
    const reach = this.#reach;
    return { begin: this.#firstPlace((_, place) => (reach[place] ?? 0) >= least), end };
  }

  /** @param isBehind false for some, then true for all others */
  #firstPlace(isBehind: (chunk: ListedChunk, place: number) => boolean): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const chunk = this.chunks[middle];
      if (chunk && !isBehind(chunk, middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #reaches(): Float64Array {
    const reach = new Float64Array(this.chunks.length);
    let most = Number.NEGATIVE_INFINITY;
    for (const [place, { minTime, maxTime }] of this.chunks.entries()) {
      most = Math.max(most, this.#order === 'newest' ? -minTime : maxTime);
      reach[place] = most;
    }
    return reach;
  }

  #first({ minTime, maxTime }: ListedChunk): number {
    return this.#order === 'newest' ? -maxTime : minTime;
  }
}

/** See the file's head. It never changes: {@link with} makes another one. */
export class ChunksByTime {
  static readonly none = new ChunksByTime(new Side('newest', []), new Side('oldest', []));
  readonly #newest: Side;
  readonly #oldest: Side;

  private constructor(newest: Side, oldest: Side) {
    this.#newest = newest;
    this.#oldest = oldest;
  }

  /** Chunks that nobody shares. */
  static of(entries: readonly ChunkEntry[]): ChunksByTime {
    const chunks = entries.map((entry, number) => listed(entry, number));
    return ChunksByTime.none.with(new Set(), chunks);
  }

  /** @param gone by number; one that is added may have the number of one that is gone */
  with(gone: ReadonlySet<number>, added: readonly ListedChunk[]): ChunksByTime {
    return new ChunksByTime(this.#newest.with(gone, added), this.#oldest.with(gone, added));
  }

  get length(): number {
    return this.#newest.chunks.length;
  }

  /** Of all their records; none where there is no chunk. */
  get times(): readonly { readonly minTime: number; readonly maxTime: number }[] {
    const [first, last] = [this.#oldest.chunks[0], this.#newest.chunks[0]];
    return first && last ? [{ minTime: first.minTime, maxTime: last.maxTime }] : [];
  }

  /** Those of a range, in the order in which each can hold the first record. */
  walk(range: TimeRange, order: Order): ChunkWalk {
    const side = order === 'newest' ? this.#newest : this.#oldest;
    const { begin, end } = side.within(range);
    return new ChunkWalk(side.chunks, range, { at: begin, end, step: 1 });
  }

  /** The same from the other end. */
  walkBack(range: TimeRange, order: Order): ChunkWalk {
    const side = order === 'newest' ? this.#newest : this.#oldest;
    const { begin, end } = side.within(range);
    return new ChunkWalk(side.chunks, range, { at: end - 1, end: begin - 1, step: -1 });
  }
}

/** Chunks of a range one after another; the next is looked for when it is asked for. */
export class ChunkWalk {
  readonly #chunks: readonly ListedChunk[];
  readonly #range: TimeRange;
  readonly #end: number;
  readonly #step: 1 | -1;
  #at: number;

  constructor(
    chunks: readonly ListedChunk[],
    range: TimeRange,
    places: { readonly at: number; readonly end: number; readonly step: 1 | -1 },
  ) {
    this.#chunks = chunks;
    this.#range = range;
    this.#at = places.at;
    this.#end = places.end;
    this.#step = places.step;
  }

  /** The next one that is wanted; undefined where there is none. It stays the next one. */
  peek(isWanted: (chunk: ListedChunk) => boolean): ListedChunk | undefined {
    for (; (this.#end - this.#at) * this.#step > 0; this.#at += this.#step) {
      const chunk = this.#chunks[this.#at];
      if (chunk && overlaps(chunk, this.#range) && isWanted(chunk)) return chunk;
    }
    return undefined;
  }

  /** Goes past what {@link peek} gave. */
  skip(): void {
    this.#at += this.#step;
  }

  /** All that are left. */
  *[Symbol.iterator](): Generator<ListedChunk, undefined> {
    for (let chunk = this.peek(any); chunk; chunk = this.peek(any)) {
      this.skip();
      yield chunk;
    }
  }
}

/** A chunk of the catalogue, with its number in the list that it is put into. */
export function listed(entry: ChunkEntry, number: number): ListedChunk {
  const { id, minTime, maxTime } = entry;
  return { id, number, minTime, maxTime, home: undefined, entry: () => entry };
}

function any(): boolean {
  return true;
}
