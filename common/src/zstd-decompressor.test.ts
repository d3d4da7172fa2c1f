import { randomBytes } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ZstdDecompressor } from './zstd-decompressor.ts';

const ROOM = { default: 1024, max: 4 << 20 };
const TEXT = Buffer.alloc(300_000, 'line of a log, and another one\n');

/** Does what `does` says instead of decompressing, and counts how often it is asked. */
function engineThat(does: (left: Uint32Array) => void) {
  const left = new Uint32Array(2);
  const asked = { times: 0, made: 0 };
  const make = () => {
    asked.made++;
    const writeSync = () => {
      asked.times++;
      does(left);
    };
    return { _handle: { writeSync }, _writeState: left, on: () => undefined };
  };
  return { make, asked };
}

/** What a decompressor does with bytes: what comes out, or that it throws. */
function outcomeOf(decompress: () => Buffer): string {
  try {
    return decompress().toString('base64');
  } catch {
    return 'refused';
  }
}

describe('a zstd decompressor', () => {
  test('gives the content of one frame after another, whatever their sizes, each in its own memory', () => {
    const decompressor = new ZstdDecompressor();
    const kept: [Buffer, Buffer][] = [];
    for (const length of [0, 1, 5, 300_000, 17, 256 * 1024, 1 << 20, 0, 4096]) {
      for (const bytes of [Buffer.alloc(length, 'line of a log\n'), randomBytes(length)]) {
        kept.push([bytes, decompressor.decompress(zstdCompressSync(bytes), ROOM)]);
      }
    }
    for (const [bytes, found] of kept) expect(found.equals(bytes)).toBe(true);
  });

  test('does with any bytes what Node does, and the next frame is whole again', () => {
    const decompressor = new ZstdDecompressor();
    const frame = zstdCompressSync(TEXT, {
      params: { [constants.ZSTD_c_checksumFlag]: 1, [constants.ZSTD_c_contentSizeFlag]: 1 },
    });
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.nat(frame.length).map((length) => frame.subarray(0, length)),
      fc.tuple(fc.nat(frame.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, change]) => {
        const changed = Buffer.from(frame);
        changed[at] = (changed[at] ?? 0) ^ change;
        return changed;
      }),
      fc.uint8Array({ maxLength: 20 }).map((more) => Buffer.concat([frame, more])),
      fc.constant(Buffer.concat([frame, frame])),
    );
    fc.assert(
      fc.property(hostile, (bytes) => {
        const found = outcomeOf(() => decompressor.decompress(bytes, ROOM));
        const expected = () => zstdDecompressSync(bytes, { maxOutputLength: ROOM.max });
        expect(found).toBe(outcomeOf(expected));
        expect(decompressor.decompress(frame, ROOM).equals(TEXT)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('refuses what holds more than its bound', () => {
    const decompressor = new ZstdDecompressor();
    const frame = zstdCompressSync(Buffer.alloc(5000));
    expect(decompressor.decompress(frame, { default: 100, max: 5000 })).toHaveLength(5000);
    expect(() => decompressor.decompress(frame, { default: 100, max: 4999 })).toThrow();
  });

  test('asks Node in its own words where the engine has no inside', () => {
    const decompressor = new ZstdDecompressor(() => ({ on: () => undefined }));
    expect(decompressor.decompress(zstdCompressSync(TEXT), ROOM).equals(TEXT)).toBe(true);
  });

  test.each([
    ['has failed', [0, 0]],
    ['has not taken all', [10, 1]],
    ['has no room left', [0, 5]],
  ])('takes nothing from an engine that %s, and a new one for the next', (_, figures) => {
    const { make, asked } = engineThat((left) => left.set(figures));
    const decompressor = new ZstdDecompressor(make);
    for (const times of [1, 2]) {
      expect(decompressor.decompress(zstdCompressSync(TEXT), ROOM).equals(TEXT)).toBe(true);
      expect(asked).toEqual({ times, made: times });
    }
  });
});
