/**
 * `plain-zstd@1`: the row table in one zstd frame, the bodies as they were in frames of PLAIN_FRAME_BYTES.
 * Every query reads the bodies; exotic text that gains nothing from columns is well off here.
 */
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import { AppError } from '@apiary/common/errors.ts';
import { PLAIN_FRAME_BYTES } from '@apiary/common/limits.ts';
import { LEVELS, type Level } from '@apiary/common/record.ts';
import type { Pace, RowSource, Selection } from '../record-set.ts';
import { scanRows } from '../scan.ts';
import type {
  ChunkFormat,
  ChunkReader,
  ChunkSource,
  EncodedChunk,
  SectionReader,
} from './chunk-format.ts';
import { decodeRowTable, encodeRowTable, type RowTable, type Stretch } from './row-table.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const NEWLINE = 10;
/** What a row costs in the columns of {@link RowTable}. */
const ROW_BYTES = 30;

const COMPRESSION = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

/** See the file's head. */
export const plainZstd: ChunkFormat = {
  name: 'plain-zstd@1',
  encode,
  open,
  mayMatch: async () => true,
};

async function encode(source: ChunkSource, pace: Pace): Promise<EncodedChunk> {
  const table = await encodeRowTable(source, pace);
  const sections = [{ name: 'rows', bytes: await compress(table, COMPRESSION) }];
  let frame: Uint8Array[] = [];
  let frameBytes = 0;
  const flush = async () => {
    const bytes = await compress(Buffer.concat(frame), COMPRESSION);
    sections.push({ name: `bodies-${sections.length}`, bytes });
    frame = [];
    frameBytes = 0;
  };
  for (const [index, row] of source.rows.entries()) {
    if (index % 256 === 0) await pace();
    const bytes = source.bytes(row);
    // A record of 4 MB at most, so that a frame stays below a section's bound.
    if (frameBytes > 0 && frameBytes + bytes.length > PLAIN_FRAME_BYTES) await flush();
    frame.push(bytes);
    frameBytes += bytes.length;
  }
  await flush();
  return { sections };
}

async function open(entry: ChunkEntry, read: SectionReader): Promise<ChunkReader> {
  const table = decodeRowTable(await decompressSection(await read(0)));
  const total = table.start[table.count] ?? 0;
  const bodies = Buffer.allocUnsafeSlow(total);
  let at = 0;
  for (let index = 1; index < entry.sections.length; index++) {
    const frame = await decompressSection(await read(index));
    if (at + frame.length > total) throw corrupt(entry);
    frame.copy(bodies, at);
    at += frame.length;
  }
  if (at !== total) throw corrupt(entry);
  return new PlainReader(entry, table, bodies);
}

async function decompressSection(section: Uint8Array): Promise<Buffer> {
  try {
    return await decompress(section);
  } catch (error) {
    throw new AppError('store-corrupt', 'A section of a chunk is no zstd frame.', { cause: error });
  }
}

function corrupt(entry: ChunkEntry): AppError {
  return new AppError('store-corrupt', `The bodies of chunk ${entry.id} are not whole.`);
}

class PlainReader implements ChunkReader {
  readonly count: number;
  readonly minTime: number;
  readonly maxTime: number;
  readonly memoryBytes: number;
  readonly #table: RowTable;
  readonly #bodies: Buffer;

  constructor(entry: ChunkEntry, table: RowTable, bodies: Buffer) {
    this.count = table.count;
    this.minTime = entry.minTime;
    this.maxTime = entry.maxTime;
    this.#table = table;
    this.#bodies = bodies;
    this.memoryBytes = bodies.length + table.count * ROW_BYTES + table.stretches.length * 100;
  }

  isVisible(): boolean {
    return true;
  }

  time(row: number): number {
    return this.#table.time[row] ?? 0;
  }

  level(row: number): Level | undefined {
    return LEVELS[(this.#table.level[row] ?? 0) - 1];
  }

  source(row: number): RowSource {
    return this.#stretch(row).source;
  }

  offset(row: number): number {
    return this.#table.offset[row] ?? 0;
  }

  sourceLength(row: number): number {
    return this.#table.sourceLength[row] ?? 0;
  }

  sequence(row: number): number {
    return this.#stretch(row).sequence;
  }

  observed(row: number): number {
    return this.#stretch(row).observed;
  }

  isMapped(row: number): boolean {
    return this.#stretch(row).mapped;
  }

  bytes(row: number): Uint8Array {
    return this.#bodies.subarray(this.#table.start[row], this.#table.start[row + 1]);
  }

  body(row: number): Uint8Array {
    const bytes = this.bytes(row);
    if (this.isMapped(row) || bytes.at(-1) !== NEWLINE) return bytes;
    return bytes.subarray(0, bytes.length - 1);
  }

  timestampLength(row: number): number {
    return this.#table.timestampLength[row] ?? 0;
  }

  async select(selection: Selection): Promise<Uint32Array> {
    return await scanRows(this, selection);
  }

  #stretch(row: number): Stretch {
    const stretch = this.#table.stretches[this.#table.stretch[row] ?? 0];
    if (!stretch) throw new RangeError(`row ${row} of ${this.count}`);
    return stretch;
  }
}
