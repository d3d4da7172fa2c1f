/**
 * Blooms of 32-byte blocks: a word sets eight bits of one block, one in each of its 32-bit words, as in
 * Parquet's split-block filter. Ten bits a word: one of about a hundred absent words seems present.
 */
const LANES = 8;
/** A part begins with the bytes (u32) of its bloom of values. */
export const BLOOM_HEAD_BYTES = 4;
const SALTS = Int32Array.from([
  0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
]);

/** Two blooms of one part: of words in values, and of words in the templates' literal text. */
export interface PartBlooms {
  readonly values: Buffer;
  readonly literals: Buffer;
}

/** Reads one of the parts that `compiled/fill-blooms.ts` makes. */
export function partBlooms(bytes: Buffer): PartBlooms {
  const end = BLOOM_HEAD_BYTES + bytes.readUInt32LE(0);
  return { values: bytes.subarray(BLOOM_HEAD_BYTES, end), literals: bytes.subarray(end) };
}

/** Which of so many parts has a word. */
export function partOf(hash: number, parts: number): number {
  return (Math.imul(hash, 0xc2b2ae35) >>> 16) % parts;
}

/** False when the hash is certainly not in the bloom. */
export function bloomHas(bloom: Buffer, hash: number): boolean {
  const blocks = bloom.length / (LANES * 4);
  const first = blockOf(hash, blocks) * LANES * 4;
  for (let lane = 0; lane < LANES; lane++) {
    if ((bloom.readInt32LE(first + lane * 4) & bitOf(hash, lane)) === 0) return false;
  }
  return true;
}

function blockOf(hash: number, blocks: number): number {
  return (Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0) % blocks;
}

function bitOf(hash: number, lane: number): number {
  return 1 << (Math.imul(hash, SALTS[lane] ?? 0) >>> 27);
}
