/**
 * AssemblyScript: where everything of a split is in memory. First what has a place, then the arena, which grows and is
 * forgotten with each chunk. What TypeScript reads or writes is exported by `split.ts`.
 */

/** Layouts of stamps: see `stamps.ts`. */
export const LAYOUTS: u32 = 64;
/** Bytes of one. */
export const LAYOUT_BYTES: u32 = 72;
/** By byte: what it adds to a mask (i32). */
export const CHARACTER_BITS: u32 = 8192;
/** By byte: itself in lower case (u8). */
export const LOWER: u32 = 9216;
/** By byte: its class (u8), 0 between tokens. */
export const BYTE_CLASS: u32 = 9472;
/** By the low bits of a hash: 1 where a word of that hash may decide about a level (u8). */
export const LEVEL_WORDS: u32 = 9728;
/** Those bits. */
export const LEVEL_WORDS_MASK: u32 = 0xfff;
/** Where the stream's stamps are: place in the row (i32), layout (i32), searches in vain (i32), at 16 its shift in ms (f64). */
export const HABIT: u32 = 14336;

/** Rows with more tokens are kept as they are. */
export const TOKENS_MAX: u32 = 2048;
/** Where each token of the row at hand begins (u32). */
export const TOKEN_START: u32 = 16384;
/** Its bytes (u32). */
export const TOKEN_LENGTH: u32 = 24576;
/** Its kind (u8): see `tokens.ts`. */
export const TOKEN_KIND: u32 = 32768;
/** Where each token begins that a template marks (u32). */
export const MARKED_START: u32 = 40960;
/** Its bytes (u32). */
export const MARKED_LENGTH: u32 = 49152;
/** Its kind (u8). */
export const MARKED_KIND: u32 = 57344;
/** Values of the row at hand: its slot's address, where it begins, its bytes (u32 each). */
export const VALUES: u32 = 65536;
/** Bytes of one. */
export const VALUE_BYTES: u32 = 16;

/** Hash of each token that is a word (i32), where a new template is told of. */
export const TOKEN_HASH: u32 = 98304;

/** Places in a hash table. */
export const TABLE_SIZE: u32 = 1 << 17;
/** Hash table of shapes, by their numbers (i32). */
export const SHAPE_TABLE: u32 = 131072;
/** Hash table of the chunk's templates, by their numbers (i32). */
export const TEMPLATE_TABLE: u32 = SHAPE_TABLE + 4 * TABLE_SIZE;
/** Shapes that are remembered; past it all are forgotten. Fits the table at half its size. */
export const SHAPES_MAX: u32 = 60_000;
/** Shapes: see `templates.ts`. */
export const SHAPES: u32 = TEMPLATE_TABLE + 4 * TABLE_SIZE;
/** Bytes of one. */
export const SHAPE_BYTES: u32 = 16;
/** Templates of one chunk: their numbers take two bytes. Past it rows are kept as they are. */
export const TEMPLATES_MAX: u32 = 60_000;
/** Templates: see `templates.ts`. */
export const TEMPLATES: u32 = SHAPES + SHAPE_BYTES * (SHAPES_MAX + 4);
/** Bytes of one. */
export const TEMPLATE_BYTES: u32 = 64;
/** By the low bits of a hash: the word that had them last (i32). */
export const SEEN: u32 = TEMPLATES + TEMPLATE_BYTES * TEMPLATES_MAX;
/** Those bits. */
export const SEEN_MASK: u32 = 0xffff;

/** The same for words of literal text. */
export const SEEN_LITERALS: u32 = SEEN + 4 * (SEEN_MASK + 1);
/** Its bits. */
export const SEEN_LITERALS_MASK: u32 = 0x3fff;

/** By the low bits of a template's hash: the hash of which was learnt last (u32). */
export const LEARNT: u32 = SEEN_LITERALS + 4 * (SEEN_LITERALS_MASK + 1);
/** Those bits. */
export const LEARNT_MASK: u32 = 0xffff;

/** Rows that are laid out at once. */
export const ROWS_MAX: u32 = 16384;
/** Where each begins (u32); one more than there are. */
export const ROW_START: u32 = LEARNT + 4 * (LEARNT_MASK + 1);
/** Its time, ms (f64). */
export const ROW_TIME: u32 = ROW_START + 4 * (ROWS_MAX + 2);
/** Its stamp's characters (u8). */
export const ROW_STAMP: u32 = ROW_TIME + 8 * ROWS_MAX;
/** Its template (u16): what comes of it. */
export const ROW_TEMPLATE: u32 = ROW_STAMP + ROWS_MAX;
/** Bytes of rows. */
export const ROW_BYTES: u32 = ROW_TEMPLATE + 2 * ROWS_MAX;
/** So many at once; a longer row is kept as it is. */
export const ROW_BYTES_MAX: u32 = 1 << 20;
const SPARE: u32 = 64;
const ARENA: u32 = ((ROW_BYTES + ROW_BYTES_MAX + SPARE + 63) >> 6) << 6;
const PAGE_BITS: u32 = 16;

let used: u32 = ARENA;

/** Forgets all of the arena. */
export function clearArena(): void {
  used = ARENA;
}

/** So many bytes of the arena, with sixteen to spare behind them; aligned to 16. What is in them is anything. */
export function allocate(bytes: u32): u32 {
  const address = used;
  used = (used + bytes + 16 + 15) & ~15;
  const missing = <i32>((used + SPARE) >> PAGE_BITS) + 1 - memory.size();
  if (missing > 0) {
    // By an eighth at least: memory that is asked for page by page is asked for often.
    if (memory.grow(max(missing, memory.size() >> 3)) < 0 && memory.grow(missing) < 0)
      unreachable();
  }
  return address;
}

/** The same, from the begin of a line of the cache on. */
export function allocateLines(bytes: u32): u32 {
  used = (used + 63) & ~63;
  return allocate(bytes);
}
