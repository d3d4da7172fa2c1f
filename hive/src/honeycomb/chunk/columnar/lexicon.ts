/**
 * Words that columns of a chunk have in common, and which of them a query wants: who looks for a part of a word goes
 * through each word once, and where none has it no column is read.
 */
import { isAscii } from 'node:buffer';
import { AppError } from '@apiary/common/errors.ts';
import { foldCase } from '@apiary/common/query/words.ts';
import { findInColumn } from './compiled/find-in-column.ts';
import type { WantedWord } from './judge/word-leaf.ts';
import { END_MARK } from './words.ts';

const MEMORY_BYTES_PER_WORD = 5;

/** See the file's head. */
export class Lexicon {
  /** Words in the order of their numbers, END_MARK behind each. */
  readonly bytes: Buffer;
  /** Where each begins; one more than there are. */
  readonly start: Uint32Array;
  /** Words with bytes beyond ASCII. */
  readonly #beyondAscii: readonly number[];
  readonly #found = new WeakMap<WantedWord, Uint8Array | undefined>();

  /** @throws AppError `store-corrupt` if there are not so many words */
  constructor(bytes: Buffer, words: number) {
    this.bytes = bytes;
    this.start = startsOf(bytes, words);
    if (this.start[words] !== bytes.length) throw corrupt();
    this.#beyondAscii = isAscii(bytes) ? [] : wordsBeyondAscii(bytes, this.start);
  }

  get words(): number {
    return this.start.length - 1;
  }

  get memoryBytes(): number {
    return this.bytes.length + MEMORY_BYTES_PER_WORD * this.words;
  }

  /** By word: 1 where it is the wanted one; undefined where none is. */
  wanted(word: WantedWord): Uint8Array | undefined {
    if (!this.#found.has(word)) this.#found.set(word, this.#find(word));
    return this.#found.get(word);
  }

  #find(word: WantedWord): Uint8Array | undefined {
    const found = new Uint8Array(this.words);
    let some = false;
    const take = (number: number) => {
      found[number] = 1;
      some = true;
    };
    const isBeyond = new Set(this.#beyondAscii);
    const { bytes } = this;
    const needle = Buffer.from(word.needle);
    findInColumn({ bytes, from: 0, to: bytes.length, width: 0 }, needle, (number, from, to) => {
      if (isBeyond.has(number)) return;
      const isIt = word.exact
        ? to - from === needle.length
        : word.accepts(bytes.toString('latin1', from, to).toLowerCase());
      if (isIt) take(number);
    });
    // What is beyond ASCII may become anything when it is folded.
    for (const number of this.#beyondAscii) {
      const [from, to] = [this.start[number] ?? 0, (this.start[number + 1] ?? 0) - 1];
      const folded = foldCase(bytes.toString('utf8', from, to));
      if (folded.includes(word.needle) && word.accepts(folded)) take(number);
    }
    return some ? found : undefined;
  }
}

function startsOf(bytes: Buffer, words: number): Uint32Array {
  const start = new Uint32Array(words + 1);
  for (let word = 0, at = 0; word < words; word++) {
    while (at < bytes.length && bytes[at] !== END_MARK) at++;
    start[word + 1] = ++at;
  }
  return start;
}

function wordsBeyondAscii(bytes: Buffer, start: Uint32Array): number[] {
  const words: number[] = [];
  for (let word = 0; word + 1 < start.length; word++) {
    if (!isAscii(bytes.subarray(start[word], start[word + 1]))) words.push(word);
  }
  return words;
}

function corrupt(): AppError {
  return new AppError('store-corrupt', 'The lexicon of a chunk is not whole.');
}
