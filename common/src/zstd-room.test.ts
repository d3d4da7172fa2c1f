import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { zstdRoom } from './zstd-room.ts';

const ROOM = { default: 7_000, max: 1 << 20 };

describe('the room for a zstd frame', () => {
  test('is what its content takes, for any length', () => {
    const lengths = fc.oneof(fc.constantFrom(0, 1, 255, 256, 257, 65_791, 65_792), fc.nat(200_000));
    fc.assert(
      fc.property(lengths, (length) => {
        const content = Buffer.alloc(length, 'some text ');
        const frame = zstdCompressSync(content);
        const room = zstdRoom(frame, ROOM);
        expect(room === ROOM.default || room === length + 64).toBe(true);
        expect(zstdDecompressSync(frame, { chunkSize: room }).equals(content)).toBe(true);
      }),
      { numRuns: 50 },
    );
    expect(zstdRoom(zstdCompressSync(Buffer.alloc(65_792)), ROOM)).toBe(65_856);
  });

  test('stays within its bound whatever the bytes say', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        const room = zstdRoom(bytes, ROOM);
        expect(room).toBeGreaterThanOrEqual(64);
        expect(room).toBeLessThanOrEqual(ROOM.max + 64);
      }),
    );
  });
});
