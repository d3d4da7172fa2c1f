import type { ChunkData } from '../chunk-data.ts';
import { FULL_MASK } from '../words.ts';
import { ColumnSearch } from './column-search.ts';
import { NONE, SOME } from './judge.ts';
import { findWord, mayBeInStamp, mayHold, type WordPlaces } from './word-judge.ts';
import type { WantedWord } from './word-leaf.ts';

/** Words, or parts of words, that a line must have to match: what templates and columns say about them. */
export class LineParts {
  readonly #data: ChunkData;
  readonly #words: readonly WantedWord[];
  /** By word. */
  readonly #columns: readonly ColumnSearch[];
  #places: Promise<WordPlaces[]> | undefined;

  constructor(data: ChunkData, words: readonly WantedWord[]) {
    this.#data = data;
    this.#words = words;
    this.#columns = words.map((word) => new ColumnSearch(data, word));
  }

  /** SOME for templates whose rows can have all of them, NONE for the others. */
  async states(): Promise<Uint8Array> {
    const { head } = await this.#data.runs();
    const states = new Uint8Array(head.templates + 1).fill(SOME);
    for (const { values, literals } of await this.#find()) {
      for (let id = 0; id < states.length; id++) {
        if (values[id] === 0 && literals[id] === 0) states[id] = NONE;
      }
    }
    return states;
  }

  /** By row of a template that is not that of raw rows: 0 where one is missing; undefined: none may be. */
  async candidates(template: number): Promise<Uint8Array | undefined> {
    const places = await this.#find();
    let all: Uint8Array | undefined;
    for (const [index, word] of this.#words.entries()) {
      if (places[index]?.literals[template] === 1) continue;
      const columns = this.#columns[index];
      const rows = columns && (await this.#inColumns(template, word, columns));
      if (!rows) continue;
      all = all ? all.map((row, at) => row & (rows[at] ?? 0)) : rows;
    }
    return all;
  }

  async #inColumns(
    template: number,
    word: WantedWord,
    columns: ColumnSearch,
  ): Promise<Uint8Array | undefined> {
    const slots = await this.#data.slots();
    if ((slots.layout[template] ?? -1) >= 0 && mayBeInStamp(word.needle)) return undefined;
    const result = new Uint8Array(slots.rows[template] ?? 0);
    const end = slots.firstSlot[template + 1] ?? 0;
    for (let slot = slots.firstSlot[template] ?? 0; slot < end; slot++) {
      if (!mayHold(word, slots, slot)) continue;
      // What is beyond ASCII may become anything when it is folded.
      if (slots.mask[slot] === FULL_MASK && slots.listed[slot] === 0) return undefined;
      if (!columns.markAtHand(slots, slot, result)) await columns.mark(slots, slot, result);
    }
    return result;
  }

  #find(): Promise<WordPlaces[]> {
    this.#places ??= (async () => {
      const places: WordPlaces[] = [];
      for (const word of this.#words) places.push(await findWord(this.#data, word, true));
      return places;
    })();
    return this.#places;
  }
}
