/** Searches and decodes one sealed chunk of columns. */
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import { LEVELS } from '@apiary/common/record.ts';
import type {
  Matches,
  Pace,
  RecordSet,
  RowColumns,
  RowPlaces,
  Selection,
} from '../../record-set.ts';
import type { ChunkReader, SectionReader } from '../chunk-format.ts';
import type { RowBatch, Stretch } from '../row-batch.ts';
import { ChunkData, type Lengths } from './chunk-data.ts';
import { decodeRows, timestampLengths } from './decode-rows.ts';
import { selectRows } from './select-rows.ts';

/** See the file's head. */
export class ColumnarReader implements ChunkReader {
  readonly count: number;
  readonly minTime: number;
  readonly maxTime: number;
  readonly #data: ChunkData;

  constructor(entry: ChunkEntry, read: SectionReader) {
    this.count = entry.records;
    this.minTime = entry.minTime;
    this.maxTime = entry.maxTime;
    this.#data = new ChunkData(read, entry.sections);
  }

  get memoryBytes(): number {
    return this.#data.memoryBytes;
  }

  async select(selection: Selection): Promise<Matches> {
    const rows = await selectRows(this.#data, this, selection);
    return {
      count: rows.length,
      rows,
      columns: async () => await columnsOf(this.#data),
      places: async () => placesOf(await this.#data.lengths()),
      load: async (wanted) => await loadRows(this.#data, wanted, selection.pace),
    };
  }

  async decode(pace: Pace): Promise<RowBatch> {
    const { head, stretches } = await this.#data.runs();
    const all = new Uint32Array(head.rows);
    for (let row = 0; row < head.rows; row++) all[row] = row;
    const { bytes, start } = await decodeRows(this.#data, all, pace);
    const lengths = await this.#data.lengths();
    const stampOf = await timestampLengths(this.#data);
    const timestampLength = new Uint8Array(head.rows);
    for (let row = 0; row < head.rows; row++) timestampLength[row] = stampOf(row);
    return {
      count: head.rows,
      bytes,
      start: Uint32Array.from(start),
      time: await this.#data.times(),
      timestampLength,
      sourceLength: lengths.source,
      stretches,
    };
  }
}

async function columnsOf(data: ChunkData): Promise<RowColumns> {
  const { stretches } = await data.runs();
  const [times, levels] = [await data.times(), await data.levels()];
  let current: Stretch | undefined;
  return {
    time: (row) => times[row] ?? 0,
    level: (row) => LEVELS[(levels[row] ?? 0) - 1],
    source(row) {
      if (!current || row < current.from || row >= current.to) current = stretchAt(stretches, row);
      return current.source;
    },
  };
}

function placesOf({ offset, source }: Lengths): RowPlaces {
  return { offset: (row) => offset[row] ?? 0, sourceLength: (row) => source[row] ?? 0 };
}

/** The stretch of a row. */
function stretchAt(stretches: readonly Stretch[], row: number): Stretch {
  let low = 0;
  let high = stretches.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stretches[middle]?.to ?? 0) <= row) low = middle + 1;
    else high = middle;
  }
  const stretch = stretches[low];
  if (!stretch || row < stretch.from || row >= stretch.to) throw new RangeError(`no row ${row}`);
  return stretch;
}

async function loadRows(data: ChunkData, wanted: Uint32Array, pace: Pace): Promise<RecordSet> {
  const { head, stretches } = await data.runs();
  const columns = await columnsOf(data);
  const lengths = await data.lengths();
  const stampOf = await timestampLengths(data);
  const { bytes, start } = await decodeRows(data, wanted, pace);
  const places = new Map<number, number>();
  for (const [index, row] of wanted.entries()) places.set(row, index);
  const stored = (row: number) => {
    const index = places.get(row);
    if (index === undefined) throw new RangeError(`row ${row} was not loaded`);
    return bytes.subarray(start[index], start[index + 1]);
  };
  return {
    ...columns,
    count: head.rows,
    isVisible: () => true,
    ...placesOf(lengths),
    sequence: (row) => stretchAt(stretches, row).sequence,
    observed: (row) => stretchAt(stretches, row).observed,
    timestampLength: stampOf,
    body(row) {
      const whole = stored(row);
      const ended = whole.at(-1) === 10 && !stretchAt(stretches, row).mapped;
      return ended ? whole.subarray(0, -1) : whole;
    },
  };
}
