/** Looks for a word in columns whose values are numbers of words. */
import type { ChunkData } from '../chunk-data.ts';
import type { WantedNumbers } from '../compiled/find-numbers.ts';
import type { FoundValues, ListedValues } from '../listed-values.ts';
import type { WantedWord } from './word-leaf.ts';

/** The columns of a chunk, and what is wanted of its words. */
interface Wanted {
  readonly listed: ListedValues;
  readonly words: WantedNumbers;
}

/** See the file's head. */
export class ListedSearch {
  readonly #data: ChunkData;
  readonly #word: WantedWord;
  /** Null: no word is wanted, or there are none. */
  #wanted: Wanted | null | undefined;
  /**
   * In the last frame. Measured on free text, whose chunks have 20,000 columns, most of a few rows: looked for in each of them
   * by itself, a search took a tenth more processor time.
   */
  #found: FoundValues | undefined;

  constructor(data: ChunkData, word: WantedWord) {
    this.#data = data;
    this.#word = word;
  }

  /** Marks rows of the slot's template whose value is the word. False: they are not at hand, or in several frames. */
  markAtHand(slot: number, result: Uint8Array): boolean {
    if (this.#wanted === null) return true;
    const found = this.#found;
    if (!this.#wanted || !found) return false;
    const { listed } = this.#wanted;
    const { first, last } = listed.framesOf(slot, { first: 0, last: result.length - 1 });
    if (first !== found.frame || last !== found.frame) return false;
    listed.mark(slot, found, result);
    return true;
  }

  /** The same, wherever they are. @throws AppError `store-corrupt` */
  async mark(slot: number, result: Uint8Array): Promise<void> {
    if (this.#wanted === undefined) {
      const listed = await this.#data.listed();
      const words = listed?.lexicon.wanted(this.#word);
      this.#wanted = listed && words ? { listed, words } : null;
    }
    if (!this.#wanted) return;
    const { listed, words } = this.#wanted;
    const { first, last } = listed.framesOf(slot, { first: 0, last: result.length - 1 });
    for (let frame = first; frame <= last; frame++) {
      const known = this.#found?.frame === frame ? this.#found : undefined;
      const found = known ?? (await listed.find(frame, words));
      this.#found = found;
      listed.mark(slot, found, result);
    }
  }
}
