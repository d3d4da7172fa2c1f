import { searchRequestSchema } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Part, PartRequest } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { allParts } from '@apiary/common/testing/bus-bench.ts';
import { expect, test } from '@jest/globals';
import { MemberPart, portionOf } from './member-part.ts';

const GENERATION = '00000000000000aa';

function recordAt(time: number): LogRecord {
  const source = { host: 'h', agent: 'a', target: 't', file: '/f', tags: [] };
  return { id: `${GENERATION}:${time}`, time, observed: time, body: 'x', ...source };
}

function requestOf(limit: number): PartRequest {
  const search = searchRequestSchema.parse({ query: 'x', order: 'oldest', limit });
  return { search, version: 7, segments: ['own'], chunks: ['c'], nowMs: 0 };
}

/** One that has a record for each of these times, and what it was asked for. */
function memberOf(times: readonly number[]) {
  const asked: PartRequest[] = [];
  async function* ask(request: PartRequest): AsyncGenerator<Part> {
    asked.push(request);
    const { cursor, limit } = request.search;
    const after = cursor === undefined ? Number.NEGATIVE_INFINITY : Number(cursor.split(':')[0]);
    const left = times.filter((time) => time > after);
    yield { type: 'records', records: left.slice(0, limit).map(recordAt) };
    const total = request.isPageAlone ? 0 : times.length;
    yield { type: 'end', total, hosts: ['h'], hasMore: left.length > limit, missing: [] };
  }
  return { asked, ask };
}

function timesOf(parts: readonly Part[]): number[] {
  return parts.flatMap((part) => (part.type === 'end' ? [] : part.records.map(({ time }) => time)));
}

const TIMES = Array.from({ length: 10 }, (_, time) => time);

test('a portion is somewhat more than an even share of the page, and no less than what is worth a question', () => {
  expect(portionOf(0, 3)).toBe(0);
  expect(portionOf(10, 3)).toBe(10);
  expect(portionOf(100, 3)).toBe(100);
  expect(portionOf(1_000, 3)).toBe(500);
  expect(portionOf(1_000, 20)).toBe(100);
  expect(portionOf(100, 1)).toBe(100);
});

test('who has given a portion is asked for the next one, behind its last record, and counts once', async () => {
  const { asked, ask } = memberOf(TIMES);
  const part = new MemberPart(requestOf(8));
  const parts = await allParts(part.parts({ ask, portion: 3, isFull: () => false }));
  expect(timesOf(parts)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(parts.at(-1)).toEqual({
    ...{ type: 'end', total: 10, hosts: ['h'], hasMore: true, missing: [] },
  });
  expect(
    asked.map(({ search, isPageAlone }) => [search.limit, search.cursor, isPageAlone]),
  ).toEqual([
    [3, undefined, false],
    [3, `2:${GENERATION}:2`, true],
    [2, `5:${GENERATION}:5`, true],
  ]);
  expect(asked.map(({ version, segments, chunks }) => [version, segments, chunks])).toEqual(
    asked.map(() => [7, ['own'], ['c']]),
  );
});

test('nobody is asked again where the page has all that it may, or there is no more', async () => {
  const full = memberOf(TIMES);
  const cut = new MemberPart(requestOf(8));
  const first = await allParts(cut.parts({ ask: full.ask, portion: 3, isFull: () => true }));
  expect(timesOf(first)).toEqual([0, 1, 2]);
  expect(first.at(-1)).toMatchObject({ total: 10, hasMore: true });
  expect(full.asked).toHaveLength(1);
  const few = memberOf(TIMES.slice(0, 3));
  const whole = new MemberPart(requestOf(8));
  const all = await allParts(whole.parts({ ask: few.ask, portion: 3, isFull: () => false }));
  expect(all.at(-1)).toMatchObject({ total: 3, hasMore: false });
  expect(few.asked).toHaveLength(1);
});

test('what came in between two portions is counted where it is given', async () => {
  const times = [0, 1, 2, 3];
  const { ask } = memberOf(times);
  const part = new MemberPart(requestOf(8));
  const late = (request: PartRequest) => {
    if (request.isPageAlone && !times.includes(4)) times.push(4);
    return ask(request);
  };
  const parts = await allParts(part.parts({ ask: late, portion: 3, isFull: () => false }));
  expect(timesOf(parts)).toEqual([0, 1, 2, 3, 4]);
  expect(parts.at(-1)).toMatchObject({ total: 5, hasMore: false });
});

test.each([0, 1])(
  'one that fails after %s portions is replaced: no record and no count twice',
  async (portions) => {
    const { asked, ask } = memberOf(TIMES);
    const part = new MemberPart(requestOf(8));
    async function* failing(request: PartRequest): AsyncGenerator<Part> {
      if (asked.length < portions) yield* ask(request);
      else {
        // Some of the portion came before it failed.
        for await (const given of ask({ ...request, search: { ...request.search, limit: 1 } })) {
          if (given.type === 'records') yield given;
        }
        throw new Error('gone');
      }
    }
    const parts: Part[] = [];
    const read = async () => {
      for await (const given of part.parts({ ask: failing, portion: 3, isFull: () => false })) {
        parts.push(given);
      }
    };
    await expect(read()).rejects.toThrow('gone');
    asked.length = 0;
    parts.push(...(await allParts(part.rest(ask))));
    expect(timesOf(parts)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(parts.at(-1)).toMatchObject({ total: 10, hasMore: true });
    expect(asked.map(({ segments }) => segments)).toEqual([[]]);
  },
);
