/**
 * Chunks: where log data lives. A driver keeps, per generation, the byte ranges that are held; committed
 * blocks (data messages as they came, until they are in a chunk); and sealed chunks, which a catalogue
 * makes exist. Drivers: `sqlite` and, past one machine, `mongodb`; both pass `chunks.contract.ts`.
 *
 * How runs are judged and cut is the same for all drivers: `ranges.ts`.
 */

import type { DataMessage, Run } from '../messages/data/run.ts';

/** A message to append: its content, and its compressed body as it came. */
export interface AppendMessage {
  readonly message: DataMessage;
  /** What `encodeRuns` made of the runs; stored as it is when nothing has to be cut off. */
  readonly encoded: Buffer;
  /** Retention class, e.g. `default`. */
  readonly retentionClass: string;
  /** When it arrived, ms since 1970; gives the partition's day. */
  readonly arrivedMs: number;
}

/** What became of one run. */
export type RunOutcome =
  /** Stored, as these pieces, each with the CRC-32 of its data: all of it, or what was not held yet. */
  | {
      readonly kind: 'stored';
      readonly pieces: readonly Run[];
      readonly checksums: readonly number[];
    }
  /** Every byte was held already. */
  | { readonly kind: 'held' }
  /** It covers a piece that was stored with other bytes. Nothing of it was stored. */
  | { readonly kind: 'differs'; readonly from: number; readonly to: number };

/** What became of one message. */
export interface AppendOutcome {
  /** The message's ingest sequence number, if any piece was stored. Numbers grow by commit order. */
  readonly sequence: number | undefined;
  readonly runs: readonly RunOutcome[];
}

/** A committed message that is in no chunk yet. */
export interface Block {
  readonly sequence: number;
  readonly retentionClass: string;
  readonly arrivedMs: number;
  readonly message: DataMessage;
}

/** Blocks and chunks of one arrival day (UTC) and retention class live and go together. */
export interface Partition {
  /** `2026-11-20`. */
  readonly day: string;
  readonly retentionClass: string;
}

/** A sealed chunk in the catalogue. */
export interface ChunkEntry {
  readonly id: string;
  readonly partition: Partition;
  /** How its sections are to be read, e.g. `plain-zstd@1`. */
  readonly format: string;
  readonly records: number;
  readonly rawBytes: number;
  readonly storedBytes: number;
  /** Of the records' times, inclusive. */
  readonly minTime: number;
  readonly maxTime: number;
  /** Ingest sequences that it covers: one count over all segments, each owner of one having a stretch of it. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Names of its sections in order, and their lengths in bytes. */
  readonly sections: readonly { readonly name: string; readonly bytes: number }[];
}

/** A chunk on its way into the store. */
export interface NewChunk {
  readonly entry: ChunkEntry;
  /** Each at most SECTION_BYTES_MAX, in the order of `entry.sections`. */
  readonly sections: readonly Uint8Array[];
}

/** The catalogue at one version; the version grows with each change. */
export interface Catalogue {
  readonly version: number;
  readonly chunks: readonly ChunkEntry[];
  /** Segments that may hold blocks of later versions; none where there is one segment at a time. */
  readonly segments: readonly SegmentOwner[];
}

/** A chunk, and the catalogue's version that it came with. */
export interface KnownChunk {
  readonly entry: ChunkEntry;
  readonly version: number;
}

/** Ingest sequences, both inclusive. */
export interface SequenceRange {
  readonly first: number;
  readonly last: number;
}

/** What an append of several steps is at. */
export type AppendStep =
  | 'waiting for the segment'
  | 'reading ranges'
  | 'writing the frame'
  | 'asking the catalogue'
  | 'adding entries';

/** The part of a store that one honeycomb writes: open blocks under a lease. */
export interface Segment {
  /** The same for all its owners, one after another. */
  readonly id: string;
  /** Who owns it; told with live results. */
  readonly instance: string;
  /** Grows each time the segment changes hands. */
  readonly epoch: number;
  /** What an append that is under way is at; absent at rest, and where an append is one step. */
  readonly step?: AppendStep | undefined;
  /** Judges, cuts, stores and numbers all messages in one durable write, in order. @throws AppError `store-full`, `lease-lost` */
  append(messages: readonly AppendMessage[]): Promise<AppendOutcome[]>;
  /** Only where several honeycombs add to the same generations. */
  readonly patient?: PatientAppend;
  /** Committed blocks that no chunk has taken, by sequence: all of them, or those within `range`. */
  blocks(range?: SequenceRange): AsyncIterable<Block>;
  /**
   * Makes chunks exist and lets go of blocks in their stead, all in one commit.
   *
   * @param taken sequences of the blocks whose records are in these chunks
   * @param kept what is left of blocks among them: runs of records that were not finished. Each takes
   * the place of the block of its sequence
   * @throws AppError `store-full`, `lease-lost`
   */
  seal(
    chunks: readonly NewChunk[],
    taken: readonly number[],
    kept?: readonly Block[],
  ): Promise<void>;
  /** The last sequence that was given out. */
  lastSequence(): number;
  /** Gives the lease back. */
  close(): Promise<void>;
}

/**
 * Storing lines after those that come before them, which another honeycomb may be about to commit: whoever does not
 * wait is refused, or the other one is, and writes again.
 */
export interface PatientAppend {
  /**
   * As {@link Segment.append}, but for messages before which something is missing: they have no outcome.
   *
   * @param overdue those that have waited for long enough
   */
  append(
    messages: readonly AppendMessage[],
    overdue: ReadonlySet<AppendMessage>,
  ): Promise<(AppendOutcome | undefined)[]>;
  /** Resolves when another honeycomb tells next what it added. */
  news(): Promise<void>;
}

