import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import { CHUNK_LIST_CHANGES_KEPT } from '@apiary/common/limits/search.ts';
import { ChunksByTime, type ListedChunk, listed } from './chunks-by-time.ts';

/** What makes one list of another: first some go, then others come. */
export interface ChunkChange {
  readonly removed: readonly ListedChunk[];
  readonly added: readonly ListedChunk[];
}

interface LoggedChange extends ChunkChange {
  /** The epoch of the list that was changed. */
  readonly before: number;
}

/** Told apart by this from all other lists of the process. */
let lastEpoch = 0;

/**
 * The sealed chunks that are held at one moment. It never changes: a change makes another one, which knows how it and
 * those before it came about, so that whoever has one of them is told of changes alone.
 */
export class ChunkList {
  readonly epoch = ++lastEpoch;
  readonly entries: readonly ChunkEntry[];
  readonly chunks: readonly ListedChunk[];
  readonly byTime: ChunksByTime;
  /** All numbers of chunks are below it. */
  readonly numbers: number;
  /** Numbers below `numbers` that no chunk has. */
  readonly #free: readonly number[];
  readonly #changes: readonly LoggedChange[];

  private constructor(
    chunks: readonly ListedChunk[],
    byTime: ChunksByTime,
    made: {
      readonly numbers: number;
      readonly free: readonly number[];
      readonly changes: readonly LoggedChange[];
    },
  ) {
    this.chunks = chunks;
    this.entries = chunks.map(({ entry }) => entry());
    this.byTime = byTime;
    this.numbers = made.numbers;
    this.#free = made.free;
    this.#changes = made.changes;
  }

  static of(entries: readonly ChunkEntry[]): ChunkList {
    const chunks = entries.map((entry, number) => listed(entry, number));
    const made = { numbers: chunks.length, free: [], changes: [] };
    return new ChunkList(chunks, ChunksByTime.none.with(new Set(), chunks), made);
  }

  /** The same list where that changes nothing. Those that are added come last. */
  changed(isGone: (entry: ChunkEntry) => boolean, entries: readonly ChunkEntry[]): ChunkList {
    const kept: ListedChunk[] = [];
    const removed: ListedChunk[] = [];
    for (const chunk of this.chunks) (isGone(chunk.entry()) ? removed : kept).push(chunk);
    if (removed.length === 0 && entries.length === 0) return this;
    const free = [...this.#free, ...removed.map(({ number }) => number)];
    let { numbers } = this;
    const added = entries.map((entry) => listed(entry, free.pop() ?? numbers++));
    const change = { before: this.epoch, removed, added };
    const changes = [...this.#changes, change].slice(-CHUNK_LIST_CHANGES_KEPT);
    const byTime = this.byTime.with(new Set(removed.map(({ number }) => number)), added);
    return new ChunkList([...kept, ...added], byTime, { numbers, free, changes });
  }

  /** What makes it of the list with an epoch; undefined where that is not known: it is another one altogether. */
  since(epoch: number): ChunkChange | undefined {
    if (epoch === this.epoch) return { removed: [], added: [] };
    const first = this.#changes.findIndex(({ before }) => before === epoch);
    if (first < 0) return undefined;
    const removed: ListedChunk[] = [];
    const added = new Set<ListedChunk>();
    for (const change of this.#changes.slice(first)) {
      for (const chunk of change.removed) if (!added.delete(chunk)) removed.push(chunk);
      for (const chunk of change.added) added.add(chunk);
    }
    return { removed, added: [...added] };
  }

  /** Numbers of chunks, by their ids. */
  numbersOf(ids: ReadonlySet<string>): ReadonlySet<number> {
    const chunks = ids.size === 0 ? [] : this.chunks.filter(({ id }) => ids.has(id));
    return new Set(chunks.map(({ number }) => number));
  }
}
