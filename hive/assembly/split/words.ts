/** AssemblyScript: the words of one chunk for its bloom, each about once. */
import { allocate, LEVEL_WORDS, LEVEL_WORDS_MASK, SEEN, SEEN_MASK } from './places';

/** True if a word of that hash may decide about a level; asked where {@link LEVEL_WORDS} says that it may be so. */
declare function isLevelWord(hash: i32): bool;

const FIRST_CAPACITY: u32 = 1 << 16;

let hashes: u32 = 0;
let count: u32 = 0;
let capacity: u32 = 0;

/** Forgets all words. */
export function clearWords(): void {
  count = 0;
  capacity = FIRST_CAPACITY;
  hashes = allocate(4 * capacity);
  memory.fill(SEEN, 0, 4 * (SEEN_MASK + 1));
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
