/**
 * The values of a chunk's variables while its rows are split. Each slot has blocks in one arena, and a row's
 * values are appended while its bytes are in the cache. Measured: gathering them template by template
 * behind the split took two thirds of its time, most of it misses of the cache.
 */

import { CONSTANT, FIXED, LONG, VARYING } from './value-columns.ts';
import type { ValueList } from './value-list.ts';
import type { WordHashes } from './word-hashes.ts';
import { CHARACTER_BITS, END_MARK, finishHash, HASH_BASIS, HASH_FACTOR, LOWER } from './words.ts';

/** Before the first value. */
const EMPTY = 4;
const BLOCK_BYTES_MIN = 64;
const BLOCK_BYTES_MAX = 16 * 1024;
const COPIED_AT_ONCE_MIN = 96;

// A slot's state is sixteen numbers side by side: one line of the cache.
const STATE = 16;
/** Where the next value goes in the arena, and where its block ends. */
const AT = 0;
const END = 1;
/** An encoding, or EMPTY. */
const KIND = 2;
/** Of all values, unless VARYING. */
const WIDTH = 3;
const COUNT = 4;
const MASK = 5;
/** Hash of the last value. */
const LAST = 6;
const SHORTEST = 7;
const LONGEST = 8;
/** Its first block, and the one at hand. */
const FIRST = 9;
const BLOCK = 10;

/** What is known of a slot. */
export interface SlotFacts {
  readonly mask: number;
  readonly shortest: number;
  readonly longest: number;
  readonly encoding: number;
}

/** See the file's head. */
export class SlotColumns {
  #state = new Int32Array(STATE * 1024);
  #slots = 0;
  #arena = Buffer.allocUnsafeSlow(1 << 20);
  #used = 0;
  /** By block: where it begins and how far it is filled, and the slot's next one. */
  readonly #blockFrom: number[] = [];
  readonly #blockTo: number[] = [];
  readonly #nextBlock: number[] = [];
  readonly #words: WordHashes;

  /** @param words takes each value that differs from the one before it */
  constructor(words: WordHashes) {
    this.#words = words;
  }

  /** Begins another chunk. */
  clear(): void {
    this.#slots = 0;
    this.#used = 0;
    this.#blockFrom.length = 0;
    this.#blockTo.length = 0;
    this.#nextBlock.length = 0;
  }

