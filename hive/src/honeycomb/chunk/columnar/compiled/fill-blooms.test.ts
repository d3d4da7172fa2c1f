import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bloomHas, partBlooms, partOf } from '../bloom.ts';
import { Promotions } from '../promotions.ts';
import { StampSearch } from '../stamp-search.ts';
import { bloomParts } from './fill-blooms.ts';
import { SplitMemory } from './split-memory.ts';

const BITS_OF_WORD = 8;

test('each word is in the bloom of its kind and part, and few others are', () => {
  const memory = new SplitMemory({ promotions: new Promotions(), stamps: new StampSearch() });
  const hash = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const hashes = fc.oneof(
    fc.array(hash, { maxLength: 40 }),
    fc.array(hash, { minLength: 20_000, maxLength: 40_000, size: 'max' }),
  );
  fc.assert(
    fc.property(hashes, hashes, fc.array(hash, { minLength: 300 }), (values, literals, others) => {
      memory.loops.begin();
      const parts = bloomParts(memory, Int32Array.from(values), Int32Array.from(literals));
      const blooms = parts.map(partBlooms);
      const has = (kind: 'values' | 'literals', own: number) => {
        const part = blooms[partOf(own, parts.length)];
        return part !== undefined && bloomHas(part[kind], own);
      };
      expect(values.every((own) => has('values', own))).toBe(true);
      expect(literals.every((own) => has('literals', own))).toBe(true);
      const kinds = new Set(values);
      const wrong = others.filter((own) => !kinds.has(own) && has('values', own));
      expect(wrong.length).toBeLessThan(others.length / 10);
      const bits = Buffer.concat(blooms.map((each) => each.values)).reduce(
        (sum, byte) => sum + byte.toString(2).replaceAll('0', '').length,
        0,
      );
      expect(bits).toBeLessThanOrEqual(BITS_OF_WORD * kinds.size);
    }),
    { numRuns: 12 },
  );
});

test.each([
  ['of a chunk of 8 MB are a page of the store and a little', 50_000, 14, 4700],
  ['of a large chunk are few', 400_000, 31, 16 * 1024],
])('parts %s', (_, words, count, bytes) => {
  const memory = new SplitMemory({ promotions: new Promotions(), stamps: new StampSearch() });
  memory.loops.begin();
  const hashes = Int32Array.from({ length: words }, (__, at) => Math.imul(at + 1, 0x9e3779b1));
  const parts = bloomParts(memory, hashes, Int32Array.of(1, 2, 3));
  expect(parts).toHaveLength(count);
  // A tenth more: words do not spread evenly.
  for (const part of parts) expect(part.length).toBeLessThan(1.1 * bytes);
});
