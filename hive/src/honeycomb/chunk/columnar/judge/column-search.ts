/** Looks for a word in columns of values. */
import type { ChunkData } from '../chunk-data.ts';
import type { SlotTable } from '../slot-table.ts';
import { CONSTANT, FIXED } from '../value-columns.ts';
import { END_MARK } from '../words.ts';
import { lowerText } from './lower-text.ts';
import type { WantedWord } from './word-leaf.ts';

/** Columns at hand: where they begin among all columns, and their bytes. */
interface Columns {
  readonly from: number;
  readonly bytes: Buffer;
}

/**
 * See the file's head. Columns of one frame are looked at one behind the other without waiting: chunks of JSON have
 * tens of thousands of them, of a few hundred bytes.
 */
export class ColumnSearch {
  readonly #data: ChunkData;
  readonly #word: WantedWord;
  #at: Columns = { from: 0, bytes: Buffer.alloc(0) };

  /** @param word of ASCII characters */
  constructor(data: ChunkData, word: WantedWord) {
    this.#data = data;
    this.#word = word;
  }

  /** Has the slot's column at hand; to be awaited before {@link mark}, where it is a promise. */
  enter(slots: SlotTable, slot: number): Promise<void> | undefined {
    const from = slots.from[slot] ?? 0;
    const to = from + (slots.bytes[slot] ?? 0);
    const at = this.#at;
    if (from >= at.from && to <= at.from + at.bytes.length) return undefined;
    return this.#enter(from, to);
  }

  /** Marks rows of the slot's template whose value the word accepts; the column is ASCII. */
  mark(slots: SlotTable, slot: number, result: Uint8Array): void {
    const from = (slots.from[slot] ?? 0) - this.#at.from;
    const column = this.#at.bytes.subarray(from, from + (slots.bytes[slot] ?? 0));
    const text = lowerText(column);
    const hit = text.indexOf(this.#word.needle);
    if (hit < 0) return;
    const encoding = slots.encoding[slot];
    if (encoding === CONSTANT) {
      if (this.#word.accepts(text)) result.fill(1);
    } else if (encoding === FIXED) markFixed(this.#word, text, slots.longest[slot] ?? 1, result);
    else markVarying(this.#word, text, column, result);
  }

  async #enter(from: number, to: number): Promise<void> {
    const frame = await this.#data.frameAt(from);
    const isWithin = to <= frame.from + frame.bytes.length;
    this.#at = isWithin ? frame : { from, bytes: await this.#data.columns(from, to) };
  }
}

function markFixed(word: WantedWord, text: string, width: number, result: Uint8Array): void {
  const { needle } = word;
  for (let at = text.indexOf(needle); at >= 0; ) {
    const row = Math.floor(at / width);
    const from = row * width;
    const isWithin = at + needle.length <= from + width;
    if (isWithin && word.accepts(text.slice(from, from + width))) result[row] = 1;
    at = text.indexOf(needle, result[row] === 1 ? from + width : at + 1);
  }
}

function markVarying(word: WantedWord, text: string, column: Buffer, result: Uint8Array): void {
  let [row, from, at] = [0, 0, 0];
  for (let hit = text.indexOf(word.needle); hit >= 0; hit = text.indexOf(word.needle, at)) {
    // Measured: values are short, and a call to find the end of each costs more than to go through them.
    while (at < hit) {
      if (column[at++] !== END_MARK) continue;
      row++;
      from = at;
    }
    while (at < column.length && column[at] !== END_MARK) at++;
    if (word.accepts(text.slice(from, at))) result[row] = 1;
  }
}
