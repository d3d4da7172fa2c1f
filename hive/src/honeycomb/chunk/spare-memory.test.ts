import { SEAL_MEMORY_KEPT_BYTES } from '@apiary/common/limits/store.ts';
import { describe, expect, test } from '@jest/globals';
import { SpareMemory } from './spare-memory.ts';

describe('spare memory', () => {
  test('is given again, to one at a time', () => {
    const spare = new SpareMemory();
    const first = spare.take(1000);
    spare.giveBack(first);
    expect(spare.take(1000)).toBe(first);
    expect(spare.take(1000)).not.toBe(first);
  });

  test('is new where it would be too small', () => {
    const spare = new SpareMemory();
    const first = spare.take(1000);
    spare.giveBack(first);
    const second = spare.take(2 * first.byteLength);
    expect(second).not.toBe(first);
    expect(second.byteLength).toBeGreaterThanOrEqual(2 * first.byteLength);
  });

  test('is let go past its bound, and when it is cleared', () => {
    const spare = new SpareMemory();
    const large = spare.take(SEAL_MEMORY_KEPT_BYTES + 1);
    spare.giveBack(large);
    expect(spare.take(1)).not.toBe(large);
    const largest = spare.take(SEAL_MEMORY_KEPT_BYTES);
    spare.giveBack(largest);
    expect(spare.take(SEAL_MEMORY_KEPT_BYTES)).toBe(largest);
    const small = spare.take(1);
    spare.giveBack(small);
    spare.clear();
    expect(spare.take(1)).not.toBe(small);
  });
});
