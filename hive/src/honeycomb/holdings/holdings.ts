import { randomBytes } from 'node:crypto';
import type { AppendOutcome, Block, ChunkEntry, Partition } from '@apiary/common/chunks/chunks.ts';
import { partitionKey, partitionOf } from '@apiary/common/chunks/partition.ts';
import { stretchOf } from '@apiary/common/chunks/stretch.ts';
import { CLUSTER_FINISHED_KEPT, CLUSTER_SEALED_KEPT } from '@apiary/common/limits/mongodb.ts';
import { CARRIED_BYTES_MAX, CHUNK_RAW_BYTES, CHUNK_RECORDS_MAX } from '@apiary/common/limits.ts';
import type { DataMessage } from '@apiary/common/messages/data/run.ts';
import { orAborted } from '@apiary/common/or-aborted.ts';
import { OpenChunk } from '../open-chunk/open-chunk.ts';
import type { RowStore } from '../open-chunk/row-store.ts';
import type { RecordSource } from '../records/record-set.ts';
import { ChunkList } from './chunk-list.ts';

/** Rows of an open chunk that one commit added or let grow. */
export interface TouchedRows {
  readonly chunk: OpenChunk;
  readonly rows: readonly number[];
  /** The commit's ingest sequence. */
  readonly sequence: number;
}

/** All that can be searched at one moment; what changes later does not show in it. */
export interface HoldingsSnapshot {
  readonly open: readonly RecordSource[];
  readonly chunks: readonly ChunkEntry[];
}

/** The same of what this process holds, with its chunks by time. */
export interface HeldSnapshot extends HoldingsSnapshot {
  readonly list: ChunkList;
}

/** What one segment holds that catalogues of others may not have. */
export interface SegmentPart {
  readonly id: string;
  readonly epoch: number;
  /** The last commit that was taken in; 0 where there is none. */
  readonly last: number;
  /** Each with the id of the chunk that it becomes. */
  readonly open: readonly { readonly chunk: string; readonly set: RecordSource }[];
  readonly sealed: readonly ChunkEntry[];
}

/** A message as it was committed. */
export interface CommittedMessage {
  readonly message: DataMessage;
  readonly arrivedMs: number;
  readonly retentionClass: string;
}

/**
 * What this honeycomb holds: open chunks, those that are being sealed, and the catalogue of sealed ones.
 * Each record is in exactly one of them at any moment.
 */
export class Holdings {
  readonly #open = new Map<string, OpenChunk>();
  readonly #frozen = new Set<OpenChunk>();
  /** What others held that are gone. */
  readonly #guests = new Set<Holdings>();
  readonly #readers = new Set<Promise<void>>();
  #list: ChunkList;

  readonly #chunkRawBytes: number;
  readonly #segment: { readonly id: string; readonly epoch: number };
  /** The newest of those that were sealed here. */
  #sealed: readonly ChunkEntry[] = [];
  /** What guests held that are gone. */
  #finished: readonly SegmentPart[] = [];
  #last = 0;
  /** Memory of a chunk that was sealed, for the next one. */
  #spare: RowStore | undefined;

  /** @param options `chunkRawBytes`: size at which an open chunk is full */
  constructor(
    chunks: readonly ChunkEntry[],
    options: {
      readonly chunkRawBytes?: number | undefined;
      readonly segment?: { readonly id: string; readonly epoch: number };
    } = {},
  ) {
    this.#list = ChunkList.of(chunks);
    this.#chunkRawBytes = options.chunkRawBytes ?? CHUNK_RAW_BYTES;
    this.#segment = options.segment ?? { id: '', epoch: 0 };
  }

