/**
 * AssemblyScript, not TypeScript: an automaton goes through the values of a column. Most states stay where they are but
 * for one or two characters, as what comes before a literal does: sixteen bytes are searched for those at once.
 */

/** Bytes looked at at once. */
const STEP: usize = 16;
const END_MARK: u8 = 10;
/** The first state that is not settled. */
const OPEN: u32 = 2;
/** Bits of a state's number in the table: a row of it is 256 bytes. */
const ROW_BITS: u32 = 8;

/** The first place from `at` on that may change the state of one that has few exits, or end a value; `end` if none does. */
function findExit(at: usize, end: usize, first: v128, second: v128, mark: v128): usize {
  for (let place = at; place < end; place += STEP) {
    const bytes = v128.load(place);
    const hits = v128.or(
      v128.or(i8x16.eq(bytes, first), i8x16.eq(bytes, second)),
      i8x16.eq(bytes, mark),
    );
    const found = i8x16.bitmask(hits);
    if (found !== 0) return min(place + ctz(found), end);
  }
  return end;
}

/**
 * Each row's state becomes the one behind its value; those that are settled stay. Bytes are of ASCII characters.
 *
 * @param width of each value; 0: an END_MARK is behind each
 * @param states u8: by row
 * @param table u8: by state and byte, the next state
 * @param exits by state: 1 where few bytes change it, those two (the second may be the first), and a byte to spare
 * @param seen by state: set to 1 where an open row is in it then
 */
export function runAutomaton(
  from: usize,
  end: usize,
  width: usize,
  rows: usize,
  states: usize,
  table: usize,
  exits: usize,
  seen: usize,
): void {
  const mark = i8x16.splat(END_MARK);
  let at = from;
  for (let row: usize = 0; row < rows; row++) {
    let state = <u32>load<u8>(states + row);
    const begin = at;
    let behind = end;
    if (width > 0) {
      at += width;
      if (state < OPEN) continue;
      behind = min(at, end);
    }
    let place = begin;
    while (place < behind) {
      const exit = exits + ((<usize>state) << 2);
      if (state < OPEN) {
        if (width === 0) place = findExit(place, behind, mark, mark, mark);
        break;
      }
      if (load<u8>(exit) === 1) {
        const first = i8x16.splat(load<u8>(exit, 1));
        const second = i8x16.splat(load<u8>(exit, 2));
        place = findExit(place, behind, first, second, width > 0 ? first : mark);
        if (place >= behind) break;
      }
      const byte = load<u8>(place);
      if (width === 0 && byte === END_MARK) break;
      state = <u32>load<u8>(table + ((<usize>state) << ROW_BITS) + byte);
      place++;
    }
    if (width === 0) at = place + 1;
    store<u8>(states + row, <u8>state);
    if (state >= OPEN) store<u8>(seen + state, 1);
  }
}
