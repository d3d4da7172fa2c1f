/**
 * AssemblyScript: the values of a chunk's variables while its rows are split. Each slot has blocks in the arena, and a
 * row's values are appended while its bytes are in the cache. Measured: gathering them template by template behind the
 * split took two thirds of its time, most of it misses of the cache.
 */
import { copy, isSame } from './bytes';
import { allocateLines, VALUE_BYTES, VALUES } from './places';
import { addWord, hashWord, mask, wordHash } from './words';

// Encodings as in the chunk, and that of a slot without values.
const VARYING: i32 = 0;
const FIXED: i32 = 1;
const CONSTANT: i32 = 2;
const EMPTY: i32 = 255;
/** Values of so many bytes and more are not kept once. */
const LONG: u32 = 255;
/** Behind each value of a slot that is VARYING. */
export const END_MARK: u8 = 10;

/** A slot's state: numbers (u32) side by side in one line of the cache. */
export const SLOT_BYTES: u32 = 64;
/** Where the next value goes, or where the constant is; and where its block ends. */
const AT: u32 = 0;
const END: u32 = 4;
const KIND: u32 = 8;
/** Of all values, unless VARYING. */
const WIDTH: u32 = 12;
const MASK: u32 = 20;
/** Hash of the last value, where it is, and its bytes. */
const HASH: u32 = 24;
const LAST: u32 = 28;
const LAST_WIDTH: u32 = 32;
const SHORTEST: u32 = 36;
const LONGEST: u32 = 40;
/** Its first block, and the one at hand. A block begins with the next one's address and where it is filled to. */
const FIRST: u32 = 44;
const BLOCK: u32 = 48;
const NEXT: u32 = 0;
const FILLED: u32 = 4;
const HEAD: u32 = 8;

/** With its head and what {@link allocate} keeps to spare, the smallest block is a line of the cache too. */
const BLOCK_BYTES_MIN: u32 = 40;
const BLOCK_BYTES_MAX: u32 = 16 * 1024;

const BEYOND_ASCII: i32 = -1;
const DIGITS_ALONE: i32 = 1 << 27;
const SMALL_NUMBER_DIGITS_MAX: u32 = 3;

/** Slots without values. */
export function addSlots(count: u32): u32 {
  const slots = allocateLines(count * SLOT_BYTES);
  memory.fill(slots, 0, count * SLOT_BYTES);
  for (let slot: u32 = 0; slot < count; slot++) store<i32>(slots + slot * SLOT_BYTES, EMPTY, KIND);
  return slots;
}

function addBlock(slot: u32, room: u32): u32 {
  const size = max(room, BLOCK_BYTES_MIN);
  const block = allocateLines(HEAD + size);
  store<u32>(block, 0, NEXT);
  store<u32>(slot, block, BLOCK);
  store<u32>(slot, block + HEAD + size, END);
  return block;
}

/** The slot goes on in another block. */
function extend(slot: u32, room: u32): u32 {
  const last = load<u32>(slot, BLOCK);
  if (last === 0) {
    const first = addBlock(slot, room);
    store<u32>(slot, first, FIRST);
    return first + HEAD;
  }
  const size = min(2 * (load<u32>(slot, END) - last - HEAD), BLOCK_BYTES_MAX);
  store<u32>(last, load<u32>(slot, AT), FILLED);
  const block = addBlock(slot, max(size, room));
  store<u32>(last, block, NEXT);
  return block + HEAD;
}

/** Begins the slot's blocks anew with one that has room for what there is, and for as much again. */
function restart(slot: u32, room: u32): u32 {
  const block = addBlock(slot, 2 * room);
  store<u32>(slot, block, FIRST);
  return block + HEAD;
}

