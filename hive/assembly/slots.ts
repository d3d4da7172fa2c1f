/**
 * AssemblyScript, not TypeScript: loops over a chunk's slots, of which there are tens of thousands. Measured on chunks
 * that are each read once: in JavaScript they took as long as decompressing what they are about, and several times that
 * before they had been compiled.
 */

/** Value of {@link kinds}: its column stands in the lexicon; and what is below it. */
const LISTED: u32 = 4;
/** Kinds of columns: see `value-columns.ts`. */
const FIXED: u32 = 1;
const CONSTANT: u32 = 2;
/** Values of 255 bytes or more. */
const LONG: u32 = 255;
const FULL_MASK: u32 = 0xffffffff;

/** Classes of columns, in their order: see `column-class.ts`. */
const HEX: u32 = 1;
const ASCII: u32 = 2;
const BEYOND_ASCII: u32 = 3;
const RAW: u32 = 4;
const IN_LEXICON: u32 = 5;
const CLASSES: usize = 6;
const LETTERS: u32 = (1 << 26) - 1;
const HEX_LETTERS: u32 = 0b11_1111;

/** Slots looked at at once. */
const STEP: u32 = 4;

/**
 * Adds up rows and slots of templates.
 *
 * @param rowsIn u32: rows of each template, part by part
 * @param slots u16: by template
 * @param rows u32, written: of all parts
 * @param firstSlot u32, written: of each template; one more than there are
 * @param firstRow the same for rows
 */
export function sumTemplates(
  rowsIn: usize,
  parts: u32,
  slots: usize,
  templates: u32,
  rows: usize,
  firstSlot: usize,
  firstRow: usize,
): void {
  let slot: u32 = 0;
  let row: u32 = 0;
  for (let id: u32 = 0; id < templates; id++) {
    let own: u32 = 0;
    for (let part: u32 = 0; part < parts; part++) {
      own += load<u32>(rowsIn + ((part * templates + id) << 2));
    }
    store<u32>(rows + (id << 2), own);
    store<u32>(firstSlot + (id << 2), slot);
    store<u32>(firstRow + (id << 2), row);
    slot += load<u16>(slots + (id << 1));
    row += own;
  }
  store<u32>(firstSlot + (templates << 2), slot);
  store<u32>(firstRow + (templates << 2), row);
}

/**
 * Finds slots whose values can have a word.
 *
 * @param mask i32: characters of a slot's values; with `shortest` and `longest` (u8) and sixteen bytes to spare
 * @param wanted the characters of the word
 * @param exact the word is the whole value
 * @param found u32, written: slots in their order; room for all of them
 * @returns how many
 */
export function findSlots(
  mask: usize,
  shortest: usize,
  longest: usize,
  slots: u32,
  wanted: u32,
  length: u32,
  exact: bool,
  found: usize,
): u32 {
  const all = i32x4.splat(wanted);
  let count: u32 = 0;
  for (let first: u32 = 0; first < slots; first += STEP) {
    const masks = v128.load(mask + (first << 2));
    let fits = i32x4.bitmask(i32x4.eq(v128.and(masks, all), all));
    for (; fits !== 0; fits &= fits - 1) {
      const slot = first + ctz(fits);
      if (slot >= slots) break;
      if (load<u32>(mask + (slot << 2)) !== FULL_MASK) {
        const most: u32 = load<u8>(longest + slot);
        if (most < length && most !== LONG) continue;
        if (exact && <u32>load<u8>(shortest + slot) > length) continue;
      }
      store<u32>(found + (count << 2), slot);
      count++;
    }
  }
  return count;
}

/** Without branches: which class is next cannot be foretold. */
function classOf(mask: u32, kind: u32, byClass: bool): u32 {
  const letters = mask & LETTERS;
  const ofAscii = letters === 0 ? 0 : select<u32>(ASCII, HEX, (letters & ~HEX_LETTERS) !== 0);
  const own = select<u32>(BEYOND_ASCII, ofAscii, mask === FULL_MASK);
  return select<u32>(IN_LEXICON, select<u32>(own, 0, byClass), kind >= LISTED);
}

/**
 * Says where columns are.
 *
 * @param kinds u8: encodings, and {@link LISTED}
 * @param varying u32: bytes of the columns of several lengths, with four bytes to spare
 * @param firstSlot u32: see {@link sumTemplates}; they come to `slots`
 * @param byClass columns stand in the order of their classes
 * @param next room for CLASSES u64
 * @param from u32, written: where each column begins
 * @param bytes u32, written: of each column
 * @param template u16, written: of each slot
 * @param encoding u8, written: kinds without LISTED
 * @param listed u8, written: 1 for columns in the lexicon
 * @returns false where `varying` has not what is to be there, or there are too many bytes
 */
export function placeSlots(
  mask: usize,
  kinds: usize,
  longest: usize,
  slots: u32,
  varying: usize,
  varyingCount: u32,
  firstSlot: usize,
  rows: usize,
  templates: u32,
  byClass: bool,
  next: usize,
  from: usize,
  bytes: usize,
  template: usize,
  encoding: usize,
  listed: usize,
): bool {
  memory.fill(next, 0, CLASSES << 3);
  let taken: u32 = 0;
  let slot: u32 = 0;
  for (let id: u32 = 0; id < templates; id++) {
    const end = load<u32>(firstSlot + (id << 2), 4);
    const own: u64 = load<u32>(rows + (id << 2));
    for (; slot < end; slot++) {
      const kind: u32 = load<u8>(kinds + slot);
      const code = kind & (LISTED - 1);
      const width: u64 = load<u8>(longest + slot);
      const isVarying = code !== FIXED && code !== CONSTANT;
      if (isVarying && taken >= varyingCount) return false;
      // Read in any case: there is room behind the last one.
      const varyingSize: u64 = load<u32>(varying + (taken << 2));
      taken += <u32>isVarying;
      const fixedSize = width * select<u64>(own, 1, code === FIXED);
      const size = select<u64>(varyingSize, fixedSize, isVarying);
      if (size > <u64>u32.MAX_VALUE) return false;
      const isRaw = slot === slots - 1 && byClass && kind < LISTED;
      const column = select<u32>(RAW, classOf(load<u32>(mask + (slot << 2)), kind, byClass), isRaw);
      const at = next + ((<usize>column) << 3);
      const before = load<u64>(at);
      store<u64>(at, before + size);
      store<u32>(from + (slot << 2), <u32>before);
      store<u32>(bytes + (slot << 2), <u32>size);
      store<u16>(template + (slot << 1), <u16>id);
      store<u8>(encoding + slot, <u8>code);
      // Its class, until it is known where that begins.
      store<u8>(listed + slot, <u8>column);
    }
  }
  let all: u64 = 0;
  for (let own: usize = 0; own < CLASSES; own++) {
    const at = next + (own << 3);
    const size = load<u64>(at);
    store<u64>(at, all);
    all += size;
  }
  if (taken !== varyingCount || all > <u64>u32.MAX_VALUE) return false;
  for (slot = 0; slot < slots; slot++) {
    const column: u32 = load<u8>(listed + slot);
    const at = from + (slot << 2);
    store<u32>(at, load<u32>(at) + load<u32>(next + ((<usize>column) << 3)));
    store<u8>(listed + slot, column === IN_LEXICON ? 1 : 0);
  }
  return true;
}
