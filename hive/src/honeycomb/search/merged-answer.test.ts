import { searchRequestSchema } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Part } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { expect, test } from '@jest/globals';
import { mergedAnswer } from './merged-answer.ts';
import { Totals } from './totals.ts';

function recordAt(time: number): LogRecord {
  const id = `00000000000000aa:${time}`;
  const source = { host: 'h', agent: 'a', target: 't', file: '/f', tags: [] };
  return { id, time, observed: time, body: 'x', ...source };
}

/** A part that gives records of these times and then says whether it has more. */
async function* partOf(times: readonly number[], total: number): AsyncGenerator<Part> {
  yield { type: 'records', records: times.map(recordAt) };
  yield { type: 'end', total, hosts: ['h'], hasMore: total > times.length, missing: [] };
}

async function answerOf(limit: number, parts: readonly AsyncGenerator<Part>[]) {
  const request = searchRequestSchema.parse({ query: 'x', order: 'oldest', limit });
  const totals = new Totals([]);
  const times: number[] = [];
  let done: { readonly total: number; readonly next?: string | undefined } | undefined;
  const streams = () => parts.map((part) => ({ records: totals.recordsOf(part) }));
  for await (const part of mergedAnswer(request, totals, undefined, streams)) {
    if (part.type === 'records') times.push(...part.records.map(({ time }) => time));
    if (part.type === 'done') done = part;
  }
  return { times, total: done?.total, next: done?.next };
}

test('parts that are whole give one answer in order', async () => {
  const answer = await answerOf(100, [partOf([1, 4, 6], 3), partOf([2, 3, 9], 3)]);
  expect(answer).toEqual({ times: [1, 2, 3, 4, 6, 9], total: 6, next: undefined });
});

test('nothing comes behind the last record of a part that was full before the page was', async () => {
  // What the first one has besides 1 and 4 may lie before 5 and 9.
  const answer = await answerOf(100, [partOf([1, 4], 50), partOf([2, 5, 9], 3)]);
  expect(answer.times).toEqual([1, 2, 4]);
  expect(answer).toMatchObject({ total: 53, next: '4:00000000000000aa:4' });
});

test('a page that is full tells where the next one goes on, and counts all the same', async () => {
  const answer = await answerOf(3, [partOf([1, 4, 6], 8), partOf([2, 3, 9], 3)]);
  expect(answer).toEqual({ times: [1, 2, 3], total: 11, next: '3:00000000000000aa:3' });
});

test('a page that is full is given before its parts have ended', async () => {
  const counted = Promise.withResolvers<void>();
  async function* slow(times: readonly number[]): AsyncGenerator<Part> {
    yield { type: 'records', records: times.map(recordAt) };
    await counted.promise;
    yield { type: 'end', total: 2, hosts: ['h'], hasMore: false, missing: [] };
  }
  const request = searchRequestSchema.parse({ query: 'x', order: 'oldest', limit: 2 });
  const totals = new Totals([]);
  const streams = () =>
    [
      [1, 4],
      [2, 3],
    ].map((times) => ({ records: totals.recordsOf(slow(times)) }));
  const parts = mergedAnswer(request, totals, undefined, streams);
  const first = await parts.next();
  expect(first.value).toMatchObject({ type: 'records', records: [{ time: 1 }, { time: 2 }] });
  counted.resolve();
  const rest: string[] = [];
  for await (const part of parts) rest.push(part.type);
  expect(rest).toEqual(['counts', 'done']);
});
