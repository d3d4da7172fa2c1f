/**
 * AssemblyScript: the words of columns as numbers. First all columns that may come into it are gone through: each value
 * gets the number of its word. Then, column by column, those that are taken get the final numbers, in the order in
 * which words come first: like columns have near numbers.
 */
import { copy, hashBytes, isSame } from './bytes';
import { allocate } from './places';
import { END_MARK, firstBlock, isVarying, nextBlock, valuesEnd, valuesOf, widthOf } from './slots';

/** A word: where it is, its bytes, part of its hash, how often it came, and its final number plus one (u32 each). */
const WORD_BYTES: u32 = 20;
const WIDTH: u32 = 4;
const HASH: u32 = 8;
const COUNT: u32 = 12;
const NUMBER: u32 = 16;
const FIRST_WORDS: u32 = 1 << 12;
const MARKS_STEP: u32 = 16;

let words: u32 = 0;
let capacity: u32 = 0;
let count: u32 = 0;
/** Hash table of words, by their numbers plus one (u32); twice as many places as there is room for words. */
let table: u32 = 0;
/** Words with a final number, by it (u32); has room for all. */
let taken: u32 = 0;
let takenCount: u32 = 0;

/** Forgets all words. */
export function clearLexicon(): void {
  count = 0;
  takenCount = 0;
  capacity = FIRST_WORDS;
  words = allocate(WORD_BYTES * capacity);
  table = newTable();
}

function newTable(): u32 {
  const fresh = allocate(8 * capacity);
  memory.fill(fresh, 0, 8 * capacity);
  return fresh;
}

function grow(): void {
  const former = words;
  capacity *= 2;
  words = allocate(WORD_BYTES * capacity);
  memory.copy(words, former, WORD_BYTES * count);
  table = newTable();
  for (let word: u32 = 0; word < count; word++) {
    let place = load<u32>(words + word * WORD_BYTES, HASH);
    while (load<u32>(entry(place)) !== 0) place++;
    store<u32>(entry(place), word + 1);
  }
}

function entry(place: u32): u32 {
  return table + ((place & (2 * capacity - 1)) << 2);
}

/** The number of a word, which has come once more. */
function wordAt(from: u32, width: u32): u32 {
  const hash = <u32>hashBytes(0, from, from + width);
  let place = hash;
  for (let known = load<u32>(entry(place)); known !== 0; known = load<u32>(entry(place))) {
    const word = words + (known - 1) * WORD_BYTES;
    if (
      load<u32>(word, HASH) === hash &&
      load<u32>(word, WIDTH) === width &&
      isSame(load<u32>(word), from, width)
    ) {
      store<u32>(word, load<u32>(word, COUNT) + 1, COUNT);
      return known - 1;
    }
    place++;
  }
  if (count === capacity) {
    grow();
    place = hash;
    while (load<u32>(entry(place)) !== 0) place++;
  }
  const word = words + count * WORD_BYTES;
  store<u32>(word, from);
  store<u32>(word, width, WIDTH);
  store<u32>(word, hash, HASH);
  store<u32>(word, 1, COUNT);
  store<u32>(word, 0, NUMBER);
  store<u32>(entry(place), count + 1);
  return count++;
}

/** The first END_MARK from a place on; there is one. */
function markFrom(from: u32): u32 {
  let at = from;
  let marks = marksIn(at);
  while (marks === 0) {
    at += MARKS_STEP;
    marks = marksIn(at);
  }
  return at + ctz(marks);
}

function marksIn(at: u32): i32 {
  return i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(END_MARK)));
}

/** Writes the number of each value of a slot (u32), which is not a constant; gives how many words there are by now. */
export function numberValues(slot: u32, target: u32): u32 {
  let out = target;
  const isMarked = isVarying(slot);
  const fixed = widthOf(slot);
  for (let block = firstBlock(slot); block !== 0; block = nextBlock(block)) {
    const end = valuesEnd(slot, block);
    for (let from = valuesOf(block); from < end; out += 4) {
      const to = isMarked ? markFrom(from) : from + fixed;
      store<u32>(out, wordAt(from, to - from));
      from = isMarked ? to + 1 : to;
    }
  }
  return count;
}

/** How many of some values have a word that came once. */
export function singleValues(numbers: u32, length: u32): u32 {
  let single: u32 = 0;
  for (let index: u32 = 0; index < length; index++) {
    if (load<u32>(words + load<u32>(numbers + (index << 2)) * WORD_BYTES, COUNT) === 1) single++;
  }
  return single;
}

/** Writes the final numbers of some values to a place that is not behind them; gives how many words have one by now. */
export function takeValues(numbers: u32, length: u32, target: u32): u32 {
  if (takenCount === 0) taken = allocate(4 * count);
  for (let index: u32 = 0; index < length; index++) {
    const own = load<u32>(numbers + (index << 2));
    const word = words + own * WORD_BYTES;
    let number = load<u32>(word, NUMBER);
    if (number === 0) {
      store<u32>(taken + (takenCount << 2), own);
      number = ++takenCount;
      store<u32>(word, number, NUMBER);
    }
    store<u32>(target + (index << 2), number - 1);
  }
  return takenCount;
}

/** Bytes of the words of some values, which have final numbers. */
export function takenBytes(numbers: u32, length: u32): u32 {
  let bytes: u32 = 0;
  for (let index: u32 = 0; index < length; index++) {
    const own = load<u32>(taken + (load<u32>(numbers + (index << 2)) << 2));
    bytes += load<u32>(words + own * WORD_BYTES, WIDTH);
  }
  return bytes;
}

/** Writes numbers as planes: the lowest byte of each, then, if there are two, the next one of each, then `highBits` of each. */
export function writePlanes(
  numbers: u32,
  length: u32,
  bytes: u32,
  highBits: u32,
  target: u32,
): void {
  const high = target + bytes * length;
  if (highBits > 0) memory.fill(high, 0, (length * highBits + 7) >> 3);
  for (let index: u32 = 0; index < length; index++) {
    const number = load<u32>(numbers + (index << 2));
    store<u8>(target + index, <u8>number);
    if (bytes > 1) store<u8>(target + length + index, <u8>(number >> 8));
    if (highBits === 0) continue;
    const bit = index * highBits;
    const at = high + (bit >> 3);
    store<u8>(at, load<u8>(at) | <u8>((number >> 16) << (bit & 7)));
  }
}

/** Bytes of all words with a final number, and an end behind each. */
export function lexiconBytes(): u32 {
  let bytes: u32 = 0;
  for (let number: u32 = 0; number < takenCount; number++) {
    bytes += 1 + load<u32>(words + load<u32>(taken + (number << 2)) * WORD_BYTES, WIDTH);
  }
  return bytes;
}

/** Writes them. */
export function writeLexicon(target: u32): void {
  let at = target;
  for (let number: u32 = 0; number < takenCount; number++) {
    const word = words + load<u32>(taken + (number << 2)) * WORD_BYTES;
    const width = load<u32>(word, WIDTH);
    copy(at, load<u32>(word), width);
    at += width;
    store<u8>(at++, END_MARK);
  }
}
