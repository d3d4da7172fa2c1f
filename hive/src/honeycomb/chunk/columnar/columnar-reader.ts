/** Searches and decodes one sealed chunk of columns. */
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import type { Matches, Pace, Selection } from '../../records/record-set.ts';
import { NO_MATCHES } from '../../records/row-counts.ts';
import type {
  ChunkReader,
  NewestMatches,
  ReaderMemory,
  RowParts,
  SectionReader,
} from '../chunk-format.ts';
import type { RowBatch } from '../row-batch.ts';
import type { RowColumns } from '../same-rows.ts';
import { ChunkData } from './chunk-data.ts';
import { ChunkMatches } from './chunk-matches.ts';
import { BodyDecoder } from './compiled/body-decoder.ts';
import { decodeWhole } from './compiled/decode-whole.ts';
import {
  borrowMemory,
  giveBackMemory,
  isKeptMemory,
  type LinearMemory,
} from './compiled/linear-memory.ts';
import { timestampLengths } from './decode-rows.ts';
import { verifyNewest } from './newest-rows.ts';
import { NewestSection } from './newest-section.ts';
import { mayMatch, selectRows } from './select-rows.ts';

/** Bodies of rows that are decoded together where they are not to be in memory all at once. */
const PART_BYTES = 4 << 20;

/** See the file's head. */
export class ColumnarReader implements ChunkReader {
  readonly count: number;
  readonly minTime: number;
  readonly maxTime: number;
  readonly selectNewest: ((selection: Selection) => Promise<NewestMatches>) | undefined;
  readonly #data: ChunkData;
  readonly #newest: NewestSection;

  constructor(entry: ChunkEntry, read: SectionReader, memory?: ReaderMemory) {
    this.count = entry.records;
    this.minTime = entry.minTime;
    this.maxTime = entry.maxTime;
    this.#data = new ChunkData(read, entry.sections, memory);
    this.#newest = new NewestSection(read, entry.sections, memory);
    if (this.#newest.exists) this.selectNewest = (selection) => this.#selectNewest(selection);
  }

  get memoryBytes(): number {
    return this.#data.memoryBytes + this.#newest.memoryBytes;
  }

  release(how: 'in-use' | 'unused'): void {
    this.#data.release(how);
  }

  async select(selection: Selection): Promise<Matches> {
    const found = await selectRows(this.#data, this, selection);
    return found ? await ChunkMatches.of(this.#data, found, selection.pace) : NO_MATCHES;
  }

  async decode(pace: Pace, memory?: LinearMemory): Promise<RowBatch> {
    const own = memory ?? borrowMemory();
    const { bytes, start } = await decodeWhole(this.#data, pace, own);
    // What nobody else gets stays with the rows: those of a compacted chunk are 64 MB.
    const kept = memory || !isKeptMemory(own) ? bytes : Buffer.from(bytes);
    if (!memory) giveBackMemory(own);
    const batch = { ...(await this.#columns(start)), bytes: kept };
    if (this.#newest.exists) verifyNewest(await this.#newest.rows(), batch);
    return batch;
  }

  async decodeParts(pace: Pace, memory: LinearMemory): Promise<RowParts> {
    const decoder = await BodyDecoder.open(this.#data, memory, PART_BYTES);
    return {
      ...(await this.#columns(decoder.start)),
      level: await this.levels(),
      bodies: bodiesOf(decoder, pace),
      newest: this.#newest.exists ? await this.#newest.rows() : undefined,
    };
  }

  async levels(): Promise<Uint8Array> {
    return await this.#data.levels();
  }

  async #columns(start: Uint32Array): Promise<RowColumns> {
    const { head, stretches } = await this.#data.runs();
    const lengths = await this.#data.lengths();
    const stampOf = await timestampLengths(this.#data);
    const timestampLength = new Uint8Array(head.rows);
    for (let row = 0; row < head.rows; row++) timestampLength[row] = stampOf(row);
    return {
      count: head.rows,
      ...{ start, stretches, timestampLength },
      time: await this.#data.times(),
      sourceLength: lengths.source,
    };
  }

  async #selectNewest(selection: Selection): Promise<NewestMatches> {
    const hasWords = await mayMatch(this.#data, selection.query);
    if (!hasWords) return { after: Number.NEGATIVE_INFINITY, matches: NO_MATCHES };
    return await this.#newest.select(selection);
  }
}

async function* bodiesOf(decoder: BodyDecoder, pace: Pace): AsyncGenerator<Buffer> {
  for (;;) {
    const bytes = await decoder.next(pace);
    if (!bytes) return;
    yield bytes;
  }
}
