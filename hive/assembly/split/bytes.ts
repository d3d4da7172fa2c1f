/** AssemblyScript: sixteen bytes at a time. Everything that is read here has sixteen bytes to spare behind it. */

const STEP: u32 = 16;

/** The first `count` bits, of sixteen at most. */
export function bits(count: u32): i32 {
  return (1 << count) - 1;
}

/** True if so many bytes at two places are the same. */
export function isSame(one: u32, other: u32, length: u32): bool {
  if (length <= STEP) {
    const same = i8x16.bitmask(i8x16.eq(v128.load(one), v128.load(other)));
    return (~same & bits(length)) === 0;
  }
  return isSameLong(one, other, length);
}

function isSameLong(one: u32, other: u32, length: u32): bool {
  let at: u32 = 0;
  for (; at + STEP <= length; at += STEP) {
    if (i8x16.bitmask(i8x16.eq(v128.load(one + at), v128.load(other + at))) !== 0xffff)
      return false;
  }
  const same = i8x16.bitmask(i8x16.eq(v128.load(one + at), v128.load(other + at)));
  return (~same & bits(length - at)) === 0;
}

/** Copies bytes; up to fifteen behind them are written over. */
export function copy(target: u32, source: u32, length: u32): void {
  v128.store(target, v128.load(source));
  for (let done: u32 = STEP; done < length; done += STEP) {
    v128.store(target + done, v128.load(source + done));
  }
}

// A byte's class is what the classes of its two halves have in common.

/** The class of each of sixteen bytes: 0 between tokens. */
export function classes(bytes: v128): v128 {
  // 1: `A` to `O`, 2: `P` to `Z`, 4: `_`, 0x20: beyond ASCII.
  const low = i32x4(0xa3e3e3a2, 0xa3a3a3a3, 0x2163a3a3, 0x25212121);
  const high = i32x4(0x80000040, 0x02010601, 0x20202020, 0x20202020);
  const lowHalf = v128.and(bytes, i8x16.splat(15));
  const highHalf = v128.and(i16x8.shr_u(bytes, 4), i8x16.splat(15));
  return v128.and(i8x16.swizzle(low, lowHalf), i8x16.swizzle(high, highHalf));
}

/** Bit by bit: bytes that are in tokens. */
export function tokenBits(classes: v128): i32 {
  return i8x16.bitmask(i8x16.eq(classes, i8x16.splat(0))) ^ 0xffff;
}

/** Digits. */
export function digitBits(classes: v128): i32 {
  return i8x16.bitmask(classes);
}

/** Bytes that mark something. */
export function reservedBits(classes: v128): i32 {
  return i8x16.bitmask(i8x16.add(classes, classes));
}

/** Goes on with a hash by bytes, eight at a time. */
export function hashBytes(hash: u64, from: u32, to: u32): u64 {
  let all = hash + to - from;
  for (let at = from; at < to; at += 8) {
    const left: u64 = to - at;
    const value = load<u64>(at);
    all = mix(all, left < 8 ? value & (((<u64>1) << (left << 3)) - 1) : value);
  }
  return all;
}

/** Goes on with a hash by a number. */
export function mix(hash: u64, value: u64): u64 {
  // An odd number with as many ones as zeros: 2^64 divided by the golden ratio.
  return rotl((hash ^ value) * (((<u64>0x9e3779b9) << 32) | 0x7f4a7c15), 29);
}
