/**
 * Blooms of 32-byte blocks: a word sets eight bits of one block, one in each of its 32-bit words, as in
 * Parquet's split-block filter. Ten bits a word: one of about a hundred absent words seems present.
 */
const BITS_PER_WORD = 10;
const BLOCK_BITS = 256;
const LANES = 8;
const SALTS = Int32Array.from([
  0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
]);

/** Builds the bloom of `count` hashes. Little-endian words. */
export function buildBloom(hashes: Int32Array, from: number, to: number): Buffer {
  const blocks = Math.max(1, Math.ceil(((to - from) * BITS_PER_WORD) / BLOCK_BITS));
  const words = new Int32Array(blocks * LANES);
  for (let index = from; index < to; index++) {
    const hash = hashes[index] ?? 0;
    const first = blockOf(hash, blocks) * LANES;
    for (let lane = 0; lane < LANES; lane++) {
      words[first + lane] = (words[first + lane] ?? 0) | bitOf(hash, lane);
    }
  }
  return Buffer.from(words.buffer);
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
