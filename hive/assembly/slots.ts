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

function classOf(mask: u32, kind: u32, isRaw: bool, byClass: bool): u32 {
  if (kind >= LISTED) return IN_LEXICON;
  if (!byClass) return 0;
  if (isRaw) return RAW;
  if (mask === FULL_MASK) return BEYOND_ASCII;
  const letters = mask & LETTERS;
  if (letters === 0) return 0;
  return (letters & ~HEX_LETTERS) === 0 ? HEX : ASCII;
}

/**
 * Says where columns are.
 *
 * @param kinds u8: encodings, and {@link LISTED}
 * @param varying u32: bytes of the columns of several lengths
 * @param firstSlot u32: see {@link sumTemplates}; they come to `slots`
 * @param byClass columns stand in the order of their classes
 * @param next room for CLASSES + 1 u64
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
  memory.fill(next, 0, (CLASSES + 1) << 3);
  let taken: u32 = 0;
  let slot: u32 = 0;
  for (let id: u32 = 0; id < templates; id++) {
    const end = load<u32>(firstSlot + (id << 2), 4);
    const own: u64 = load<u32>(rows + (id << 2));
    for (; slot < end; slot++) {
      const kind: u32 = load<u8>(kinds + slot);
      const code = kind & (LISTED - 1);
      let size: u64 = load<u8>(longest + slot);
      if (code === FIXED) size *= own;
      else if (code !== CONSTANT) {
        if (taken >= varyingCount) return false;
        size = load<u32>(varying + (taken++ << 2));
      }
      if (size > <u64>u32.MAX_VALUE) return false;
      store<u32>(bytes + (slot << 2), <u32>size);
      store<u16>(template + (slot << 1), <u16>id);
      store<u8>(encoding + slot, <u8>code);
      store<u8>(listed + slot, kind >= LISTED ? 1 : 0);
      const isRaw = slot === slots - 1;
      const behind =
        next + ((<usize>classOf(load<u32>(mask + (slot << 2)), kind, isRaw, byClass) + 1) << 3);
      store<u64>(behind, load<u64>(behind) + size);
    }
  }
  for (let own: usize = 1; own <= CLASSES; own++) {
    const at = next + (own << 3);
    store<u64>(at, load<u64>(at) + load<u64>(at - 8));
  }
  if (taken !== varyingCount || load<u64>(next + (CLASSES << 3)) > <u64>u32.MAX_VALUE) return false;
  for (slot = 0; slot < slots; slot++) {
    const kind: u32 = load<u8>(kinds + slot);
    const isRaw = slot === slots - 1;
    const at = next + ((<usize>classOf(load<u32>(mask + (slot << 2)), kind, isRaw, byClass)) << 3);
    const place = load<u64>(at);
    store<u32>(from + (slot << 2), <u32>place);
    store<u64>(at, place + load<u32>(bytes + (slot << 2)));
  }
  return true;
}
