import { describe, expect, it } from '@jest/globals';
import { idText, newId } from './random.ts';

describe('ids', () => {
  it('begin with a letter or a digit, whatever the first byte is', () => {
    for (let first = 0; first < 256; first += 1) {
      expect(idText(Uint8Array.of(first, ...new Array(15).fill(first)))).toMatch(
        /^[A-Za-z0-9][\w-]{21}$/,
      );
    }
  });

  it('are new each time', () => {
    expect(new Set(Array.from({ length: 1000 }, newId)).size).toBe(1000);
  });
});
