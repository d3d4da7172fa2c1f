/** AssemblyScript: the words of one chunk for its bloom, each about once. */
import {
  allocate,
  CHARACTER_BITS,
  LEVEL_WORDS,
  LEVEL_WORDS_MASK,
  LOWER,
  SEEN,
  SEEN_LITERALS,
  SEEN_LITERALS_MASK,
  SEEN_MASK,
} from './places';

/** True if a word of that hash may decide about a level; asked where {@link LEVEL_WORDS} says that it may be so. */
declare function isLevelWord(hash: i32): bool;
/** The hash of a word with bytes beyond ASCII. */
declare function hashFolded(from: u32, to: u32): i32;
/** Takes a word of literal text; some more than once. */
declare function addLiteral(hash: i32): void;

const HASH_BASIS: i32 = <i32>0x811c9dc5;
const HASH_FACTOR: i32 = 0x01000193;
const BEYOND_ASCII: i32 = -1;

const FIRST_CAPACITY: u32 = 1 << 16;

let hashes: u32 = 0;
let count: u32 = 0;
let capacity: u32 = 0;

/** What the characters of the word add to a mask that was hashed last. */
export let mask: i32 = 0;

/** The hash of a word's bytes; ASCII letters in lower case. */
export function hashWord(from: u32, to: u32): i32 {
  let hash = HASH_BASIS;
  let bits = 0;
  for (let at = from; at < to; at++) {
    const byte: u32 = load<u8>(at);
    bits |= load<i32>(CHARACTER_BITS + (byte << 2));
    hash = (hash ^ <i32>load<u8>(LOWER + byte)) * HASH_FACTOR;
  }
  mask = bits;
  hash = (hash ^ (hash >>> 15)) * 0x2c1b3c6d;
  return hash ^ (hash >>> 13);
}

/** The hash by which a word is looked for: that of {@link hashWord}, which hashed it last, unless it is beyond ASCII. */
export function wordHash(hash: i32, from: u32, to: u32): i32 {
  return mask === BEYOND_ASCII ? hashFolded(from, to) : hash;
}

/** Takes a word of literal text for the bloom of literals. */
export function seeLiteral(hash: i32): void {
  const place = SEEN_LITERALS + ((hash & SEEN_LITERALS_MASK) << 2);
  if (load<i32>(place) === hash) return;
  store<i32>(place, hash);
  addLiteral(hash);
}

/** Forgets all words. */
export function clearWords(): void {
  count = 0;
  capacity = FIRST_CAPACITY;
  hashes = allocate(4 * capacity);
  memory.fill(SEEN, 0, 4 * (SEEN_MASK + 1));
  memory.fill(SEEN_LITERALS, 0, 4 * (SEEN_LITERALS_MASK + 1));
}

/** Where their hashes are (i32), and how many there are. */
export function wordHashes(): u32 {
  return hashes;
}

/** See {@link wordHashes}. */
export function wordCount(): u32 {
  return count;
}

/** Takes a word by its hash, small numbers apart. True if it may decide about a level. */
export function addWord(hash: i32, isSmallNumber: bool): bool {
  const place = SEEN + (((hash ^ (hash >>> 16)) & SEEN_MASK) << 2);
  if (load<i32>(place) !== hash) {
    store<i32>(place, hash);
    if (isSmallNumber) return false;
    if (count === capacity) {
      const grown = allocate(8 * capacity);
      memory.copy(grown, hashes, 4 * capacity);
      hashes = grown;
      capacity *= 2;
    }
    store<i32>(hashes + (count << 2), hash);
    count++;
  }
  return load<u8>(LEVEL_WORDS + (hash & LEVEL_WORDS_MASK)) !== 0 && isLevelWord(hash);
}
