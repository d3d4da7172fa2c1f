/** AssemblyScript: time stamps as text. A layout is laid out by `compiled/stamp-texts.ts`. */

const ZERO: i32 = 48;
const DAY_MS: f64 = 86400000;
const EPOCH_SECONDS: i32 = 1;

// A layout: its epoch (i32: 0 none, 1 seconds, 2 milliseconds), its length, where hour, minute, second and fraction are
// (i32, the last one negative where there is none), the begin of the day that its text shows (f64, ms), the text.
/** In a layout: bytes of the text. */
export const LENGTH: usize = 4;
const HOUR: usize = 8;
const MINUTE: usize = 12;
const SECOND: usize = 16;
const FRACTION: usize = 20;
const DAY: usize = 24;
/** The text. */
export const TEXT: usize = 32;

/** Writes the text of a day, counted from 1970, into a layout. */
declare function formatDay(layout: usize, day: f64): void;

function writeTwo(at: usize, value: i32): void {
  // A tenth of what is below a hundred, without a division.
  const tens = (value * 103) >> 10;
  store<u16>(at, <u16>(ZERO + tens + ((ZERO + value - tens * 10) << 8)));
}

function formatEpoch(layout: usize, epoch: i32, timeMs: f64): void {
  const text = layout + TEXT;
  let rest: i64 = <i64>(epoch === EPOCH_SECONDS ? Math.floor(timeMs / 1000) : timeMs);
  for (let at = load<i32>(layout, LENGTH) - 1; at >= 0; at--) {
    store<u8>(text + at, <u8>(ZERO + <i32>(rest % 10)));
    rest /= 10;
  }
}

/** Writes the text of a time into a layout. */
export function format(layout: usize, timeMs: f64): void {
  const epoch = load<i32>(layout);
  if (epoch !== 0) {
    formatEpoch(layout, epoch, timeMs);
    return;
  }
  const text = layout + TEXT;
  let sinceDay = timeMs - load<f64>(layout, DAY);
  if (!(sinceDay >= 0 && sinceDay < DAY_MS)) {
    const day = Math.floor(timeMs / DAY_MS);
    store<f64>(layout, day * DAY_MS, DAY);
    formatDay(layout, day);
    sinceDay = timeMs - day * DAY_MS;
  }
  const ofDay: i32 = <i32>sinceDay;
  const seconds = ofDay / 1000;
  const minutes = seconds / 60;
  const hours = minutes / 60;
  writeTwo(text + load<i32>(layout, HOUR), hours);
  writeTwo(text + load<i32>(layout, MINUTE), minutes - hours * 60);
  writeTwo(text + load<i32>(layout, SECOND), seconds - minutes * 60);
  const place = load<i32>(layout, FRACTION);
  if (place < 0) return;
  const fraction = ofDay - seconds * 1000;
  store<u8>(text + place, <u8>(ZERO + fraction / 100));
  writeTwo(text + place + 1, fraction % 100);
}
