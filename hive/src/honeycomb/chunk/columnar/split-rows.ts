import type { RowBatch } from '../row-batch.ts';
import { Promotions } from './promotions.ts';
import { RowSplitter, SPLIT_BYTES_MAX } from './row-splitter.ts';
import { SlotColumns } from './slot-columns.ts';
import { StampFinder } from './stamp-finder.ts';
import { Succession } from './succession.ts';
import {
  type GuessedRow,
  type RowPlace,
  TEMPLATES_MAX,
  type Template,
  TemplateTable,
  type TemplateTraits,
} from './template-table.ts';
import { RAW_ROW } from './value-columns.ts';
import { ValueList } from './value-list.ts';
import { WordHashes } from './word-hashes.ts';

/** Rows as templates and values. */
export interface SplitRows {
  readonly batch: RowBatch;
  readonly templates: readonly Template[];
  /** The dictionary: see TemplateTable. */
  readonly texts: Buffer;
  /** By row: its template, or RAW_ROW. */
  readonly template: Uint16Array;
  readonly columns: SlotColumns;
  /** Of values, for the bloom. */
  readonly words: WordHashes;
  /** By template: 1 where a value may decide about a level. */
  readonly hasLevelWord: Uint8Array;
}

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
  readonly #guessed: GuessedRow = { traits: this.#traits, stamp: this.#stamp };
  readonly #values = new ValueList();
  readonly #words = new WordHashes();
  readonly #columns = new SlotColumns(this.#words);
  #succession = new Succession();
  #wasGuessed = false;

  /** The result's columns and words are valid until the next call. */
  split(batch: RowBatch): SplitRows {
    const values = this.#values;
    const columns = this.#columns;
    columns.clear();
    this.#words.clear();
    this.#succession = new Succession();
    const table = new TemplateTable(this.#promotions, values);
    const template = new Uint16Array(batch.count);
    const hasLevelWord = new Uint8Array(TEMPLATES_MAX);
    let templates = 0;
    for (const { source, observed, mapped, from, to } of batch.stretches) {
      this.#stamps.enter(source);
      this.#succession.enter(source);
      for (let row = from; row < to; row++) {
        const found = this.#splitRow(batch, table, row, mapped ? -1 : observed);
        template[row] = found < 0 ? RAW_ROW : found;
        if (found < 0) continue;
        if (found === templates) {
          columns.add(values.count);
          templates++;
        }
        const slot = table.templates[found]?.firstSlot ?? 0;
        if (columns.append(slot, values, batch.bytes)) hasLevelWord[found] = 1;
        this.#succession.went(found, this.#wasGuessed);
      }
    }
    return {
      batch,
      templates: table.templates,
      texts: table.texts,
      template,
      ...{ columns, words: this.#words, hasLevelWord },
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
    place.from = from;
    place.to = to;
    traits.timestampLength = head;
    traits.ended = ended;
    traits.layout = length > 0 ? this.#stamps.layout : -1;
    traits.shift = length > 0 ? this.#stamps.shift : 0;
    const guessed = this.#succession.isGuessed ? this.#guess(bytes, table) : -1;
    this.#wasGuessed = guessed >= 0;
    if (guessed >= 0) return guessed;
    if (!this.#tokens.split(bytes, from, to, stamp)) return -1;
    return table.find(bytes, place, this.#tokens, traits);
  }

  /** The template of the row at hand if it is one of two that are likely; else negative. */
  #guess(bytes: Buffer, table: TemplateTable): number {
    const place = this.#place;
    if (place.to - place.from > SPLIT_BYTES_MAX) return -1;
    const { newest, older } = this.#succession;
    const row = this.#guessed;
    if (newest >= 0 && table.isRowOf(newest, bytes, place, row)) return newest;
    return older >= 0 && table.isRowOf(older, bytes, place, row) ? older : -1;
  }
}