  /** Makes slots, numbered as they come. */
  add(count: number): void {
    const length = (this.#slots + count) * STATE;
    if (length > this.#state.length) {
      const grown = new Int32Array(Math.max(length, this.#state.length * 2));
      grown.set(this.#state);
      this.#state = grown;
    }
    const state = this.#state;
    state.fill(0, this.#slots * STATE, length);
    for (let base = this.#slots * STATE; base < length; base += STATE) state[base + KIND] = EMPTY;
    this.#slots += count;
  }

  /** Appends a row's values to the slots from `slot` on. True if one of them may decide about a level. */
  append(slot: number, values: ValueList, bytes: Buffer): boolean {
    const { start, length, count } = values;
    const state = this.#state;
    let hasLevelWord = false;
    for (let index = 0, base = slot * STATE; index < count; index++, base += STATE) {
      let from = start[index] ?? 0;
      const width = length[index] ?? 0;
      const to = from + width;
      const before = state[base + COUNT] ?? 0;
      let kind = state[base + KIND] ?? 0;
      if (kind === CONSTANT) {
        // Half of all variables have one value in a chunk: it is kept once.
        if (width === state[base + WIDTH] && this.#isAt(state[base + AT] ?? 0, bytes, from, to)) {
          state[base + COUNT] = before + 1;
          continue;
        }
        kind = this.#spread(base, width);
      } else if (kind === FIXED) {
        if (width !== state[base + WIDTH]) kind = this.#separate(base);
      } else if (kind === EMPTY) {
        kind = width < LONG ? CONSTANT : VARYING;
        state[base + KIND] = kind;
        state[base + WIDTH] = width;
        state[base + SHORTEST] = width;
      }
      const room = kind === VARYING ? width + 1 : width;
      let at = state[base + AT] ?? 0;
      if (at + room > (state[base + END] ?? 0)) at = this.#extend(base, room);
      const arena = this.#arena;
      // The place of a constant is that of its value.
      state[base + AT] = kind === CONSTANT ? at : at + room;
      const first = from;
      let bits = 0;
      let word = HASH_BASIS;
      while (from < to) {
        const byte = bytes[from++] ?? 0;
        arena[at++] = byte;
        bits |= CHARACTER_BITS[byte] ?? 0;
        word = Math.imul(word ^ (LOWER[byte] ?? 0), HASH_FACTOR);
      }
      if (kind === VARYING) arena[at] = END_MARK;
      state[base + COUNT] = before + 1;
      if (width < (state[base + SHORTEST] ?? 0)) state[base + SHORTEST] = width;
      if (width > (state[base + LONGEST] ?? 0)) state[base + LONGEST] = width;
      const own = finishHash(word);
      state[base + MASK] = (state[base + MASK] ?? 0) | bits;
      if (own === state[base + LAST] && before > 0 && bits !== -1) continue;
      state[base + LAST] = own;
      if (this.#words.add(bytes, first, to, bits === -1 ? undefined : own)) hasLevelWord = true;
    }
    return hasLevelWord;
  }

  /** What is known of a slot. */
  facts(slot: number): SlotFacts {
    const base = slot * STATE;
    const state = this.#state;
    return {
      mask: state[base + MASK] ?? 0,
      shortest: state[base + SHORTEST] ?? 0,
      longest: state[base + LONGEST] ?? 0,
      encoding: state[base + KIND] ?? 0,
    };
  }

  /** Bytes of all columns, at most. */
  get bytes(): number {
    return this.#used;
  }

  /** Copies a slot's column, which has `target`'s room from `at` on; gives where it ends. */
  copy(slot: number, target: Buffer, at: number): number {
    const base = slot * STATE;
    const state = this.#state;
    const current = state[base + BLOCK] ?? 0;
    if (state[base + KIND] === CONSTANT) {
      const from = state[base + AT] ?? 0;
      return copyBytes(this.#arena, from, from + (state[base + WIDTH] ?? 0), { target, at });
    }
    this.#blockTo[current] = state[base + AT] ?? 0;
    let end = at;
    for (let block = state[base + FIRST] ?? 0; block >= 0; block = this.#nextBlock[block] ?? -1) {
      const [from, to] = [this.#blockFrom[block] ?? 0, this.#blockTo[block] ?? 0];
      end = copyBytes(this.#arena, from, to, { target, at: end });
    }
    return end;
  }

  #isAt(at: number, bytes: Buffer, from: number, to: number): boolean {
    const arena = this.#arena;
    for (let other = at, own = from; own < to; ) if (arena[other++] !== bytes[own++]) return false;
    return true;
  }

  /** Writes a constant as often as it came, before a value of another width or of other bytes. */
  #spread(base: number, width: number): number {
    const state = this.#state;
    const own = state[base + WIDTH] ?? 0;
    const from = state[base + AT] ?? 0;
    const times = state[base + COUNT] ?? 0;
    const kind = width === own ? FIXED : VARYING;
    let at = this.#restart(base, times * (own + (kind === VARYING ? 1 : 0)));
    const arena = this.#arena;
    for (let time = 0; time < times; time++) {
      for (let byte = from; byte < from + own; ) arena[at++] = arena[byte++] ?? 0;
      if (kind === VARYING) arena[at++] = END_MARK;
    }
    state[base + AT] = at;
    state[base + KIND] = kind;
    return kind;
  }

  /** Puts an end behind each value, before a value of another width. */
  #separate(base: number): number {
    const state = this.#state;
    const width = state[base + WIDTH] ?? 0;
    this.#blockTo[state[base + BLOCK] ?? 0] = state[base + AT] ?? 0;
    let block = state[base + FIRST] ?? 0;
    let at = this.#restart(base, (state[base + COUNT] ?? 0) * (width + 1));
    const arena = this.#arena;
    for (; block >= 0; block = this.#nextBlock[block] ?? -1) {
      const end = this.#blockTo[block] ?? 0;
      for (let from = this.#blockFrom[block] ?? 0; from < end; from += width) {
        for (let byte = from; byte < from + width; ) arena[at++] = arena[byte++] ?? 0;
        arena[at++] = END_MARK;
      }
    }
    state[base + AT] = at;
    state[base + KIND] = VARYING;
    return VARYING;
  }

  /** Begins the slot's blocks anew with one that has room for what there is, and for as much again. */
  #restart(base: number, room: number): number {
    const block = this.#allocate(base, 2 * room);
    this.#state[base + FIRST] = block;
    return this.#blockFrom[block] ?? 0;
  }

  /** The slot goes on in another block. */
  #extend(base: number, room: number): number {
    const state = this.#state;
    const isFirst = (state[base + END] ?? 0) === 0;
    const last = state[base + BLOCK] ?? 0;
    const lastFrom = isFirst ? 0 : (this.#blockFrom[last] ?? 0);
    const size = Math.min(2 * ((state[base + END] ?? 0) - lastFrom), BLOCK_BYTES_MAX);
    if (!isFirst) this.#blockTo[last] = state[base + AT] ?? 0;
    const block = this.#allocate(base, Math.max(size, room));
    if (isFirst) state[base + FIRST] = block;
    else this.#nextBlock[last] = block;
    return this.#blockFrom[block] ?? 0;
  }

  #allocate(base: number, room: number): number {
    const from = this.#used;
    const to = from + Math.max(room, BLOCK_BYTES_MIN);
    if (to > this.#arena.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(to, Math.ceil(this.#arena.length * 1.5)));
      this.#arena.copy(grown, 0, 0, from);
      this.#arena = grown;
    }
    this.#used = to;
    const block = this.#blockFrom.push(from) - 1;
    this.#blockTo.push(from);
    this.#nextBlock.push(-1);
    this.#state[base + BLOCK] = block;
    this.#state[base + END] = to;
    return block;
  }
}

/** Copies bytes; gives where they end. Measured: a call into C++ costs as much as some hundred bytes here. */
function copyBytes(
  source: Buffer,
  from: number,
  to: number,
  { target, at }: { readonly target: Buffer; readonly at: number },
): number {
  if (to - from > COPIED_AT_ONCE_MIN) return at + source.copy(target, at, from, to);
  let end = at;
  for (let byte = from; byte < to; ) target[end++] = source[byte++] ?? 0;
  return end;
}
