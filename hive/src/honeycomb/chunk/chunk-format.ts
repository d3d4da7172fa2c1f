/**
 * How the records of a sealed chunk are written into sections and read from them. Formats stand beside
 * one another in a catalogue; each entry names its own.
 */
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import type { Query } from '@apiary/common/query/ast.ts';
import type { Matches, Pace, RecordSource, Selection } from '../records/record-set.ts';
import type { LinearMemory } from './columnar/compiled/linear-memory.ts';
import type { NewestRows } from './columnar/newest-rows.ts';
import type { RowBatch } from './row-batch.ts';
import type { RowColumns } from './same-rows.ts';

/** A chunk's sections, in order. */
export interface EncodedChunk {
  readonly sections: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/** A sealed chunk that was opened; sections are read when they are needed, and kept. */
export interface ChunkReader extends RecordSource {
  /** Memory that it holds now. */
  readonly memoryBytes: number;
  /**
   * The memory that it holds is not to be held any more. `in-use`: somebody who has it goes on, and what he may be looking
   * at stays. `unused`: nobody looks at anything that it gave.
   */
  release(how: 'in-use' | 'unused'): void;
  /**
   * All rows as they were encoded.
   *
   * @param memory where their bodies may be, until it is laid out anew; left out: in memory of their own
   * @throws AppError `store-corrupt`
   */
  decode(pace: Pace, memory?: LinearMemory): Promise<RowBatch>;
  /**
   * The same with their bodies in parts, so that they are never all in memory.
   *
   * @param memory as above; nobody else lays anything out in it until the last part was seen
   * @throws AppError `store-corrupt`, also while parts are asked for
   */
  decodeParts(pace: Pace, memory: LinearMemory): Promise<RowParts>;
  /** By row: see {@link RowBatch.level}. Absent: they are read from bodies. @throws AppError `store-corrupt` */
  levels?(): Promise<Uint8Array>;
  /**
   * Matches among its newest rows, without a look at the others. Absent: the chunk does not have them apart.
   *
   * @throws AppError `store-corrupt`, `not-found`
   */
  readonly selectNewest?: ((selection: Selection) => Promise<NewestMatches>) | undefined;
}

/** All rows of a chunk, their bodies in parts. */
export interface RowParts extends RowColumns {
  /** See {@link RowBatch.level}; absent where they are read from bodies. */
  readonly level?: Uint8Array | undefined;
  /** One behind the other, each there until the next one is asked for. */
  readonly bodies: AsyncIterable<Buffer>;
  /** Rows that the chunk has once more, not compared with the others. */
  readonly newest?: NewestRows | undefined;
}

/** Matches among the newest rows of a chunk. */
export interface NewestMatches {
  /** All matches of the chunk that are later are among these, and no others; -Infinity: all that it has. */
  readonly after: number;
  readonly matches: Matches;
}

/** Reads a section by its index. @throws AppError `not-found`, `store-corrupt` */
export type SectionReader = (index: number) => Promise<Uint8Array>;

/** What a reader may do with memory, and what is known of sections. */
export interface ReaderMemory {
  /** False while what readers hold is too much: this one keeps little more. */
  hasRoom(): boolean;
  /** Sections are read into memory that nobody else looks at: the reader frees it. */
  readonly ownsSections?: boolean;
  /** Sections were compared with a checksum when they were read from the store: once is enough. */
  readonly areChecked?: boolean;
  /** Sections are on this machine, the one that was read last for certain: what stands in it as it is need not be kept. */
  readonly areNear?: boolean;
}

/** One format, as it is read. */
export interface ReadFormat {
  /** Name and version, e.g. `plain-zstd@1`. */
  readonly name: string;
  /**
   * Reads nothing yet.
   *
   * @param memory default: room for everything, and sections that others have too
   */
  open(entry: ChunkEntry, read: SectionReader, memory?: ReaderMemory): ChunkReader;
  /**
   * True where a chunk has certainly no match, as a look at few of its bytes tells: most chunks of a search for a rare word
   * are not opened at all.
   *
   * @param read gives a section that was compared with its checksum, in memory that nobody else looks at, or undefined
   * where it is not at hand
   * @throws AppError `store-corrupt`, and what `read` throws
   */
  lacks?(entry: ChunkEntry, query: Query, read: (index: number) => Buffer | undefined): boolean;
}

/** One format that new chunks are written in. */
export interface ChunkFormat extends ReadFormat {
  /**
   * Every byte of the rows comes back from {@link ChunkReader.decode}. Undefined: not for such rows.
   *
   * @param zstdLevel default: that of chunks which are encoded while data comes in
   */
  encode(batch: RowBatch, zstdLevel?: number): EncodedChunk | undefined;
}
