/**
 * AssemblyScript, not TypeScript: counts the rows of a chunk by level and time. Nothing is allocated here:
 * `compiled/times-memory.ts` lays everything out, and checks what comes out of it.
 */

/** In place of a level's code: it depends on the row. */
const OPEN: u32 = 255;
const LEVEL_VARIES: u32 = 255;
/** Units of times: see `time-column.ts`. */
const SECONDS: u32 = 0;
const FLOATS: u32 = 2;
const VARINT_BYTES_MAX: u32 = 7;
/** Bytes of what is known of a template whose rows differ: rows, next row, flags, levels (0: none of them), one level (u32 each). */
const OPEN_BYTES: usize = 20;

/** What the next row of a template counts as: 0 where it does not match. */
function nextCode(template: usize): u32 {
  const index = load<u32>(template, 4);
  // More rows than it has: the chunk is not whole.
  if (index >= load<u32>(template)) return 0;
  store<u32>(template, index + 1, 4);
  const flags: usize = load<u32>(template, 8);
  if (flags !== 0 && load<u8>(flags + index) === 0) return 0;
  const level = load<u32>(template, 16);
  if (level !== LEVEL_VARIES) return level + 1;
  const levels: usize = load<u32>(template, 12);
  return load<u8>(levels + index) + 1;
}

/**
 * Counts the rows of one stretch, whose times are at `at`, in bytes that go up to `end`.
 *
 * @param ids their templates, u16 each
 * @param codes by template, u8: 0 if no row matches, one more than the level's code if all do and have it, or OPEN
 * @param open by template: see OPEN_BYTES
 * @param counts u32, by code, those of rows that do not match first, and in it by bucket
 * @param origin where the first bucket begins, which are `step` ms long; rows before `from`, and from `to` on, do not match
 * @returns where the next stretch's times are; 0 if these are not whole
 */
export function countStretch(
  at: usize,
  end: usize,
  ids: usize,
  rows: u32,
  codes: usize,
  open: usize,
  counts: usize,
  origin: f64,
  step: f64,
  buckets: u32,
  from: f64,
  to: f64,
): usize {
  if (at >= end) return 0;
  const unit: u32 = load<u8>(at++);
  const isFloats = unit >= FLOATS;
  const unitMs: f64 = unit === SECONDS ? 1000 : 1;
  // One time, if not as many as there are rows, stands there as it is.
  if (at + ((<usize>(isFloats ? rows : 1)) << 3) > end) return 0;
  if (rows === 0) return isFloats ? at : at + 8;
  let time = load<f64>(at);
  at += 8;
  const bucketMax = <f64>(buckets - 1);
  // Bounds of the last row's bucket, as rows of one stream follow one another in time.
  let begin: f64 = 0;
  let behind: f64 = 0;
  let bucket: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    const id: usize = load<u16>(ids + ((<usize>row) << 1));
    let code: u32 = load<u8>(codes + id);
    if (code === OPEN) code = nextCode(open + id * OPEN_BYTES);
    if (time < begin || time >= behind) {
      const place = Math.floor((time - origin) / step);
      begin = origin + place * step;
      behind = begin + step;
      bucket = <u32>Math.min(Math.max(place, 0), bucketMax);
    }
    // Whether a row matches is hard to foresee: those that do not are counted, too.
    if (time < from || time >= to) code = 0;
    const count = counts + ((<usize>(code * buckets + bucket)) << 2);
    store<u32>(count, load<u32>(count) + 1);
    if (row + 1 === rows) break;
    if (isFloats) {
      time = load<f64>(at);
      at += 8;
      continue;
    }
    if (at >= end) return 0;
    const byte: u32 = load<u8>(at++);
    if (byte < 0x80) {
      time += <f64>(<i32>(byte >> 1) ^ -(<i32>(byte & 1))) * unitMs;
      continue;
    }
    let coded: u64 = byte & 0x7f;
    let more = byte;
    for (let n: u32 = 1; more >= 0x80 && n < VARINT_BYTES_MAX; n++) {
      if (at >= end) return 0;
      more = load<u8>(at++);
      coded |= (<u64>(more & 0x7f)) << (<u64>(7 * n));
    }
    time += <f64>(<i64>(coded >> 1) ^ -(<i64>(coded & 1))) * unitMs;
  }
  return at;
}
