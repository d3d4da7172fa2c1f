/** Looks for a word in columns of values. */
import type { ChunkData } from '../chunk-data.ts';
import { findInColumn } from '../compiled/find-in-column.ts';
import type { SlotTable } from '../slot-table.ts';
import { CONSTANT, VARYING } from '../value-columns.ts';
import { ColumnFrames } from './column-frames.ts';
import { ListedSearch } from './listed-search.ts';
import type { WantedWord } from './word-leaf.ts';

/** See the file's head. */
export class ColumnSearch {
  readonly #frames: ColumnFrames;
  readonly #listed: ListedSearch;
  readonly #word: WantedWord;
  readonly #needle: Buffer;

  /** @param word of ASCII characters */
  constructor(data: ChunkData, word: WantedWord) {
    this.#frames = new ColumnFrames(data);
    this.#listed = new ListedSearch(data, word);
    this.#word = word;
    this.#needle = Buffer.from(word.needle);
  }

  /**
   * Marks rows of the slot's template whose value the word accepts; the column is ASCII, or in the lexicon. False: it is
   * not at hand, and nothing was marked.
   */
  markAtHand(slots: SlotTable, slot: number, result: Uint8Array): boolean {
    if (slots.listed[slot] === 1) return this.#listed.markAtHand(slot, result);
    if (!this.#frames.has(slots, slot)) return false;
    this.#markColumn(slots, slot, result);
    return true;
  }

  /** The same, wherever the column is. @throws AppError `store-corrupt` */
  async mark(slots: SlotTable, slot: number, result: Uint8Array): Promise<void> {
    if (slots.listed[slot] === 1) {
      await this.#listed.mark(slot, result);
      return;
    }
    while (!this.#frames.has(slots, slot)) await this.#frames.enter(slots, slot);
    this.#markColumn(slots, slot, result);
  }

  #markColumn(slots: SlotTable, slot: number, result: Uint8Array): void {
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