/** A segment, by who owns it or owned it last. */
export interface SegmentOwner {
  readonly id: string;
  readonly instance: string;
  readonly epoch: number;
}

/** How commits are numbered now. */
export interface Stretches {
  /** The newest that was given to an owner. */
  readonly newest: number;
  /** No owner has a later epoch. */
  readonly epoch: number;
  /** The stretches of all segments that may hold blocks; none where there is one segment at a time. */
  readonly segments: readonly {
    readonly id: string;
    readonly epoch: number;
    readonly stretch: number;
  }[];
  /** See `sealedEnds`. */
  readonly ends: ReadonlyMap<number, number>;
}

/** What a store takes. */
export interface StoreSizes {
  /** All of its files on disk; undefined where a server keeps them. */
  readonly diskBytes: number | undefined;
  /** Of these, what {@link ChunkStore.reclaim} would give back. */
  readonly freeBytes: number | undefined;
  /** Committed blocks that are in no chunk yet, as stored. */
  readonly blockBytes: number;
  /** Merged byte ranges that are remembered, of all generations. */
  readonly ranges: number | undefined;
}

/** What tells of a segment's owner beside its lease. */
export interface OwnerSigns {
  /** Asked of an owner whose lease runs: true where it is gone for certain. */
  readonly isGone?: ((instance: string) => Promise<boolean>) | undefined;
  /** Asked of one whose lease ran out less than SEGMENT_SLOW_MS_MAX ago: true where it says that it has the segment. */
  readonly hasIt?: ((owner: SegmentOwner) => Promise<boolean>) | undefined;
}

/** See {@link ChunkStore.takeUpkeep}. */
export interface Upkeep {
  /** Grows each time that it is taken. */
  readonly epoch: number;
  /** Gives it back. */
  end(): Promise<void>;
}

/** An entry of a generation's log of ranges, as the honeycomb that wrote it tells the others. */
export interface AddedEntry {
  readonly generation: string;
  /** Of the entry in the log. */
  readonly number: number;
  /** From, to, checksum, mapped. */
  readonly pieces: [number, number, number, boolean][];
}

/** Tells other honeycombs what this one has added to generations. */
export type TellAdded = (entries: readonly AddedEntry[]) => void;

/** A store of chunks. */
export interface ChunkStore {
  /**
   * Takes a segment to write to, one that its owner gave back if there is one.
   *
   * @throws AppError `store-in-use` when the driver has room for one owner, and it lives
   */
  openSegment(instance: string): Promise<Segment>;
  stretches(): Promise<Stretches>;
  /**
   * A chunk of the catalogue as of the last look, or one that was replaced and can still be read; undefined
   * where it is not told.
   */
  known(chunk: string): KnownChunk | undefined;
  /** True where chunks of a version were replaced and are wiped, so that it cannot be told what it was. */
  isForgotten(version: number): boolean;
  /** Those of {@link segments} whose owner is gone, so that nobody searches or seals what they hold. */
  orphans(signs?: OwnerSigns): Promise<SegmentOwner[]>;
  /**
   * Takes an orphan over; from then on its former owner, should it live, can neither append nor seal.
   * Undefined when somebody else was faster.
   */
  adopt(orphan: SegmentOwner, instance: string): Promise<Segment | undefined>;
  /** @param atLeast a version that is enough; without it whatever there is when it is asked for is in it */
  catalogue(atLeast?: number): Promise<Catalogue>;
  /**
   * Compared with its checksum; in memory of its own, which the caller may free.
   *
   * @throws AppError `not-found` when the chunk has gone meanwhile, `store-corrupt`
   */
  readSection(chunk: string, index: number): Promise<Buffer>;
  /** The same at once. Absent: it is not on this machine. */
  sectionAtHand?(chunk: string, index: number): Buffer;
  /**
   * Takes the upkeep of the store: to let go of chunks and to put others in their place. One honeycomb has it
   * at a time; undefined while another one that lives does. A former owner is refused, however long it slept.
   */
  takeUpkeep(instance: string): Promise<Upkeep | undefined>;
  /**
   * Puts `added` in place of `removed` in one commit (compaction, deletion by query).
   *
   * @throws AppError `not-found` when one of them has gone, `lease-lost` when the upkeep has
   */
  replace(removed: readonly string[], added: readonly NewChunk[], upkeep?: Upkeep): Promise<void>;
  /**
   * Drops chunks and blocks of a partition; ranges stay, so nothing comes back. The disk has its room after
   * {@link ChunkStore.reclaim}. Blocks that others hold stay until they are sealed and it is dropped again.
   *
   * @returns the chunks that went
   * @throws AppError `lease-lost`
   */
  dropPartition(partition: Partition, upkeep?: Upkeep): Promise<readonly ChunkEntry[]>;
  /** What was last noted under a name; undefined when nothing is. */
  note(name: string): Promise<string | undefined>;
  /** Notes a text under a name, durably; undefined takes it out, and {@link ChunkStore.reclaim} wipes it. */
  keepNote(name: string, text: string | undefined): Promise<void>;
  /** Takes in what another honeycomb of the same store said by its {@link TellAdded}, or nothing. */
  hear(entries: readonly AddedEntry[]): void;
  /** Byte ranges held of a generation, merged, ascending. */
  ranges(generation: string): Promise<{ readonly from: number; readonly to: number }[]>;
  /**
   * Gives the disk back what was taken by chunks and blocks that are gone, and wipes it: their bytes are in
   * no file of the store any more. Where several honeycombs share it, queries that began before have their
   * time to read what was replaced, unless it is urgent.
   */
  reclaim(isUrgent?: boolean): Promise<void>;
  sizes(): Promise<StoreSizes>;
  close(): Promise<void>;
}
