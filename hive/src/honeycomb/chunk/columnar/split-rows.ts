import { SPLIT_MEMORY_KEPT_BYTES } from '@apiary/common/limits/store.ts';
import type { RowBatch } from '../row-batch.ts';
import type { LinearMemory } from './compiled/linear-memory.ts';
import { readTemplates, SplitColumns, type Template } from './compiled/split-columns.ts';
import { SplitMemory } from './compiled/split-memory.ts';
import { Promotions } from './promotions.ts';
import { StampSearch } from './stamp-search.ts';
import { RAW_ROW } from './value-columns.ts';

/** Longer rows are kept as they are. */
export const SPLIT_BYTES_MAX = 32 * 1024;
/** In place of a time, where the body is not the source: no row's. */
const NEVER_OBSERVED = -1;

/** Rows as templates and values. */
export interface SplitRows {
  readonly batch: RowBatch;
  readonly templates: readonly Template[];
  /** The dictionary: each template's text and END_MARK. */
  readonly texts: Buffer;
  /** By row: its template, or RAW_ROW. */
  readonly template: Uint16Array;
  readonly columns: SplitColumns;
  /** Hashes of words in the dictionary, for the bloom. */
  readonly literals: Int32Array;
}

/** Splits the rows of chunks; what it learns of shapes and stamps serves the next chunk. */
export class Splitter {
  readonly #stamps = new StampSearch();
  #memory = this.#newMemory();

  /**
   * The result's columns are valid until the next call.
   *
   * @param templatesMax past about so many, undefined; some more where few rows have them
   */
  split(batch: RowBatch, templatesMax = Number.POSITIVE_INFINITY): SplitRows | undefined {
    if (this.#memory.size > SPLIT_MEMORY_KEPT_BYTES) this.#memory = this.#newMemory();
    const memory = this.#memory;
    const { loops } = memory;
    const template = new Uint16Array(batch.count);
    const streams = new Map<object, number>();
    loops.begin();
    memory.literals.clear();
    for (const { source, observed, mapped, from, to } of batch.stretches) {
      let stream = streams.get(source);
      if (stream === undefined) {
        stream = loops.addStream();
        streams.set(source, stream);
      }
      const habit = this.#stamps.habitOf(source);
      memory.putHabit(habit);
      for (let row = from; row < to; ) {
        const count = this.#put(batch, row, to);
        if (count === 0) {
          template[row++] = RAW_ROW;
          continue;
        }
        const begin = batch.start[row] ?? 0;
        loops.splitRows(stream, count, begin, mapped ? NEVER_OBSERVED : observed);
        const at = loops.ROW_TEMPLATE.value;
        // Each has columns of its own: rows that have little in common are given up before they fill the memory.
        if (loops.templates.value > templatesMax) return undefined;
        Buffer.from(template.buffer).set(memory.bytes.subarray(at, at + 2 * count), 2 * row);
        row += count;
      }
      memory.takeHabit(habit);
    }
    const { templates, texts } = readTemplates(memory);
    const literals = Int32Array.from(memory.literals);
    const columns = new SplitColumns(memory, templates);
    return { batch, templates, texts, template, columns, literals };
  }

  /** See {@link SplitMemory.lend}. */
  lendMemory(): LinearMemory {
    return this.#memory.lend();
  }

  #newMemory(): SplitMemory {
    return new SplitMemory({ promotions: new Promotions(), stamps: this.#stamps });
  }

  /** Lays rows out from one on, before another; gives how many there was room for. */
  #put({ bytes, start, time, timestampLength }: RowBatch, from: number, before: number): number {
    const memory = this.#memory;
    const { loops } = memory;
    const begin = start[from] ?? 0;
    const to = lastWithin(start, {
      ...{ from, before: Math.min(before, from + loops.ROWS_MAX.value) },
      bytes: begin + loops.ROW_BYTES_MAX.value,
    });
    memory.numbersAt(loops.ROW_START, to - from + 1).set(start.subarray(from, to + 1));
    memory.timesAt(loops.ROW_TIME, to - from).set(time.subarray(from, to));
    memory.bytes.set(timestampLength.subarray(from, to), loops.ROW_STAMP.value);
    memory.bytes.set(bytes.subarray(begin, start[to]), loops.ROW_BYTES.value);
    return to - from;
  }
}

/** The last row from one on, up to another, that begins before so many bytes are over. */
function lastWithin(
  start: Uint32Array,
  { from, before, bytes }: { from: number; before: number; bytes: number },
): number {
  let low = from;
  let high = before;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((start[middle] ?? 0) <= bytes) low = middle;
    else high = middle - 1;
  }
  return low;
}
