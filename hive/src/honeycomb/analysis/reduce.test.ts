import { ManualClock } from '@apiary/common/clock.ts';
import { Metrics } from '@apiary/common/metrics.ts';
import { expect, test } from '@jest/globals';
import { Holdings } from '../holdings/holdings.ts';
import { Figures } from '../metrics.ts';
import type { RecordSet, RecordSource } from '../records/record-set.ts';
import { scanRows } from '../records/scan.ts';
import { ChunkCache } from '../search/chunk-cache.ts';
import { type Done, planResult, type Reducer, reduceResult } from './reduce.ts';

const source = {
  ...{ agent: 'a', host: 'h', target: 't', file: 'f', tags: [], generation: '0', history: false },
};

/** Rows without an end, or as many as are wanted. */
function rowsOf(count: number): RecordSource {
  const set: RecordSet = {
    ...{ count, isVisible: () => true, offset: (row) => row, sourceLength: () => 1 },
    ...{ sequence: () => 0, observed: () => 0, body: () => Buffer.from('x') },
    ...{ timestampLength: () => 0, time: (row) => row, level: () => undefined },
    source: () => source,
  };
  return { count, minTime: 0, maxTime: count, select: (selection) => scanRows(set, selection) };
}

function contextOf(set: RecordSource) {
  const clock = new ManualClock(0);
  const holdings = new Holdings([]);
  const held = holdings.snapshot();
  holdings.snapshot = () => ({ ...held, open: [set] });
  // No chunk is opened here.
  const cache = new ChunkCache({} as ConstructorParameters<typeof ChunkCache>[0], clock);
  return { holdings, clock, cache, figures: new Figures(new Metrics()) };
}

class Times implements Reducer<{ readonly type: 'times'; readonly times: readonly number[] }> {
  readonly readsLines = true;
  readonly #times: number[] = [];

  line({ time }: { readonly time: number }): void {
    this.#times.push(time);
  }

  part() {
    return { type: 'times' as const, times: this.#times };
  }
}

async function run(count: number, options: { linesMax?: number; deadlineMs?: number }) {
  const context = contextOf(rowsOf(count));
  const signal = new AbortController().signal;
  const planned = planResult(context, { query: 'x' }, context.holdings.snapshot());
  const parts = [];
  for await (const part of reduceResult(context, planned, new Times(), { signal, ...options })) {
    parts.push(part);
  }
  // Done is the last part, what there is before it.
  return { times: (parts.at(-2) as { times: number[] }).times, done: parts.at(-1) as Done };
}

test('the newest lines are read, and the answer says that it is a sample', async () => {
  const { times, done } = await run(10_000, { linesMax: 5_000 });
  expect(times).toEqual(Array.from({ length: 5_000 }, (_, index) => 9_999 - index));
  expect(done).toMatchObject({ total: 10_000, read: 5_000, sampled: true, missing: [] });
});

test('when the time is up the answer says what is missing', async () => {
  const { done } = await run(2 ** 31, { deadlineMs: 20 });
  expect(done).toMatchObject({ missing: ['1 parts: the time was up'] });
});

test('it ends when nobody waits for it any more', async () => {
  const context = contextOf(rowsOf(2 ** 31));
  const control = new AbortController();
  const planned = planResult(context, { query: 'x' }, context.holdings.snapshot());
  const parts = reduceResult(context, planned, new Times(), { signal: control.signal });
  const first = parts.next();
  control.abort();
  await expect(first).rejects.toMatchObject({ code: 'deadline-passed' });
});
