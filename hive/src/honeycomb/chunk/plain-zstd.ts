/**
 * `plain-zstd@1`: the row table in one zstd frame, the bodies as they were in frames of PLAIN_FRAME_BYTES.
 * Every query reads the bodies; text that gains nothing from columns is well off here.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import { AppError } from '@apiary/common/errors.ts';
import { PLAIN_FRAME_BYTES } from '@apiary/common/limits.ts';
import type { Matches, Pace, Selection } from '../records/record-set.ts';
import { scanRows } from '../records/scan.ts';
import { BatchSet } from './batch-set.ts';
import type {
  ChunkFormat,
  ChunkReader,
  EncodedChunk,
  RowParts,
  SectionReader,
} from './chunk-format.ts';
import type { RowBatch } from './row-batch.ts';
import { decodeRowTable, encodeRowTable } from './row-table.ts';

/** What a row costs in the columns of a batch. */
const ROW_BYTES = 30;
const COMPRESSION = {
  params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
};

/** See the file's head. */
export const plainZstd: ChunkFormat = {
  name: 'plain-zstd@1',
  encode,
  open: (entry, read) => new PlainReader(entry, read),
};

function encode(batch: RowBatch): EncodedChunk {
  const table = encodeRowTable(batch);
  const sections = [{ name: 'rows', bytes: zstdCompressSync(table, COMPRESSION) }];
  // A frame stays below a section's bound, also where text does not compress.
  for (let at = 0; at < batch.bytes.length; at += PLAIN_FRAME_BYTES) {
    const frame = batch.bytes.subarray(at, at + PLAIN_FRAME_BYTES);
    const bytes = zstdCompressSync(frame, COMPRESSION);
    sections.push({ name: `bodies-${sections.length}`, bytes });
  }
  return { sections };
}

class PlainReader implements ChunkReader {
  readonly count: number;
  readonly minTime: number;
  readonly maxTime: number;
  memoryBytes = 0;
  readonly #entry: ChunkEntry;
  readonly #read: SectionReader;
  #batch: Promise<RowBatch> | undefined;

  constructor(entry: ChunkEntry, read: SectionReader) {
    this.count = entry.records;
    this.minTime = entry.minTime;
    this.maxTime = entry.maxTime;
    this.#entry = entry;
    this.#read = read;
  }

  release(): void {
    // All of it is in one piece, which searches that go on still have.
  }

  async select(selection: Selection): Promise<Matches> {
    return await scanRows(new BatchSet(await this.decode(selection.pace)), selection);
  }

  async decode(_pace: Pace): Promise<RowBatch> {
    this.#batch ??= this.#decode();
    return await this.#batch;
  }

  async decodeParts(pace: Pace): Promise<RowParts> {
    const { bytes, ...columns } = await this.decode(pace);
    return { ...columns, bodies: onePart(bytes) };
  }

  async #decode(): Promise<RowBatch> {
    const table = decodeRowTable(decompress(await this.#read(0)));
    const bytes = Buffer.from(new ArrayBuffer(table.start[table.count] ?? 0));
    let at = 0;
    for (let index = 1; index < this.#entry.sections.length; index++) {
      const frame = decompress(await this.#read(index));
      if (at + frame.length > bytes.length) throw corrupt(this.#entry);
      frame.copy(bytes, at);
      at += frame.length;
    }
    if (at !== bytes.length) throw corrupt(this.#entry);
    this.memoryBytes = bytes.length + table.count * ROW_BYTES;
    return { ...table, bytes };
  }
}

async function* onePart(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function decompress(section: Uint8Array): Buffer {
  try {
    return zstdDecompressSync(section);
  } catch (error) {
    throw new AppError('store-corrupt', 'A section of a chunk is no zstd frame.', { cause: error });
  }
}

function corrupt(entry: ChunkEntry): AppError {
  return new AppError('store-corrupt', `The bodies of chunk ${entry.id} are not whole.`);
}