/** Writes a constant as often as it came, before a value of another width or of other bytes. */
function spread(slot: u32, width: u32, times: u32): i32 {
  const own = load<u32>(slot, WIDTH);
  const from = load<u32>(slot, AT);
  const kind = width === own ? FIXED : VARYING;
  const step = own + (kind === VARYING ? 1 : 0);
  let at = restart(slot, times * step);
  for (let time: u32 = 0; time < times; time++, at += step) {
    copy(at, from, own);
    if (kind === VARYING) store<u8>(at + own, END_MARK);
  }
  store<u32>(slot, at, AT);
  store<u32>(slot, at - step, LAST);
  store<i32>(slot, kind, KIND);
  return kind;
}

/** Puts an end behind each value, before a value of another width. */
function separate(slot: u32, times: u32): i32 {
  const width = load<u32>(slot, WIDTH);
  store<u32>(load<u32>(slot, BLOCK), load<u32>(slot, AT), FILLED);
  let block = load<u32>(slot, FIRST);
  let at = restart(slot, times * (width + 1));
  for (; block !== 0; block = load<u32>(block, NEXT)) {
    const end = load<u32>(block, FILLED);
    for (let from = block + HEAD; from < end; from += width, at += width + 1) {
      copy(at, from, width);
      store<u8>(at + width, END_MARK);
    }
  }
  store<u32>(slot, at, AT);
  store<u32>(slot, at - width - 1, LAST);
  store<i32>(slot, VARYING, KIND);
  return VARYING;
}

/** Takes a value that differs from the last one for the mask and the bloom. */
function see(slot: u32, from: u32, width: u32, isFirst: bool): bool {
  const to = from + width;
  const hash = hashWord(from, to);
  store<i32>(slot, load<i32>(slot, MASK) | mask, MASK);
  if (mask === BEYOND_ASCII) return addWord(wordHash(hash, from, to), false);
  if (hash === load<i32>(slot, HASH) && !isFirst) return false;
  store<i32>(slot, hash, HASH);
  return addWord(hash, mask === DIGITS_ALONE && width <= SMALL_NUMBER_DIGITS_MAX);
}

/** Bytes of the value that all rows have so far; 0 where they differ. */
export function constantBytes(slot: u32): u32 {
  return load<i32>(slot, KIND) === CONSTANT ? load<u32>(slot, WIDTH) : 0;
}

/** Where that value is. */
export function constantAt(slot: u32): u32 {
  return load<u32>(slot, AT);
}

/**
 * Appends the values that are listed to their slots.
 *
 * @param end behind the last one
 * @param before rows that the template has
 * @returns true if one of them may decide about a level
 */
export function append(end: u32, before: u32): bool {
  let hasLevelWord = false;
  for (let value = VALUES; value < end; value += VALUE_BYTES) {
    const slot = load<u32>(value);
    const from = load<u32>(value, 4);
    const width = load<u32>(value, 8);
    let kind = load<i32>(slot, KIND);
    if (kind === CONSTANT) {
      // Half of all variables have one value in a chunk: it is kept once.
      if (width === load<u32>(slot, WIDTH) && isSame(load<u32>(slot, AT), from, width)) continue;
      kind = spread(slot, width, before);
    } else if (kind === FIXED) {
      if (width !== load<u32>(slot, WIDTH)) kind = separate(slot, before);
    } else if (kind === EMPTY) {
      kind = width < LONG ? CONSTANT : VARYING;
      store<i32>(slot, kind, KIND);
      store<u32>(slot, width, WIDTH);
      store<u32>(slot, width, SHORTEST);
      store<u32>(slot, width, LONGEST);
    }
    const room = kind === VARYING ? width + 1 : width;
    let at = load<u32>(slot, AT);
    if (at + room > load<u32>(slot, END)) at = extend(slot, room);
    copy(at, from, width);
    if (kind === VARYING) store<u8>(at + width, END_MARK);
    // The place of a constant is that of its value.
    store<u32>(slot, kind === CONSTANT ? at : at + room, AT);
    const last = load<u32>(slot, LAST);
    const isLast = width === load<u32>(slot, LAST_WIDTH) && before > 0 && isSame(last, from, width);
    store<u32>(slot, at, LAST);
    if (isLast) continue;
    store<u32>(slot, width, LAST_WIDTH);
    if (width < load<u32>(slot, SHORTEST)) store<u32>(slot, width, SHORTEST);
    if (width > load<u32>(slot, LONGEST)) store<u32>(slot, width, LONGEST);
    if (see(slot, from, width, before === 0)) hasLevelWord = true;
  }
  return hasLevelWord;
}

