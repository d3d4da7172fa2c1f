import type { RowBatch } from '../row-batch.ts';
import { Promotions } from './promotions.ts';
import { RowSplitter, TOKENS_MAX } from './row-splitter.ts';
import { StampFinder } from './stamp-finder.ts';
import {
  type RowPlace,
  type Template,
  TemplateTable,
  type TemplateTraits,
} from './template-table.ts';

/** Rows as templates and values. */
export interface SplitRows {
  readonly batch: RowBatch;
  readonly templates: readonly Template[];
  /** The dictionary: see TemplateTable. */
  readonly texts: Buffer;
  /** By row: its template, or RAW_ROW. */
  readonly template: Uint16Array;
  /** By row: its first value; one more than there are rows. */
  readonly firstValue: Uint32Array;
  /** By value: where it begins in the batch's bytes, and how long it is. */
  readonly valueStart: Int32Array;
  readonly valueLength: Int32Array;
}

/** The template of rows that are kept as they are. */
export const RAW_ROW = 0xffff;
const NEWLINE = 10;

/** Splits the rows of chunks; what it learns of shapes and stamps serves the next chunk. */
export class Splitter {
  readonly #promotions = new Promotions();
  readonly #tokens = new RowSplitter();
  readonly #stamps = new StampFinder();
  // Of the row at hand; kept, because an object for each row would be collected a million times a second.
  readonly #place: RowPlace = { from: 0, to: 0 };
  readonly #stamp: RowPlace = { from: 0, to: 0 };
  readonly #traits: TemplateTraits = { timestampLength: 0, ended: false, layout: -1, shift: 0 };
  #valueStart = new Int32Array(1 << 16);
  #valueLength = new Int32Array(1 << 16);

  /** The result's value columns are valid until the next call. */
  split(batch: RowBatch): SplitRows {
    const table = new TemplateTable(this.#promotions, TOKENS_MAX);
    const template = new Uint16Array(batch.count);
    const firstValue = new Uint32Array(batch.count + 1);
    let values = 0;
    for (const { source, observed, mapped, from, to } of batch.stretches) {
      this.#stamps.enter(source);
      for (let row = from; row < to; row++) {
        firstValue[row] = values;
        const found = this.#splitRow(batch, table, row, mapped ? -1 : observed);
        template[row] = found < 0 ? RAW_ROW : found;
        if (found >= 0) values = this.#keep(table, values);
      }
    }
    firstValue[batch.count] = values;
    return {
      batch,
      templates: table.templates,
      texts: table.texts,
      template,
      firstValue,
      valueStart: this.#valueStart,
      valueLength: this.#valueLength,
    };
  }

  /** The row's template, or -1. `observed` is negative where the body is not the source. */
  #splitRow(
    { bytes, start, time, timestampLength }: RowBatch,
    table: TemplateTable,
    row: number,
    observed: number,
  ): number {
    const from = start[row] ?? 0;
    let to = start[row + 1] ?? 0;
    const ended = observed >= 0 && to > from && bytes[to - 1] === NEWLINE;
    if (ended) to--;
    const head = timestampLength[row] ?? 0;
    for (let at = from; at < from + head; at++) if ((bytes[at] ?? 0) >= 0x80) return -1;
    const length = this.#stamps.find(bytes, from, to, time[row] ?? 0, observed);
    const [place, stamp, traits] = [this.#place, this.#stamp, this.#traits];
    stamp.from = from + (length > 0 ? this.#stamps.at : 0);
    stamp.to = stamp.from + length;
    if (!this.#tokens.split(bytes, from, to, stamp)) return -1;
    place.from = from;
    place.to = to;
    traits.timestampLength = head;
    traits.ended = ended;
    traits.layout = length > 0 ? this.#stamps.layout : -1;
    traits.shift = length > 0 ? this.#stamps.shift : 0;
    return table.find(bytes, place, this.#tokens, traits);
  }

  #keep(table: TemplateTable, values: number): number {
    const count = table.valueCount;
    if (values + count > this.#valueStart.length) {
      this.#valueStart = grow(this.#valueStart, values + count);
      this.#valueLength = grow(this.#valueLength, values + count);
    }
    for (let value = 0; value < count; value++) {
      this.#valueStart[values + value] = table.valueStart[value] ?? 0;
      this.#valueLength[values + value] = table.valueLength[value] ?? 0;
    }
    return values + count;
  }
}

function grow(column: Int32Array, atLeast: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(atLeast, column.length * 2));
  grown.set(column);
  return grown;
}
