/** Looks for a word in columns whose values are numbers of words. */
import type { ChunkData } from '../chunk-data.ts';
import type { WantedNumbers } from '../compiled/find-numbers.ts';
import type { ListedValues } from '../listed-values.ts';
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

  constructor(data: ChunkData, word: WantedWord) {
    this.#data = data;
    this.#word = word;
  }

  /** Marks rows of the slot's template whose value is the word. False: they are not at hand. */
  markAtHand(slot: number, result: Uint8Array): boolean {
    if (this.#wanted === null) return true;
    return this.#wanted?.listed.markAtHand(slot, this.#wanted.words, result) ?? false;
  }

  /** The same, wherever they are. */
  async mark(slot: number, result: Uint8Array): Promise<void> {
    if (this.#wanted === undefined) {
      const listed = await this.#data.listed();
      const words = listed?.lexicon.wanted(this.#word);
      this.#wanted = listed && words ? { listed, words } : null;
    }
    if (this.#wanted) await this.#wanted.listed.mark(slot, this.#wanted.words, result);
  }
}
