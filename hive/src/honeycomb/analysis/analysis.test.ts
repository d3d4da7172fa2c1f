/** What is told of a result against what a naive reader of the same lines says. */
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import { extractFieldValues } from '@apiary/common/query/fields.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ACTOR, HoneycombRig, until } from '../testing/rig.ts';

const GENERATIONS = ['000000000000aa', '000000000000bb', '000000000000cc'];
const QUERIES = ['', 'level:error', 'request', 'status:>=500', 'NOT login', 'nothing_like_it'];
const LINES_PER_FILE = 400;

/** Lines of three kinds: key=value, JSON, prose. */
function lineOf(file: number, index: number): string {
  const time = new Date(Date.UTC(2026, 10, 20, 10, 0, index * 3 + file)).toISOString();
  const level = ['INFO', 'WARN', 'ERROR'][index % 3] ?? '';
  if (file === 0) return `${time} ${level} request status=${200 + (index % 4) * 100} ms=${index}`;
  if (file === 1) {
    return JSON.stringify({ time, level: level.toLowerCase(), user: { id: index % 7 }, ok: true });
  }
  const user = ['root', 'ann', 'bob', 'joe', 'eve', 'kim', 'sue'][index % 7];
  return `${time} login of ${user} from 10.0.0.${index % 20} refused`;
}

let rig: HoneycombRig;
let all: LogRecord[];

beforeAll(async () => {
  rig = await HoneycombRig.create({ chunkRawBytes: 1_000 });
  for (const [file, generation] of GENERATIONS.entries()) {
    for (let at = 0; at < LINES_PER_FILE; at += 50) {
      const lines = Array.from({ length: 50 }, (_, index) => lineOf(file, at + index));
      await rig.publishLines(`${generation}${(at / 50).toString().padStart(2, '0')}`, lines);
    }
    await rig.settled((file + 1) * LINES_PER_FILE);
    // The lines of two files are in chunks, those of the last one are open.
    if (file < 2) await until(async () => (await rig.stats()).openRecords === 0);
    if (file === 1) {
      await rig.stop();
      rig.options = {};
      await rig.start();
    }
  }
  all = (await rig.settled(GENERATIONS.length * LINES_PER_FILE)).records;
});

afterAll(async () => {
  await rig.remove();
});

async function matching(query: string): Promise<LogRecord[]> {
  return (await rig.search({ query, limit: 10_000 })).records;
}

async function last<T extends { readonly type: string }>(parts: AsyncIterable<T>) {
  const got: T[] = [];
  for await (const part of parts) got.push(part);
  return { answer: got.at(-2), done: got.at(-1) };
}

const options = { actor: ACTOR };

