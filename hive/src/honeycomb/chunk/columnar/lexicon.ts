/**
 * Words that columns of a chunk have in common, and which of them a query wants: who looks for a part of a word goes
 * through each word once, and where none has it no column is read.
 */
import { isAscii } from 'node:buffer';
import { AppError } from '@apiary/common/errors.ts';
import { foldCase } from '@apiary/common/query/words.ts';
import { freeMemory } from '../free-memory.ts';
import { findInColumn } from './compiled/find-in-column.ts';
import { type WantedNumbers, wantedNumbers } from './compiled/find-numbers.ts';
import type { WantedWord } from './judge/word-leaf.ts';
import { END_MARK } from './words.ts';

const MEMORY_BYTES_PER_WORD = 5;

/** See the file's head. */
export class Lexicon {
  readonly words: number;
  /** Words in the order of their numbers, END_MARK behind each. */
  readonly bytes: Buffer;
  #start: Uint32Array | undefined;
  /** Words with bytes beyond ASCII. */
  #beyondAscii: ReadonlySet<number> | undefined;
  readonly #found = new WeakMap<WantedWord, WantedNumbers | undefined>();

  constructor(bytes: Buffer, words: number) {
    this.bytes = bytes;
    this.words = words;
  }

  /** Where each begins; one more than there are. @throws AppError `store-corrupt` if there are not so many words */
  get start(): Uint32Array {
    this.#start ??= startsOf(this.bytes, this.words);
    return this.#start;
  }

  get memoryBytes(): number {
    return this.bytes.length + MEMORY_BYTES_PER_WORD * this.words;
  }

  /** Frees its memory: nobody looks at it any more. */
  free(): void {
    freeMemory(this.bytes);
    if (this.#start) freeMemory(this.#start);
  }

  /** Words that are the wanted one; undefined where none is. @throws AppError `store-corrupt` */
  wanted(word: WantedWord): WantedNumbers | undefined {
    if (!this.#found.has(word)) this.#found.set(word, this.#find(word));
    return this.#found.get(word);
  }

  #find(word: WantedWord): WantedNumbers | undefined {
    const flags = new Uint8Array(this.words);
    this.#beyondAscii ??= isAscii(this.bytes) ? new Set() : wordsBeyondAscii(this);
    const isBeyond = this.#beyondAscii;
    const { bytes } = this;
    const needle = Buffer.from(word.needle);
    findInColumn({ bytes, from: 0, to: bytes.length, width: 0 }, needle, (number, from, to) => {
      if (isBeyond.has(number)) return;
      const isIt = word.exact
        ? to - from === needle.length
        : word.accepts(bytes.toString('latin1', from, to).toLowerCase());
      if (isIt) flags[number] = 1;
    });
    // What is beyond ASCII may become anything when it is folded.
    for (const number of isBeyond) {
      const [from, to] = [this.start[number] ?? 0, (this.start[number + 1] ?? 0) - 1];
      const folded = foldCase(bytes.toString('utf8', from, to));
      if (folded.includes(word.needle) && word.accepts(folded)) flags[number] = 1;
    }
    return flags.includes(1) ? wantedNumbers(flags) : undefined;
  }
}

function startsOf(bytes: Buffer, words: number): Uint32Array {
  const start = new Uint32Array(words + 1);
  let at = 0;
  for (let word = 1; word <= words; word++) {
    while (at < bytes.length && bytes[at] !== END_MARK) at++;
    start[word] = ++at;
  }
  if (at !== bytes.length) throw corrupt();
  return start;
}

function wordsBeyondAscii({ bytes, start }: Lexicon): Set<number> {
  const words = new Set<number>();
  for (let word = 0; word + 1 < start.length; word++) {
    if (!isAscii(bytes.subarray(start[word], start[word + 1]))) words.add(word);
  }
  return words;
}

function corrupt(): AppError {
  return new AppError('store-corrupt', 'The lexicon of a chunk is not whole.');
}