  /** What each segment holds, this one's and those of guests, at one moment. */
  parts(): SegmentPart[] {
    const own = [...this.#open.values(), ...this.#frozen];
    const open = own.map((chunk) => ({ chunk: chunk.id, set: chunk.snapshot() }));
    const { id, epoch } = this.#segment;
    const guests = [...this.#guests].flatMap((guest) => guest.parts());
    return [
      { id, epoch, last: this.#last, open, sealed: this.#sealed },
      ...guests,
      ...this.#finished,
    ];
  }

  /** Segments that it answers for, its own first. */
  get segments(): readonly { readonly id: string; readonly epoch: number }[] {
    const own = { id: this.#segment.id, epoch: this.#segment.epoch };
    const guests = [...this.#guests].flatMap((guest) => guest.segments);
    return [own, ...guests, ...this.#finished.map(({ id, epoch }) => ({ id, epoch }))];
  }

  /** The last commit of each stretch that is in no sealed chunk. */
  lastUnsealed(): number[] {
    const last = new Map<number, number>();
    for (const { sequences } of this.#unsealed) {
      for (const sequence of sequences) {
        const stretch = stretchOf(sequence);
        last.set(stretch, Math.max(last.get(stretch) ?? 0, sequence));
      }
    }
    return [...last.values()];
  }

  get chunks(): readonly ChunkEntry[] {
    const { entries } = this.#list;
    if (this.#guests.size === 0) return entries;
    return [...entries, ...[...this.#guests].flatMap((guest) => guest.chunks)];
  }

  get openChunks(): readonly OpenChunk[] {
    return [...this.#open.values()];
  }

  /** Chunks that wait to be sealed, oldest first. */
  get frozen(): readonly OpenChunk[] {
    return [...this.#frozen];
  }

  get openRecords(): number {
    return this.#unsealed.reduce((sum, chunk) => sum + chunk.records, 0);
  }

  get openBytes(): number {
    return this.#unsealed.reduce((sum, chunk) => sum + chunk.rawBytes, 0);
  }

  get #unsealed(): readonly OpenChunk[] {
    const guests = [...this.#guests].flatMap((guest) => guest.#unsealed);
    return [...this.#open.values(), ...this.#frozen, ...guests];
  }

  /** Shows what another one holds as its own, from now on. */
  take(guest: Holdings): void {
    this.#guests.add(guest);
  }

  /** Keeps of a guest what is sealed. For one with open records another one answers from now on. */
  release(guest: Holdings): void {
    if (!this.#guests.delete(guest)) return;
    this.#list = this.#list.changed(() => false, guest.chunks);
    if (guest.openRecords > 0) return;
    const finished = guest.parts().map((part) => ({ ...part, open: [] }));
    this.#finished = [...this.#finished, ...finished].slice(-CLUSTER_FINISHED_KEPT);
  }

  /** Takes in what was stored of a message. */
  commit(arrival: CommittedMessage, outcome: AppendOutcome): TouchedRows | undefined {
    if (outcome.sequence === undefined) return undefined;
    const stored = outcome.runs.flatMap((run) => (run.kind === 'stored' ? [run] : []));
    const block = {
      sequence: outcome.sequence,
      arrivedMs: arrival.arrivedMs,
      retentionClass: arrival.retentionClass,
      message: { ...arrival.message, runs: stored.flatMap(({ pieces }) => pieces) },
    };
    return this.restore(
      block,
      stored.flatMap(({ checksums }) => checksums),
    );
  }

  /** Takes in a committed block; `checksums` are the CRC-32 of its runs' data, where they are known. */
  restore(block: Block, checksums: readonly number[] = []): TouchedRows {
    const partition = partitionOf(block);
    const key = partitionKey(partition);
    let chunk = this.#open.get(key);
    if (!chunk) {
      chunk = this.#newChunk(partition);
      this.#open.set(key, chunk);
    }
    const rows: number[] = [];
    const { message, sequence } = block;
    for (const [index, run] of message.runs.entries()) {
      chunk.append({ run, message, sequence, checksum: checksums[index] }, rows);
    }
    this.#last = Math.max(this.#last, block.sequence);
    return { chunk, rows, sequence: block.sequence };
  }

  /** Open chunks that have reached their size. */
  full(): OpenChunk[] {
    return this.openChunks.filter(
      (chunk) => chunk.rawBytes >= this.#chunkRawBytes || chunk.count >= CHUNK_RECORDS_MAX,
    );
  }

  /**
   * Closes an open chunk to what comes later.
   *
   * @param carry records without an end go on in the next open chunk, within CARRIED_BYTES_MAX
   */
  freeze(chunk: OpenChunk, carry: boolean): void {
    const key = partitionKey(chunk.partition);
    this.#open.delete(key);
    this.#frozen.add(chunk);
    const rows = carry ? chunk.unfinishedRows() : [];
    if (rows.length === 0) return;
    const next = this.#newChunk(chunk.partition);
    this.#open.set(key, next);
    let bytes = 0;
    for (const row of rows) {
      bytes += chunk.bytes(row).length;
      if (bytes > CARRIED_BYTES_MAX) break;
      chunk.carryOver(row, next);
    }
  }

  #newChunk(partition: Partition): OpenChunk {
    const rows = this.#spare;
    this.#spare = undefined;
    return new OpenChunk(newChunkId(), partition, rows);
  }

  /** Keeps the memory of a chunk that was sealed, unless somebody may still look at it. */
  recycle(chunk: OpenChunk): void {
    this.#spare = chunk.release() ?? this.#spare;
  }

  /** Lets memory go that waits for the next chunk. */
  forgetSpare(): void {
    this.#spare = undefined;
  }

  /** Partitions that have data which is in no sealed chunk. */
  get unsealedPartitions(): readonly Partition[] {
    return this.#unsealed.map(({ partition }) => partition);
  }

  /** Puts sealed chunks in the place of others; what is under way sees what it began with. */
  replace(removed: readonly string[], added: readonly ChunkEntry[]): void {
    const gone = new Set(removed);
    const isGone = ({ id }: ChunkEntry) => gone.has(id);
    for (const guest of this.#guests) guest.#list = guest.#list.changed(isGone, []);
    this.#list = this.#list.changed(isGone, added);
  }

  /** Takes the catalogue as it is now, after another honeycomb changed it. */
  sync(catalogue: readonly ChunkEntry[]): void {
    const known = new Set(catalogue.map(({ id }) => id));
    const isGone = ({ id }: ChunkEntry) => !known.has(id);
    // What parts have stays: of an earlier version it may be needed.
    for (const guest of this.#guests) guest.#list = guest.#list.changed(isGone, []);
    const others = new Set([...this.#guests].flatMap(({ chunks }) => chunks.map(({ id }) => id)));
    const own = catalogue.filter(({ id }) => !others.has(id));
    const held = new Set(this.#list.entries.map(({ id }) => id));
    this.#list = this.#list.changed(
      ({ id }) => !known.has(id) || others.has(id),
      own.filter(({ id }) => !held.has(id)),
    );
  }

  /**
   * What there is now, for a search that may take long: what it names can be read until `end` is called.
   * Whoever takes a mere snapshot may find that a chunk has gone.
   */
  read(): { readonly snapshot: HeldSnapshot; readonly end: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#readers.add(promise);
    const end = () => {
      this.#readers.delete(promise);
      resolve();
    };
    return { snapshot: this.snapshot(), end };
  }

  /** Resolves once nobody reads any more who began before. @throws the reason of an aborted signal */
  async readersGone(signal: AbortSignal): Promise<void> {
    await orAborted(Promise.all(this.#readers), signal);
  }

  /** Puts sealed chunks in the place of a frozen one, which may have held nothing visible. */
  sealed(chunk: OpenChunk, entry: ChunkEntry | undefined): void {
    this.#frozen.delete(chunk);
    if (!entry) return;
    // It may be known already, by a look at the catalogue.
    this.#list = this.#list.changed(({ id }) => id === entry.id, [entry]);
    this.#sealed = [...this.#sealed, entry].slice(-CLUSTER_SEALED_KEPT);
  }

  snapshot(): HeldSnapshot {
    const open = this.#unsealed.map((chunk) => chunk.snapshot());
    if (this.#guests.size === 0) return { open, chunks: this.#list.entries, list: this.#list };
    const { chunks } = this;
    return { open, chunks, list: ChunkList.of(chunks) };
  }
}

/** An id that no chunk has. */
export function newChunkId(): string {
  return randomBytes(12).toString('hex');
}
