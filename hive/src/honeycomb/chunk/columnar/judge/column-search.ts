/** Looks for a word in columns of values. */
import type { ChunkData } from '../chunk-data.ts';
import type { SlotTable } from '../slot-table.ts';
import { CONSTANT, FIXED } from '../value-columns.ts';
import { END_MARK } from '../words.ts';
import { ColumnFrames } from './column-frames.ts';
import { lowerText } from './lower-text.ts';
import type { WantedWord } from './word-leaf.ts';

/** See the file's head. */
export class ColumnSearch {
  readonly #frames: ColumnFrames;
  readonly #word: WantedWord;

  /** @param word of ASCII characters */
  constructor(data: ChunkData, word: WantedWord) {
    this.#frames = new ColumnFrames(data);
    this.#word = word;
  }

  /** Has the slot's column at hand; to be awaited before {@link mark}, where it is a promise. */
  enter(slots: SlotTable, slot: number): Promise<void> | undefined {
    return this.#frames.enter(slots, slot);
  }

  /** Marks rows of the slot's template whose value the word accepts; the column is ASCII. */
  mark(slots: SlotTable, slot: number, result: Uint8Array): void {
    const from = this.#frames.begin(slots, slot);
    const column = this.#frames.bytes.subarray(from, from + (slots.bytes[slot] ?? 0));
    const text = lowerText(column);
    const hit = text.indexOf(this.#word.needle);
    if (hit < 0) return;
    const encoding = slots.encoding[slot];
    if (encoding === CONSTANT) {
      if (this.#word.accepts(text)) result.fill(1);
    } else if (encoding === FIXED) markFixed(this.#word, text, slots.longest[slot] ?? 1, result);
    else markVarying(this.#word, text, column, result);
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
