import { crc32 } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Run } from '../messages/data/run.ts';
import { runOf, streamOf } from '../testing/chunk-runs.ts';
import {
  type ByteRange,
  cutRun,
  judgeRun,
  mergeRanges,
  type Piece,
  subtractRanges,
} from './ranges.ts';

const stream = fc
  .array(fc.array(fc.integer({ min: 97, max: 122 }), { minLength: 0, maxLength: 8 }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((lines) => streamOf(lines.map((line) => String.fromCharCode(...line))));

/** Stretches of a stream in any order, overlapping and repeated, and the whole of it at some point. */
const deliveries = stream.chain((bytes) =>
  fc
    .array(fc.tuple(fc.nat(bytes.length), fc.nat(bytes.length)), { maxLength: 12 })
    .chain((cuts) =>
      fc.shuffledSubarray([...cuts, [0, bytes.length] as const], {
        minLength: cuts.length + 1,
      }),
    )
    .map((cuts) => ({
      bytes,
      ranges: cuts
        .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }))
        .filter((range) => range.to > range.from),
    })),
);

class NaiveStore {
  held: ByteRange[] = [];
  pieces: Piece[] = [];
  stored: Run[] = [];

  append(run: Run): string {
    const { outcome, pieces } = judgeRun(run, this.held, this.pieces);
    if (outcome.kind === 'stored') {
      expect(outcome.checksums).toEqual(outcome.pieces.map(({ data }) => crc32(data)));
      this.held = mergeRanges(this.held, outcome.pieces);
      this.stored.push(...outcome.pieces);
      this.pieces.push(...pieces);
    }
    return outcome.kind;
  }
}

describe('ranges', () => {
  test('any cutting, overlapping, reordering and redelivering gives every byte exactly once', () => {
    fc.assert(
      fc.property(deliveries, ({ bytes, ranges }) => {
        const store = new NaiveStore();
        for (const { from, to } of ranges) store.append(runOf(bytes, from, to));
        const seen = new Array<number>(bytes.length).fill(0);
        for (const piece of store.stored) {
          expect(piece.data.length).toBe(piece.to - piece.from);
          expect(piece.sourceLengths.reduce((sum, length) => sum + length, 0)).toBe(
            piece.data.length,
          );
          for (let at = piece.from; at < piece.to; at++) {
            seen[at] = (seen[at] ?? 0) + 1;
            expect(piece.data[at - piece.from]).toBe(bytes[at]);
          }
        }
        expect(seen.every((count) => count === 1)).toBe(true);
        expect(store.held).toEqual([{ from: 0, to: bytes.length }]);
      }),
    );
  });

  test('a piece says whether its ends cut a record, and its records end where lines end', () => {
    fc.assert(
      fc.property(deliveries, ({ bytes, ranges }) => {
        const store = new NaiveStore();
        for (const { from, to } of ranges) store.append(runOf(bytes, from, to));
        for (const piece of store.stored) {
          expect(piece).toEqual(runOf(bytes, piece.from, piece.to));
        }
      }),
    );
  });

  test('subtraction and union agree with a set of bytes', () => {
    const range = fc
      .tuple(fc.nat(40), fc.nat(40))
      .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) + 1 }));
    fc.assert(
      fc.property(range, fc.array(range, { maxLength: 8 }), (whole, some) => {
        const held = mergeRanges([], some);
        const set = new Set(some.flatMap(bytesOf));
        expect(held.flatMap(bytesOf)).toEqual([...set].sort((a, b) => a - b));
        expect(subtractRanges(whole, held).flatMap(bytesOf)).toEqual(
          bytesOf(whole).filter((byte) => !set.has(byte)),
        );
      }),
    );
  });

  test('the same bytes again are held, other bytes differ, whatever the cut around them', () => {
    const store = new NaiveStore();
    expect(store.append(runOf(streamOf(['aa', 'bb', 'cc']), 0, 6))).toBe('stored');
    expect(store.append(runOf(streamOf(['aa', 'bb', 'cc']), 0, 6))).toBe('held');
    expect(store.append(runOf(streamOf(['aa', 'bX', 'cc']), 0, 9))).toBe('differs');
    expect(store.append(runOf(streamOf(['aa', 'bb', 'cc']), 3, 9))).toBe('stored');
    expect(store.held).toEqual([{ from: 0, to: 9 }]);
  });

  test('a mapped run is cut between records, and a record that is held in part loses nothing', () => {
    const bytes = streamOf(['1 aa', '1 bb', '1 cc']);
    const mapped: Run = {
      ...runOf(bytes, 0, 15),
      data: Buffer.from('aabbcc'),
      bodyLengths: Uint32Array.of(2, 2, 2),
    };
    const middle = cutRun(mapped, { from: 5, to: 10 });
    expect(Buffer.from(middle.data).toString()).toBe('bb');
    expect([...middle.sourceLengths]).toEqual([5]);
    const part = cutRun(mapped, { from: 7, to: 15 });
    expect(Buffer.from(part.data).toString()).toBe('bbcc');
    expect([...part.sourceLengths]).toEqual([3, 5]);
    expect(part.startsMidRecord).toBe(false);
    const { outcome } = judgeRun(mapped, [{ from: 0, to: 5 }], []);
    expect(outcome.kind).toBe('stored');
  });
});

function bytesOf({ from, to }: ByteRange): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
