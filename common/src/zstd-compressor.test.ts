import { randomBytes } from 'node:crypto';
import { constants, zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ZstdCompressor } from './zstd-compressor.ts';

const PARAMS = { [constants.ZSTD_c_compressionLevel]: 1 };

/** Counts what it is asked, and does what `does` says. */
function engineThat(does: (left: Uint32Array, output: Uint8Array) => void) {
  const left = new Uint32Array(2);
  const asked = { times: 0 };
  const engine = {
    _handle: {
      writeSync(_flush: number, _in: Uint8Array, _from: number, _n: number, output: Uint8Array) {
        asked.times++;
        does(left, output);
      },
    },
    _writeState: left,
    on: () => undefined,
  };
  return { engine, asked };
}

describe('a zstd compressor', () => {
  test('gives one whole frame after another, whatever their sizes', () => {
    const compressor = new ZstdCompressor(PARAMS);
    const kept: [Buffer, Buffer][] = [];
    for (const length of [0, 1, 5, 300_000, 17, 256 * 1024, 1 << 20, 0, 4096]) {
      for (const bytes of [Buffer.alloc(length, 'line of a log\n'), randomBytes(length)]) {
        kept.push([bytes, compressor.compress(bytes)]);
      }
    }
    // Later frames leave earlier ones alone.
    for (const [bytes, frame] of kept) expect(zstdDecompressSync(frame).equals(bytes)).toBe(true);
  });

  test('gives back what it was given', () => {
    const compressor = new ZstdCompressor(PARAMS);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), (bytes) => {
        expect(zstdDecompressSync(compressor.compress(bytes)).equals(bytes)).toBe(true);
      }),
    );
  });

  test('asks Node in its own words where the engine has no inside', () => {
    const compressor = new ZstdCompressor(PARAMS, () => ({ on: () => undefined }));
    expect(zstdDecompressSync(compressor.compress(Buffer.from('a line'))).toString()).toBe(
      'a line',
    );
  });

  test.each([
    ['has failed', (left: Uint32Array) => left.fill(0)],
    ['has not taken all', (left: Uint32Array) => left.set([10, 1])],
    ['has no room left', (left: Uint32Array) => left.set([0, 0])],
  ])('takes nothing from an engine that %s, and a new one for the next', (_, does) => {
    const { engine, asked } = engineThat(does);
    let made = 0;
    const compressor = new ZstdCompressor(PARAMS, () => {
      made++;
      return engine;
    });
    for (const text of ['first', 'second']) {
      expect(zstdDecompressSync(compressor.compress(Buffer.from(text))).toString()).toBe(text);
    }
    expect({ made, asked: asked.times }).toEqual({ made: 2, asked: 2 });
  });
});