/** True if values of a slot have several lengths, and an END_MARK behind each. */
export function isVarying(slot: u32): bool {
  return load<i32>(slot, KIND) === VARYING;
}

/** Bytes of each value, where all have as many. */
export function widthOf(slot: u32): u32 {
  return load<u32>(slot, WIDTH);
}

/** A slot's first block of values; 0: it has none. */
export function firstBlock(slot: u32): u32 {
  return load<u32>(slot, FIRST);
}

/** The block behind one; 0: it was the last. */
export function nextBlock(block: u32): u32 {
  return load<u32>(block, NEXT);
}

/** Where the values of a block begin. */
export function valuesOf(block: u32): u32 {
  return block + HEAD;
}

/** Where they end. */
export function valuesEnd(slot: u32, block: u32): u32 {
  return block === load<u32>(slot, BLOCK) ? load<u32>(slot, AT) : load<u32>(block, FILLED);
}

/** Bytes of a slot's column. */
function columnBytes(slot: u32, rows: u32): u32 {
  const kind = load<i32>(slot, KIND);
  if (kind === CONSTANT) return load<u32>(slot, WIDTH);
  if (kind === FIXED) return load<u32>(slot, WIDTH) * rows;
  const current = load<u32>(slot, BLOCK);
  let bytes: u32 = load<u32>(slot, AT) - current - HEAD;
  for (let block = load<u32>(slot, FIRST); block !== current; block = load<u32>(block, NEXT)) {
    bytes += load<u32>(block, FILLED) - block - HEAD;
  }
  return bytes;
}

/** Bytes of what {@link describe} writes for a slot. */
export const SLOT_FACTS_BYTES: u32 = 24;

/** Writes what is known of so many slots of a template with so many rows: address, mask, bytes of the column, shortest, longest, encoding (u32 each). */
export function describe(slots: u32, count: u32, rows: u32, target: u32): void {
  for (let index: u32 = 0; index < count; index++) {
    const slot = slots + index * SLOT_BYTES;
    const facts = target + index * SLOT_FACTS_BYTES;
    store<u32>(facts, slot, 0);
    store<i32>(facts, load<i32>(slot, MASK), 4);
    store<u32>(facts, columnBytes(slot, rows), 8);
    store<u32>(facts, load<u32>(slot, SHORTEST), 12);
    store<u32>(facts, load<u32>(slot, LONGEST), 16);
    store<i32>(facts, load<i32>(slot, KIND), 20);
  }
}

function copyBytes(target: u32, source: u32, length: u32): void {
  if (length > 256) memory.copy(target, source, length);
  else copy(target, source, length);
}

/** Copies the columns of `count` slots, by their addresses (u32), one behind the other. */
export function gather(slots: u32, count: u32, target: u32): u32 {
  let at = target;
  for (let index: u32 = 0; index < count; index++) {
    const slot = load<u32>(slots + (index << 2));
    if (load<i32>(slot, KIND) === CONSTANT) {
      const width = load<u32>(slot, WIDTH);
      copyBytes(at, load<u32>(slot, AT), width);
      at += width;
      continue;
    }
    store<u32>(load<u32>(slot, BLOCK), load<u32>(slot, AT), FILLED);
    for (let block = load<u32>(slot, FIRST); block !== 0; block = load<u32>(block, NEXT)) {
      const length = load<u32>(block, FILLED) - block - HEAD;
      copyBytes(at, block + HEAD, length);
      at += length;
    }
  }
  return at;
}
