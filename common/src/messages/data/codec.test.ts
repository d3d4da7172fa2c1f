import { zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '../../errors.ts';
import { MESSAGE_BODY_BYTES_MAX, MESSAGE_RAW_BYTES_MAX, MESSAGE_RUNS_MAX } from '../../limits.ts';
import { decodeRuns, encodeRuns } from './codec.ts';
import type { Run } from './run.ts';

const arbitraryRun: fc.Arbitrary<Run> = fc
  .record({
    generation: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    target: fc.string({ unit: 'grapheme', maxLength: 20 }),
    file: fc.string({ unit: 'grapheme', maxLength: 40 }),
    tags: fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { maxLength: 4 }),
    from: fc.integer({ min: 0, max: 2 ** 52 }),
    observed: fc.integer({ min: 0, max: 2 ** 45 }),
    startsMidRecord: fc.boolean(),
    endsMidRecord: fc.boolean(),
    history: fc.boolean(),
    bodies: fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 }),
    skipped: fc.option(fc.integer({ min: 1, max: 2 ** 31 }), { nil: undefined }),
  })
  .map(({ bodies, skipped, generation, ...rest }) => {
    const lengths = bodies.map((body) => body.length + (skipped ?? 1));
    const data = Buffer.concat(
      bodies.map((body) =>
        skipped === undefined ? Buffer.concat([body, Buffer.from('\n')]) : body,
      ),
    );
    return {
      ...rest,
      generation: generation.toString(16).padStart(16, '0'),
      to: rest.from + lengths.reduce((sum, length) => sum + length, 0),
      data,
      sourceLengths: Uint32Array.from(lengths),
      bodyLengths:
        skipped === undefined ? undefined : Uint32Array.from(bodies, (body) => body.length),
    };
  });

function plain(runs: readonly Run[]) {
  return runs.map((run) => ({
    ...run,
    data: Buffer.from(run.data).toString('hex'),
    sourceLengths: [...run.sourceLengths],
    bodyLengths: run.bodyLengths && [...run.bodyLengths],
  }));
}

function lineRun(text: string, over: Partial<Run> = {}): Run {
  const data = Buffer.from(text);
  return {
    generation: '00000000000000ff',
    target: 't',
    file: '/f',
    tags: [],
    from: 0,
    to: data.length,
    observed: 1,
    startsMidRecord: false,
    endsMidRecord: false,
    history: false,
    data,
    sourceLengths: Uint32Array.of(data.length),
    bodyLengths: undefined,
    ...over,
  };
}

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof AppError ? error.code : `foreign: ${String(error)}`;
  }
}

describe('the data message codec', () => {
  test('gives back every run', () => {
    fc.assert(
      fc.property(fc.array(arbitraryRun, { maxLength: 8 }), (runs) => {
        expect(plain(decodeRuns(encodeRuns(runs)))).toEqual(plain(runs));
      }),
    );
  });

  test('answers bytes of any kind with runs or with message-invalid', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(['none', 'message-invalid']).toContain(codeOf(() => decodeRuns(bytes)));
        const wrapped = zstdCompressSync(Buffer.concat([Buffer.of(1), bytes]));
        expect(['none', 'message-invalid']).toContain(codeOf(() => decodeRuns(wrapped)));
      }),
      { numRuns: 500 },
    );
  });

  test('survives every mutation of a body', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryRun, { minLength: 1, maxLength: 3 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (runs, at, change) => {
          const body = Buffer.from(encodeRuns(runs));
          const index = at % body.length;
          body[index] = (body[index] ?? 0) ^ change;
          expect(['none', 'message-invalid']).toContain(codeOf(() => decodeRuns(body)));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('refuses a body cut anywhere', () => {
    const body = encodeRuns([lineRun('one\n'), lineRun('two\n', { from: 4, to: 8 })]);
    for (let length = 0; length < body.length; length++) {
      expect(codeOf(() => decodeRuns(body.subarray(0, length)))).toBe('message-invalid');
    }
  });

  test('carries a full message of incompressible bytes', () => {
    const data = Buffer.alloc(MESSAGE_RAW_BYTES_MAX);
    let state = 1;
    for (let i = 0; i < data.length; i++) {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
      data[i] = state >>> 11;
    }
    const run = lineRun('', {
      data,
      to: data.length,
      sourceLengths: Uint32Array.of(data.length),
    });
    const body = encodeRuns([run]);
    expect(body.length).toBeLessThanOrEqual(MESSAGE_BODY_BYTES_MAX);
    expect(plain(decodeRuns(body))).toEqual(plain([run]));
  });

  test('refuses to make what is past a bound', () => {
    const line = lineRun('x\n');
    const runs = Array.from({ length: MESSAGE_RUNS_MAX + 1 }, () => line);
    expect(codeOf(() => encodeRuns(runs))).toBe('too-large');
    const big = lineRun('y'.repeat(MESSAGE_RAW_BYTES_MAX + 1));
    expect(codeOf(() => encodeRuns([big]))).toBe('too-large');
    const named = Array.from({ length: 100 }, (_, n) =>
      lineRun('x\n', { file: `${n}`.repeat(900) }),
    );
    expect(codeOf(() => encodeRuns(named))).toBe('too-large');
  });

  test('does not unpack a bomb', () => {
    const bomb = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(MESSAGE_BODY_BYTES_MAX);
    expect(codeOf(() => decodeRuns(bomb))).toBe('message-invalid');
  });
});
