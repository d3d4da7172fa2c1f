/** AssemblyScript: fills the blooms of a chunk: see `columnar/bloom.ts`. */

/** Bytes of a block. */
const BLOCK_BYTES: u32 = 32;

function partOf(hash: u32, parts: u32): u32 {
  return ((hash * 0xc2b2ae35) >> 16) % parts;
}

/**
 * Sorts hashes (i32) by the part of a chunk's blooms that they are in.
 *
 * @param firsts by part: where its hashes begin in `target` (u32, counted in hashes); one more than there are parts
 */
export function sortByPart(hashes: u32, count: u32, parts: u32, target: u32, firsts: u32): void {
  memory.fill(firsts, 0, 4 * (parts + 1));
  for (let index: u32 = 0; index < count; index++) {
    const own = firsts + (partOf(load<u32>(hashes + (index << 2)), parts) << 2);
    store<u32>(own, load<u32>(own) + 1);
  }
  let end: u32 = 0;
  for (let part: u32 = 0; part <= parts; part++) {
    end += load<u32>(firsts + (part << 2));
    store<u32>(firsts + (part << 2), end);
  }
  // From behind, so that each part's end becomes its begin.
  for (let index = count; index > 0; index--) {
    const hash = load<u32>(hashes + ((index - 1) << 2));
    const own = firsts + (partOf(hash, parts) << 2);
    const at = load<u32>(own) - 1;
    store<u32>(own, at);
    store<u32>(target + (at << 2), hash);
  }
}

/** The bit of each of four words of a block, from a hash's products with their salts. */
function bitsOf(products: v128): v128 {
  // Two to the power of the highest five bits, by way of a float's exponent.
  const exponent = i32x4.add(i32x4.shr_u(products, 27), i32x4.splat(127));
  return i32x4.trunc_sat_f32x4_u(i32x4.shl(exponent, 23));
}

/** Fills a bloom of so many blocks with hashes (i32). */
export function fillBloom(hashes: u32, count: u32, target: u32, blocks: u32): void {
  memory.fill(target, 0, blocks * BLOCK_BYTES);
  const low = i32x4(0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d);
  const high = i32x4(0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31);
  for (let index: u32 = 0; index < count; index++) {
    const hash = load<u32>(hashes + (index << 2));
    const block = target + (((hash ^ (hash >> 16)) * 0x85ebca6b) % blocks) * BLOCK_BYTES;
    const each = i32x4.splat(hash);
    v128.store(block, v128.or(v128.load(block), bitsOf(i32x4.mul(each, low))));
    v128.store(block + 16, v128.or(v128.load(block + 16), bitsOf(i32x4.mul(each, high))));
  }
}
