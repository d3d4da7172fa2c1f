import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newMemory } from '../chunk/spare-memory.ts';
import { RowStore } from './row-store.ts';

/** Lengths of the rows of runs: short ones, none, some that need a slab and more. */
const length = fc.oneof(
  { weight: 12, arbitrary: fc.nat(300) },
  { weight: 1, arbitrary: fc.constantFrom(0, 100_000, 256 * 1024, 300_000) },
);
const runs = fc.array(fc.array(length, { minLength: 1, maxLength: 20 }), { maxLength: 6 });

/** Bytes that tell where they are from. */
function bytesOf(seed: number, length: number): Buffer {
  return Buffer.alloc(length, `${seed} and some text of it, so that places differ; `);
}

/** Adds runs of rows of such lengths; gives their bytes, row by row. */
function fill(store: RowStore, all: readonly (readonly number[])[]): Buffer[] {
  const expected: Buffer[] = [];
  for (const [run, lengths] of all.entries()) {
    const data = bytesOf(
      run,
      lengths.reduce((sum, each) => sum + each, 0),
    );
    store.take(data, Uint32Array.from(lengths));
    let from = 0;
    for (const each of lengths) {
      const row = store.add(from, each, { run, offset: from, sourceLength: each + 1 });
      expect(row).toBe(expected.length);
      expected.push(data.subarray(from, from + each));
      from += each;
    }
  }
  return expected;
}

function check(store: RowStore, expected: readonly Buffer[]): void {
  expect(store.count).toBe(expected.length);
  const rows = Uint32Array.from(expected.keys());
  for (const row of rows) {
    expect(store.length(row)).toBe(expected[row]?.length);
    expect(expected[row]?.equals(store.bytes(row))).toBe(true);
    expect(store.level.get(row)).toBe(0);
  }
  const packed = store.pack(rows, newMemory);
  expect(packed.bytes.equals(Buffer.concat(expected))).toBe(true);
  expect([...packed.sourceLength]).toEqual(expected.map((bytes) => bytes.length + 1));
  const some = rows.filter((row) => row % 3 !== 1);
  const chosen = [...some].map((row) => expected[row] ?? Buffer.of());
  const part = store.pack(some, newMemory);
  expect(part.bytes.equals(Buffer.concat(chosen))).toBe(true);
  expect([...part.sourceLength]).toEqual(chosen.map((bytes) => bytes.length + 1));
}

describe('the rows of an open chunk', () => {
  test('are as they came, in whatever pieces, also in memory that others were in before', () => {
    fc.assert(
      fc.property(runs, runs, (first, second) => {
        const store = new RowStore();
        check(store, fill(store, first));
        for (let row = 0; row < store.count; row += 2) store.level.set(row, 3);
        if (store.count > 0) store.extend(0, Buffer.from('more'));
        store.clear();
        check(store, fill(store, second));
      }),
      { numRuns: 40 },
    );
  });

  test('stand one behind the other in slabs, so that a search looks at each slab once', () => {
    const store = new RowStore();
    fill(store, [Array.from({ length: 4000 }, () => 100)]);
    const stretches = [...store.foldedStretches(store.count)];
    expect(stretches.map(({ from, to }) => to - from)).toEqual([2621, 1379]);
  });

  test('keep no more than a bound of memory for the next ones', () => {
    const store = new RowStore();
    const row = 1 << 20;
    fill(store, [[row], [row], [row]]);
    store.clear();
    const kept = new Set<ArrayBufferLike>();
    fill(store, [[10], [10]]);
    for (const index of [0, 1]) kept.add(store.bytes(index).buffer);
    expect([...kept].map(({ byteLength }) => byteLength)).toEqual([256 * 1024]);
  });
});
