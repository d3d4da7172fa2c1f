/** Lists of sealed chunks: what a search walks through is what overlaps its range, and changes are told whole. */
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import { CHUNK_LIST_CHANGES_KEPT } from '@apiary/common/limits/search.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ChunkList } from './chunk-list.ts';
import { ChunksByTime, type ListedChunk, overlaps } from './chunks-by-time.ts';

function entryOf(id: string, minTime: number, maxTime: number): ChunkEntry {
  const partition = { day: '2026-01-20', retentionClass: 'default' };
  const counts = { records: 1, rawBytes: 1, storedBytes: 1, firstSequence: 1, lastSequence: 1 };
  return { id, partition, format: 'plain-zstd@1', ...counts, minTime, maxTime, sections: [] };
}

const time = fc.integer({ min: 0, max: 30 });
const range = fc.record({
  from: fc.oneof(time, fc.constant(Number.NEGATIVE_INFINITY)),
  to: fc.oneof(time, fc.constant(Number.POSITIVE_INFINITY)),
});
const order = fc.constantFrom('newest' as const, 'oldest' as const);
/** How long each lasts; some go, and then others come. */
const steps = fc.array(
  fc.record({
    gone: fc.array(fc.nat(12), { maxLength: 3 }),
    come: fc.array(fc.tuple(time, fc.integer({ min: 0, max: 20 })), { maxLength: 4 }),
  }),
  { maxLength: 8 },
);

const idsOf = (chunks: Iterable<ListedChunk>) => [...chunks].map(({ id }) => id).sort();

/** All lists, from the first one on. */
function listsOf(changes: { gone: number[]; come: [number, number][] }[]): ChunkList[] {
  let made = 0;
  const lists = [ChunkList.of([entryOf('first', 3, 9), entryOf('second', 0, 30)])];
  for (const { gone, come } of changes) {
    const last = lists.at(-1) ?? ChunkList.of([]);
    const ids = new Set(gone.map((at) => last.entries[at]?.id));
    const added = come.map(([from, length]) => entryOf(`chunk-${made++}`, from, from + length));
    lists.push(last.changed(({ id }) => ids.has(id), added));
  }
  return lists;
}

describe('chunks by time', () => {
  test('are those of a range, in the order of their first record, from either end', () => {
    fc.assert(
      fc.property(steps, range, order, (changes, wanted, from) => {
        const list = listsOf(changes).at(-1) ?? ChunkList.of([]);
        const expected = list.entries.filter((entry) => overlaps(entry, wanted));
        const walked = [...list.byTime.walk(wanted, from)];
        expect(idsOf(walked)).toEqual(expected.map(({ id }) => id).sort());
        const firsts = walked.map(({ minTime, maxTime }) =>
          from === 'newest' ? -maxTime : minTime,
        );
        expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
        expect([...list.byTime.walkBack(wanted, from)]).toEqual(walked.reverse());
      }),
    );
  });

  test('last from the first record of all to the last', () => {
    const entries = [entryOf('a', 4, 9), entryOf('b', 2, 5), entryOf('c', 6, 7)];
    expect(ChunksByTime.of(entries).times).toEqual([{ minTime: 2, maxTime: 9 }]);
    expect(ChunksByTime.none.times).toEqual([]);
  });
});

describe('a list of chunks', () => {
  test('has each chunk under a number of its own, and few numbers that no chunk has', () => {
    fc.assert(
      fc.property(steps, (changes) => {
        let most = 0;
        for (const { chunks, numbers } of listsOf(changes)) {
          most = Math.max(most, chunks.length);
          const used = chunks.map(({ number }) => number);
          expect(new Set(used).size).toBe(used.length);
          expect(Math.max(-1, ...used)).toBeLessThan(numbers);
          expect(numbers).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  test('can be made of any of those before it by what changed since', () => {
    fc.assert(
      fc.property(steps, fc.nat(), range, (changes, at, wanted) => {
        const lists = listsOf(changes);
        const before = lists[at % lists.length];
        const last = lists.at(-1);
        const change = before && last?.since(before.epoch);
        if (!change || !last) throw new Error('nothing is known of a list that came before');
        const gone = new Set(change.removed.map(({ number }) => number));
        const made = before.byTime.with(gone, change.added);
        expect(made.length).toBe(last.byTime.length);
        const numbered = (chunks: Iterable<ListedChunk>) =>
          [...chunks].map(({ id, number }) => `${id} ${number}`).sort();
        expect(numbered(made.walk(wanted, 'newest'))).toEqual(
          numbered(last.byTime.walk(wanted, 'newest')),
        );
      }),
    );
  });

  test('does not change, and stays the same where nothing does', () => {
    const list = ChunkList.of([entryOf('a', 1, 2)]);
    const changed = list.changed(() => true, [entryOf('b', 3, 4)]);
    expect(idsOf(list.chunks)).toEqual(['a']);
    expect(idsOf(changed.chunks)).toEqual(['b']);
    expect(changed.numbersOf(new Set(['a', 'b']))).toEqual(new Set([0]));
    expect(changed.changed(() => false, [])).toBe(changed);
    expect(changed.epoch).not.toBe(list.epoch);
  });

  test('knows of a bounded number of changes, and of none of another one', () => {
    let list = ChunkList.of([]);
    const first = list.epoch;
    for (let change = 0; change < CHUNK_LIST_CHANGES_KEPT; change++) {
      list = list.changed(() => true, [entryOf(`chunk-${change}`, 1, 2)]);
    }
    expect(list.since(first)?.added).toHaveLength(1);
    expect(list.since(first)?.removed).toHaveLength(0);
    list = list.changed(() => true, []);
    expect(list.since(first)).toBeUndefined();
    expect(list.since(ChunkList.of([]).epoch)).toBeUndefined();
  });
});
