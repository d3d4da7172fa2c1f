/**
 * How the records of a sealed chunk are written into sections and read from them. Formats stand beside
 * one another in a catalogue; each entry names its own.
 */
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import type { Query } from '@apiary/common/query/ast.ts';
import type { Pace, RecordSet } from '../record-set.ts';

/** Records on their way into a chunk, in the order in which they are to be written. */
export interface ChunkSource extends RecordSet {
  /** The row's bytes as stored, line end included. */
  bytes(row: number): Uint8Array;
  /** True where the body is not the source. */
  isMapped(row: number): boolean;
  /** The rows to write. */
  readonly rows: readonly number[];
}

/** A chunk's sections, in order. */
export interface EncodedChunk {
  readonly sections: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/** A sealed chunk that was opened. */
export interface ChunkReader extends RecordSet {
  /** Memory that it holds. */
  readonly memoryBytes: number;
  bytes(row: number): Uint8Array;
  isMapped(row: number): boolean;
}

/** Reads a section by its index. @throws AppError `not-found`, `store-corrupt` */
export type SectionReader = (index: number) => Promise<Uint8Array>;

/** One format. */
export interface ChunkFormat {
  /** Name and version, e.g. `plain-zstd@1`. */
  readonly name: string;
  /** Every byte of the rows comes back from {@link ChunkFormat.open}. Gives way by `pace`. */
  encode(source: ChunkSource, pace: Pace): Promise<EncodedChunk>;
  /** @throws AppError `store-corrupt` */
  open(entry: ChunkEntry, read: SectionReader): Promise<ChunkReader>;
  /** False when no record of the chunk can match, judged without reading its bodies. */
  mayMatch(entry: ChunkEntry, query: Query, read: SectionReader): Promise<boolean>;
}
