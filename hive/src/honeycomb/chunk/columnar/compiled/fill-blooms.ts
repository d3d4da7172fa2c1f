/** Fills the blooms of a chunk, with the loops of `hive/assembly/split/blooms.ts`. */
import { BLOOM_HEAD_BYTES } from '../bloom.ts';
import type { SplitMemory } from './split-memory.ts';

const BITS_PER_WORD = 10;
/**
 * Bytes of one part of a chunk's blooms, about. Measured on 1 GB: of a rare word's 11 ms, 6 went into reading
 * and checking whole blooms, of which a word needs one block.
 */
const PART_BYTES_MAX = 16 * 1024;
/**
 * The same for chunks of 8 MB, of which a search looks at hundreds: one part is a page of SQLite and a little, which
 * stands together with others. Parts that fill a page each took 0.5 % more of the disk.
 */
const SMALL_PART = { bytes: 4700, parts: 20 } as const;
const BLOCK_BITS = 256;
const BLOCK_BYTES = 32;

/** Sorts the hashes of a chunk's words into parts; each word is in one, with its blooms. */
export function bloomParts(
  memory: SplitMemory,
  values: Int32Array,
  literals: Int32Array,
): Buffer[] {
  const parts = partsFor(((values.length + literals.length) * BITS_PER_WORD) / 8);
  const byPart = [values, literals].map((hashes) => sortByPart(memory, hashes, parts));
  return Array.from({ length: parts }, (_, part) => {
    const blooms = byPart.map(({ at, firsts }) => {
      const [from, to] = [firsts[part] ?? 0, firsts[part + 1] ?? 0];
      return fillBloom(memory, at + 4 * from, to - from);
    });
    const head = Buffer.alloc(BLOOM_HEAD_BYTES);
    head.writeUInt32LE(blooms[0]?.length ?? 0);
    return Buffer.concat([head, ...blooms]);
  });
}

function partsFor(bytes: number): number {
  const small = Math.min(Math.ceil(bytes / SMALL_PART.bytes), SMALL_PART.parts);
  return Math.max(1, small, Math.ceil(bytes / PART_BYTES_MAX));
}

function sortByPart(memory: SplitMemory, hashes: Int32Array, parts: number) {
  const { loops } = memory;
  const [from, at] = [loops.allocate(hashes.byteLength), loops.allocate(hashes.byteLength)];
  const firsts = loops.allocate(4 * (parts + 1));
  memory.numbers.set(hashes, from >> 2);
  loops.sortByPart(from, hashes.length, parts, at, firsts);
  return { at, firsts: memory.numbers.slice(firsts >> 2, (firsts >> 2) + parts + 1) };
}

/** The bloom of hashes that are laid out. Little-endian words. */
function fillBloom(memory: SplitMemory, hashes: number, count: number): Buffer {
  const blocks = Math.max(1, Math.ceil((count * BITS_PER_WORD) / BLOCK_BITS));
  const bytes = blocks * BLOCK_BYTES;
  const at = memory.loops.allocate(bytes);
  memory.loops.fillBloom(hashes, count, at, blocks);
  // A copy: the next one may make the memory grow.
  return Buffer.from(memory.bytes.subarray(at, at + bytes));
}
