import type { LogRecord } from '@apiary/common/record.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ListedChunk } from '../holdings/chunks-by-time.ts';
import { firstTimes } from './first-times.ts';
import { merge } from './merge.ts';
import type { Order } from './position.ts';

function recordAt(time: number, stream = 0): LogRecord {
  const id = `${stream.toString(16).padStart(16, '0')}:${time}`;
  return {
    id,
    time,
    observed: time,
    body: 'x',
    host: 'h',
    agent: 'a',
    target: 't',
    file: '/f',
    tags: [],
  };
}

async function* given(records: readonly LogRecord[], turns: number): AsyncGenerator<LogRecord> {
  for (const record of records) {
    for (let turn = 0; turn < turns; turn++) await undefined;
    yield record;
  }
}

describe('streams that are merged', () => {
  test('give all records in order, however late each of them is', async () => {
    const stream = fc.record({
      times: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 12 }),
      turns: fc.integer({ min: 0, max: 9 }),
      isBounded: fc.boolean(),
      early: fc.integer({ min: 0, max: 3 }),
    });
    const order = fc.constantFrom<Order>('newest', 'oldest');
    await fc.assert(
      fc.asyncProperty(fc.array(stream, { maxLength: 5 }), order, async (streams, direction) => {
        const sign = direction === 'newest' ? -1 : 1;
        const made = streams.map(({ times, turns, isBounded, early }, index) => {
          const records = [...new Set(times)]
            .sort((a, b) => sign * (a - b))
            .map((time) => recordAt(time, index));
          const first = (records[0]?.time ?? 7) - sign * early;
          return { all: records, records: given(records, turns), ...(isBounded && { first }) };
        });
        const merged: LogRecord[] = [];
        for await (const record of merge(made, direction)) merged.push(record);
        const expected = made
          .flatMap(({ all }) => all)
          .sort((a, b) => sign * (a.time - b.time || (a.id < b.id ? -1 : 1)));
        expect(merged.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      }),
      { numRuns: 300 },
    );
  });

  test('do not wait for one that can only give what comes behind', async () => {
    const late = Promise.withResolvers<void>();
    async function* slow(): AsyncGenerator<LogRecord> {
      await late.promise;
      yield recordAt(5, 1);
    }
    const streams = [
      { records: slow(), first: 6 },
      {
        records: given(
          [9, 7, 6].map((time) => recordAt(time)),
          3,
        ),
        first: 9,
      },
    ];
    const merged = merge(streams, 'newest');
    const times = async (count: number) => {
      const found: number[] = [];
      while (found.length < count) found.push((await merged.next()).value?.time ?? -1);
      return found;
    };
    expect(await times(2)).toEqual([9, 7]);
    // Another one of that time may come.
    const next = times(2);
    late.resolve();
    expect(await next).toEqual([6, 5]);
    expect((await merged.next()).done).toBe(true);
  });

  test('that fail say so when they are waited for', async () => {
    const failing: AsyncIterator<LogRecord> = {
      next: async () => {
        throw new Error('broken');
      },
    };
    const good = { records: given([recordAt(9)], 0) };
    const merged = merge([{ records: failing, first: 5 }, good], 'newest');
    expect((await merged.next()).value).toMatchObject({ time: 9 });
    await expect(merged.next()).rejects.toThrow('broken');
  });

  test('end when nobody takes more of them, also those that have given what nobody took', async () => {
    const ended: string[] = [];
    async function* noted(name: string, times: readonly number[]): AsyncGenerator<LogRecord> {
      try {
        for (const time of times) yield recordAt(time);
      } finally {
        ended.push(name);
      }
    }
    const streams = [{ records: noted('taken', [9, 8, 7]) }, { records: noted('waiting', [6, 5]) }];
    for await (const { time } of merge(streams, 'newest')) if (time === 8) break;
    await new Promise(setImmediate);
    expect(ended.sort()).toEqual(['taken', 'waiting']);
  });
});

test('what holders of chunks can begin with', () => {
  const chunk = (home: number, minTime: number, maxTime: number): ListedChunk => ({
    ...{ id: `${home}-${minTime}`, number: 0, home, minTime, maxTime },
    entry: () => {
      throw new Error('it is not read');
    },
  });
  const holderOf = ({ home = 0 }: ListedChunk) => home;
  const newest = [chunk(1, 5, 9), chunk(1, 7, 8), chunk(0, 2, 8), chunk(2, 1, 3)];
  const first = firstTimes(newest, 'newest', { holderOf, holders: 4 });
  expect([0, 1, 2, 3].map(first)).toEqual([8, 9, 3, Number.NEGATIVE_INFINITY]);
  const some = firstTimes(newest, 'newest', { holderOf, holders: 2 });
  // Nothing behind the third one was looked at: it may be anybody's.
  expect([0, 1, 2].map(some)).toEqual([8, 9, 8]);
  const oldest = firstTimes([...newest].reverse(), 'oldest', { holderOf, holders: 4 });
  expect([0, 1, 2, 3].map(oldest)).toEqual([2, 7, 1, Number.POSITIVE_INFINITY]);
  const many = Array.from({ length: 500 }, (_, index) => chunk(0, 0, 1_000 - index));
  const bounded = firstTimes([...many, chunk(1, 0, 1)], 'newest', { holderOf, holders: 2 });
  expect([0, 1].map(bounded)).toEqual([1_000, 1_000 - 63]);
});
