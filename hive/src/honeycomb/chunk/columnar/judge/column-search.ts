/** Looks for a word in columns of values. */
import type { ChunkData } from '../chunk-data.ts';
import { findInColumn } from '../compiled/find-in-column.ts';
import type { SlotTable } from '../slot-table.ts';
import { CONSTANT, VARYING } from '../value-columns.ts';
import { ColumnFrames } from './column-frames.ts';
import type { WantedWord } from './word-leaf.ts';

/** See the file's head. */
export class ColumnSearch {
  readonly #frames: ColumnFrames;
  readonly #word: WantedWord;
  readonly #needle: Buffer;

  /** @param word of ASCII characters */
  constructor(data: ChunkData, word: WantedWord) {
    this.#frames = new ColumnFrames(data);
    this.#word = word;
    this.#needle = Buffer.from(word.needle);
  }

  /** See {@link ColumnFrames.has}. */
  has(slots: SlotTable, slot: number): boolean {
    return this.#frames.has(slots, slot);
  }

  /** See {@link ColumnFrames.enter}. */
  async enter(slots: SlotTable, slot: number): Promise<void> {
    await this.#frames.enter(slots, slot);
  }

  /** Marks rows of the slot's template whose value the word accepts; the column is at hand, and ASCII. */
  mark(slots: SlotTable, slot: number, result: Uint8Array): void {
    const { bytes } = this.#frames;
    const from = this.#frames.begin(slots, slot);
    const to = from + (slots.bytes[slot] ?? 0);
    const encoding = slots.encoding[slot];
    const width = encoding === CONSTANT ? to - from : (slots.longest[slot] ?? 0);
    const place = { bytes, from, to, width: encoding === VARYING ? 0 : width };
    findInColumn(place, this.#needle, (row, begin, end) => {
      if (!this.#accepts(bytes, begin, end)) return;
      if (encoding === CONSTANT) result.fill(1);
      else result[row] = 1;
    });
  }

  #accepts(bytes: Buffer, begin: number, end: number): boolean {
    const word = this.#word;
    if (word.exact) return end - begin === this.#needle.length;
    return word.accepts(bytes.toString('latin1', begin, end).toLowerCase());
  }
}
