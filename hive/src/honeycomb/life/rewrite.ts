/**
 * Chunks written anew from sealed ones: several as one, or one without some of its rows. Proven before it
 * is given out: the new chunk decodes to its rows, and these are the old chunks' rows, byte for byte.
 */
import { crc32 } from 'node:zlib';
import type { ChunkEntry, NewChunk } from '@apiary/common/chunks/chunks.ts';
import { AppError } from '@apiary/common/errors.ts';
import { COMPACTED_ZSTD_LEVEL } from '@apiary/common/limits/store.ts';
import type { ReaderMemory } from '../chunk/chunk-format.ts';
import { borrowEncoderMemory } from '../chunk/columnar/columnar.ts';
import { freeMemory } from '../chunk/free-memory.ts';
import { formatOf } from '../chunk/index.ts';
import { emptyColumns, keptRows } from '../chunk/kept-rows.ts';
import { levelCode } from '../chunk/level-code.ts';
import type { RowBatch, Stretch } from '../chunk/row-batch.ts';
import { type ChunkName, sealBatch } from '../chunk/seal-batch.ts';

/** A sealed chunk with all of its sections. */
export interface OldChunk {
  readonly entry: ChunkEntry;
  readonly sections: readonly Uint8Array[];
  /** Rows that are to go, ascending. */
  readonly without: Uint32Array;
}

/** What becomes of the old chunks' sections: see `ReaderMemory.ownsSections`. */
type SectionUse = Pick<ReaderMemory, 'ownsSections'>;

/**
 * All rows of the old chunks but those that are to go, in their order, as one chunk.
 *
 * @returns undefined when no row is left
 * @throws AppError `store-corrupt` when an old chunk cannot be read or the new one is not the same;
 * `too-large` when it does not fit in one
 */
export async function rewriteChunks(
  chunks: readonly OldChunk[],
  name: ChunkName,
  { ownsSections = false }: SectionUse = {},
): Promise<NewChunk | undefined> {
  const [first] = chunks;
  const batch =
    first && chunks.length === 1 && first.without.length > 0
      ? await withDecoded(first, ownsSections, (own) => own)
      : await joined(chunks, ownsSections);
  return batch.count === 0 ? undefined : await sealBatch(batch, name, COMPACTED_ZSTD_LEVEL);
}

/** The rows of chunks one behind the other. No more than one of them is decoded at a time. */
async function joined(chunks: readonly OldChunk[], ownsSections: boolean): Promise<RowBatch> {
  const joint = new JointBatch(chunks);
  for (const chunk of chunks) await withDecoded(chunk, ownsSections, (batch) => joint.add(batch));
  return joint.batch();
}

/** Calls `use` with the rows of a chunk that stay, which are gone behind it. */
async function withDecoded<T>(
  chunk: OldChunk,
  ownsSections: boolean,
  use: (batch: RowBatch) => T,
): Promise<T> {
  const { entry, sections, without } = chunk;
  const read = async (index: number) => sections[index] ?? new Uint8Array();
  const reader = formatOf(entry.format).open(entry, read, { hasRoom: () => false, ownsSections });
  const { memory, giveBack } = borrowEncoderMemory();
  try {
    const batch = await reader.decode(() => undefined, memory);
    if (batch.count !== entry.records || batch.bytes.length !== entry.rawBytes) {
      throw new AppError('store-corrupt', `Chunk ${entry.id} is not what the catalogue says.`);
    }
    const whole = { ...batch, level: (await reader.levels?.()) ?? levelsOf(batch) };
    const used = use(without.length === 0 ? whole : keptRows(whole, flagsOf(whole, without)));
    reader.release('unused');
    for (const part of [batch.bytes, batch.start, batch.timestampLength]) freeMemory(part);
    return used;
  } finally {
    giveBack();
  }
}

function levelsOf(batch: RowBatch): Uint8Array {
  return Uint8Array.from({ length: batch.count }, (_, row) => levelCode(batch, row));
}

/** By row: 1 where it stays. */
function flagsOf({ count }: RowBatch, without: Uint32Array): Uint8Array {
  const kept = new Uint8Array(count).fill(1);
  for (const row of without) kept[row] = 0;
  return kept;
}

/** Batches one behind the other as one. */
class JointBatch {
  readonly #bytes: Buffer;
  readonly #start: Uint32Array<ArrayBuffer>;
  readonly #level: Uint8Array;
  readonly #columns: ReturnType<typeof emptyColumns>;
  readonly #sources = new Map<string, Stretch['source']>();
  readonly #stretches: Stretch[] = [];
  #row = 0;
  #at = 0;
  #checksum = 0;

  /** @param chunks with as many bytes as their batches have, or more; and as many rows */
  constructor(chunks: readonly OldChunk[]) {
    const sum = (of: (chunk: OldChunk) => number) => chunks.reduce((all, one) => all + of(one), 0);
    const count = sum(({ entry, without }) => entry.records - without.length);
    this.#bytes = Buffer.allocUnsafeSlow(sum(({ entry }) => entry.rawBytes));
    this.#start = new Uint32Array(count + 1);
    this.#level = new Uint8Array(count);
    this.#columns = emptyColumns(count);
  }

  add(batch: RowBatch): void {
    const [row, at] = [this.#row, this.#at];
    this.#columns.time.set(batch.time, row);
    this.#columns.timestampLength.set(batch.timestampLength, row);
    this.#columns.sourceLength.set(batch.sourceLength, row);
    if (batch.level) this.#level.set(batch.level, row);
    for (let own = 0; own < batch.count; own++) {
      this.#start[row + own] = at + (batch.start[own] ?? 0);
    }
    for (const stretch of batch.stretches) {
      const key = JSON.stringify(stretch.source);
      const source = this.#sources.get(key) ?? stretch.source;
      this.#sources.set(key, source);
      this.#stretches.push({ ...stretch, source, from: stretch.from + row, to: stretch.to + row });
    }
    this.#bytes.set(batch.bytes, at);
    this.#checksum = crc32(batch.bytes, this.#checksum);
    this.#row += batch.count;
    this.#at += batch.bytes.length;
  }

  /** @throws AppError `store-corrupt` when its bytes are not those of the batches */
  batch(): RowBatch {
    const bytes = this.#bytes.subarray(0, this.#at);
    if (crc32(bytes) !== this.#checksum) {
      throw new AppError('store-corrupt', 'Rows that were put together are not what they were.');
    }
    this.#start[this.#row] = this.#at;
    const [start, level, stretches] = [this.#start, this.#level, this.#stretches];
    return { count: this.#row, bytes, start, ...this.#columns, level, stretches };
  }
}