function countsOf(values: readonly string[]): { value: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

describe('fields of a result', () => {
  test.each(QUERIES)(
    '%j: built-in ones and those of the lines are counted exactly',
    async (query) => {
      const records = await matching(query);
      const request = { query, values: 1_000 };
      const { answer, done } = await last(
        streamAction(rig.bus, honeycombActions.fields, request, options),
      );
      expect(done).toMatchObject({ total: records.length, sampled: false, missing: [] });
      if (answer?.type !== 'fields') throw new Error('no fields');
      const expected = (name: string, of: (record: LogRecord) => readonly string[]) => {
        const values = records.map(of).filter((found) => found.length > 0);
        const field = answer.fields.find((each) => each.name === name);
        if (values.length === 0) return expect(field).toBeUndefined();
        const counts = countsOf(values.flat());
        return expect(field).toMatchObject({
          ...{ records: values.length, distinct: counts.length, isExact: true, values: counts },
        });
      };
      expected('host', ({ host }) => [host]);
      expected('level', ({ level }) => (level === undefined ? [] : [level]));
      for (const name of ['status', 'ms', 'user.id', 'ok']) {
        expected(name, ({ body }) => extractFieldValues(body, name));
      }
    },
  );

  test('numbers have their facts, and one field alone can be asked for', async () => {
    const request = { query: 'request', field: 'ms' };
    const { answer } = await last(streamAction(rig.bus, honeycombActions.fields, request, options));
    expect(answer).toMatchObject({
      fields: [
        {
          ...{ name: 'ms', kind: 'number', records: 400, distinct: 400 },
          numbers: { count: 400, min: 0, max: 399, avg: 199.5, sum: 79_800, p50: 199, p99: 395 },
        },
      ],
    });
  });

  test('a mistake in the query is told as one', async () => {
    const parts = streamAction(rig.bus, honeycombActions.fields, { query: '(a' }, options);
    await expect(last(parts)).rejects.toMatchObject({ code: 'query-syntax' });
  });
});

describe('a result by time', () => {
  const from = Date.UTC(2026, 10, 20, 10);
  const range = { from, to: from + 1_200_000 };

  test.each(['level', 'user.id', 'status'])('split by %s the series add up', async (field) => {
    const request = { query: '', ...range, buckets: 10, split: { field, top: 2 } };
    const { answer } = await last(streamAction(rig.bus, honeycombActions.series, request, options));
    if (answer?.type !== 'series') throw new Error('no series');
    const valuesOf = ({ level, body }: LogRecord) =>
      field === 'level' ? (level ? [level] : []) : extractFieldValues(body, field);
    const bucketOf = ({ time }: LogRecord) => Math.floor((time - from) / answer.step);
    const naive = (is: (values: readonly string[]) => boolean) => {
      const counts = new Array<number>(10).fill(0);
      for (const record of all) {
        if (is(valuesOf(record))) counts[bucketOf(record)] = (counts[bucketOf(record)] ?? 0) + 1;
      }
      return counts;
    };
    const [first, second] = countsOf(all.flatMap(valuesOf)).map(({ value }) => value);
    const rest = naive(([value]) => value !== undefined && value !== first && value !== second);
    const expected = [
      { kind: 'value', value: first, counts: naive(([value]) => value === first) },
      { kind: 'value', value: second, counts: naive(([value]) => value === second) },
      { kind: 'rest', counts: rest },
      { kind: 'none', counts: naive((values) => values.length === 0) },
    ].filter(({ counts }) => counts.some((count) => count > 0));
    expect(answer.series).toMatchObject(expected);
    expect(answer.series).toHaveLength(expected.length);
  });

  test('a numeric field has its facts in each bucket', async () => {
    const request = { query: 'request', ...range, buckets: 4, number: 'ms' };
    const { answer } = await last(streamAction(rig.bus, honeycombActions.series, request, options));
    if (answer?.type !== 'series') throw new Error('no series');
    const [only] = answer.series;
    expect(only).toMatchObject({ kind: 'all', total: 400, counts: [100, 100, 100, 100] });
    expect(only?.numbers?.[1]).toMatchObject({
      count: 100,
      min: 100,
      max: 199,
      p50: 149,
      p90: 189,
    });
  });

  test('more points than fit are refused', async () => {
    const request = { query: '', buckets: 500, number: 'ms', split: { field: 'host', top: 20 } };
    const parts = streamAction(rig.bus, honeycombActions.series, request, options);
    await expect(last(parts)).rejects.toMatchObject({ code: 'too-large' });
  });
});

describe('the lines around a record', () => {
  test('are those before and after it in its own file', async () => {
    const [generation] = (all[600]?.id ?? '').split(':');
    const file = all
      .filter(({ id }) => id.startsWith(`${generation}:`))
      .sort((a, b) => Number(a.id.split(':')[1]) - Number(b.id.split(':')[1]));
    expect(file).toHaveLength(50);
    for (const [index, { id, time }] of file.entries()) {
      const hint = index % 2 === 0 ? { time } : {};
      const request = { id, ...hint, before: 3, after: 4 };
      const context = await callAction(rig.bus, honeycombActions.context, request, options);
      const first = Math.max(0, index - 3);
      expect(context).toEqual({
        records: file.slice(first, index + 5),
        index: index - first,
        missing: [],
      });
    }
  });

  test('of a record that is not stored cannot be had', async () => {
    const request = { id: 'ffffffffffffffff:0' };
    const asked = callAction(rig.bus, honeycombActions.context, request, options);
    await expect(asked).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('patterns of a result', () => {
  test.each(QUERIES)(
    '%j: each line is in one pattern, whose query selects just its lines',
    async (query) => {
      const records = await matching(query);
      const { answer, done } = await last(
        streamAction(rig.bus, honeycombActions.patterns, { query, buckets: 5 }, options),
      );
      if (answer?.type !== 'patterns') throw new Error('no patterns');
      expect(done).toMatchObject({ total: records.length, read: records.length, sampled: false });
      expect(answer.patterns.reduce((sum, { count }) => sum + count, 0)).toBe(records.length);
      for (const pattern of answer.patterns) {
        const own = await matching(
          query === '' ? pattern.query : `(${query}) AND (${pattern.query})`,
        );
        expect([pattern.text, own.length]).toEqual([pattern.text, pattern.count]);
        const times = own.map(({ time }) => time);
        expect(pattern.first).toBe(Math.min(...times));
        expect(pattern.last).toBe(Math.max(...times));
        expect(pattern.trend.reduce((sum, count) => sum + count, 0)).toBe(pattern.count);
      }
    },
  );

  test('have readable texts, and names and values of their slots', async () => {
    const request = { query: 'login', values: 2 };
    const { answer } = await last(
      streamAction(rig.bus, honeycombActions.patterns, request, options),
    );
    expect(answer).toMatchObject({
      patterns: [
        {
          text: 'login of <*> from <*> refused',
          query: 'pattern:"login of <*> from <*> refused"',
          ...{ count: 400, share: 1, levels: { none: 400 }, hosts: 1 },
          slots: [
            { distinct: 7, isExact: true, values: [{ value: 'root', count: 58 }, {}] },
            { name: 'ip', distinct: 20, values: [{ value: '10.0.0.0', count: 20 }, {}] },
          ],
        },
      ],
    });
  });

  test('have the same ids whatever else is in the result', async () => {
    const idOf = async (query: string) => {
      const parts = streamAction(rig.bus, honeycombActions.patterns, { query }, options);
      const { answer } = await last(parts);
      if (answer?.type !== 'patterns') throw new Error('no patterns');
      return answer.patterns.find(({ text }) => text.startsWith('login'))?.id;
    };
    expect(await idOf('')).toBe(await idOf('login AND 10.0.0.3'));
  });
});
