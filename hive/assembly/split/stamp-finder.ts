/** AssemblyScript: finds a row's time stamp where the stream had it last; else `compiled/stamp-search.ts` searches it. */
import { format, LENGTH as LAYOUT_LENGTH, TEXT as LAYOUT_TEXT } from '../stamps';
import { isSame } from './bytes';
import { BYTE_CLASS, HABIT, LAYOUT_BYTES, LAYOUTS } from './places';

/** The stamp's length, or 0, after a search for any layout; HABIT says where and which. */
declare function searchStamp(from: u32, to: u32, time: f64): u32;

/** In a habit: the stamp's place in the row. */
export const PLACE: u32 = 0;
/** Its layout, negative before the first. */
export const LAYOUT: u32 = 4;
const MISSES: u32 = 8;
/** How far its zone is ahead, ms (f64). */
export const SHIFT: u32 = 16;
/** How far from a row's begin the usual layout is looked for. */
const NEAR_BYTES: u32 = 64;
/** Searches in vain, past which only one row in so many is searched. */
const MISSES_MAX: u32 = 32;

let formatted: u32 = 0;
let formattedTime: f64 = 0;

/** Formats a time, unless that was done last. */
function formatOnce(layout: u32, time: f64): void {
  if (layout === formatted && time === formattedTime) return;
  format(layout, time);
  formatted = layout;
  formattedTime = time;
}

/** A stamp that a word runs into would tear that word apart. */
function isApart(start: u32, end: u32, from: u32, to: u32): bool {
  if (start > from && load<u8>(BYTE_CLASS + load<u8>(start - 1)) !== 0) return false;
  return end >= to || load<u8>(BYTE_CLASS + load<u8>(end)) === 0;
}

function isAt(text: u32, length: u32, at: u32, from: u32, to: u32): bool {
  const end = at + length;
  return end <= to && isSame(text, at, length) && isApart(at, end, from, to);
}

function findNear(text: u32, length: u32, from: u32, to: u32): bool {
  if (from + length > to) return false;
  const last = min(to - length, from + NEAR_BYTES);
  const first = i8x16.splat(load<i8>(text));
  for (let block = from; block <= last; block += 16) {
    let found = i8x16.bitmask(i8x16.eq(v128.load(block), first));
    for (; found !== 0; found &= found - 1) {
      const at = block + ctz(found);
      if (at > last) return false;
      if (!isAt(text, length, at, from, to)) continue;
      store<u32>(HABIT, at - from, PLACE);
      return true;
    }
  }
  return false;
}

/** The stamp's length, or 0. `observed` equals `time` in rows without one: they cost least. */
export function findStamp(from: u32, to: u32, time: f64, observed: f64): u32 {
  const layout = load<i32>(HABIT, LAYOUT);
  if (layout >= 0) {
    const usual = LAYOUTS + <u32>layout * LAYOUT_BYTES;
    formatOnce(usual, time + load<f64>(HABIT, SHIFT));
    const text = usual + <u32>LAYOUT_TEXT;
    const length = load<u32>(usual, LAYOUT_LENGTH);
    if (isAt(text, length, from + load<u32>(HABIT, PLACE), from, to)) return length;
    if (time === observed) return 0;
    // Behind an address or a name the stamp is not always at the same place.
    if (findNear(text, length, from, to)) return length;
  }
  if (time === observed) return 0;
  const misses = load<u32>(HABIT, MISSES);
  if (misses >= MISSES_MAX) {
    store<u32>(HABIT, misses + 1, MISSES);
    if ((misses + 1) % MISSES_MAX !== 0) return 0;
  }
  return searchStamp(from, to, time);
}
