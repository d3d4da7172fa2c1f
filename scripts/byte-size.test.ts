import { describe, expect, test } from '@jest/globals';
import { byteSize, byteSizeSchema } from './byte-size.ts';

describe('sizes', () => {
  test('are read as people write them', () => {
    const read = ['0', '1500', '50G', '500 MB', '1.5t', '2kb'].map((text) =>
      byteSizeSchema.parse(text),
    );
    expect(read).toEqual([0, 1500, 50e9, 500e6, 1.5e12, 2000]);
    for (const text of ['', '5X', '-1', '1e9', 'G']) {
      expect(byteSizeSchema.safeParse(text).success).toBe(false);
    }
  });

  test('are written with three digits', () => {
    const written = [0, 999, 1000, 12_340, 999_600, 1.234e9, 5e16].map(byteSize);
    expect(written).toEqual([
      '0 B',
      '999 B',
      '1.00 kB',
      '12.3 kB',
      '1.00 MB',
      '1.23 GB',
      '50.0 PB',
    ]);
  });
});
