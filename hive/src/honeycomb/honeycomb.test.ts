import type { Delivery } from '@apiary/common/bus/bus.ts';
import { QUEUE } from '@apiary/common/bus/topology.ts';
import type { ChunkStore } from '@apiary/common/chunks/chunks.ts';
import { openChunks } from '@apiary/common/chunks/open.ts';
import { AppError } from '@apiary/common/errors.ts';
import { COMMIT_LATE_MS } from '@apiary/common/limits/health.ts';
import { HOLDINGS_EVENT_INTERVAL_MS } from '@apiary/common/limits/ledger.ts';
import { STORE_RETRY_MS_MIN } from '@apiary/common/limits.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import { runOf, streamOf } from '@apiary/common/testing/chunk-runs.ts';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Approvals } from './ingest/approvals.ts';
import { ACTOR, HoneycombRig, until } from './testing/rig.ts';

const LINES = [
  '2026-11-20T11:59:01Z INFO started worker 1',
  '2026-11-20T11:59:02Z WARN disk is nearly full path=/var',
  '2026-11-20T11:59:03Z ERROR cannot open file user=alice',
  '{"time":"2026-11-20T11:59:04Z","level":"error","msg":"timeout","upstream":{"host":"db1"}}',
  '2026-11-20T11:59:05Z INFO stopped worker 1',
];
const A = '00000000000000aa';
const B = '00000000000000bb';

describe('honeycomb', () => {
  let rig: HoneycombRig;

  beforeEach(async () => {
    rig = await HoneycombRig.create();
  });

  afterEach(async () => {
    await rig.remove();
  });

  test('lines that were published are found, newest first, with their time and level', async () => {
    await rig.publishLines(A, LINES);
    const { records, counts, done } = await rig.settled(5);
    expect(records.map((record) => record.body)).toEqual([...LINES].reverse());
    expect(records[4]).toMatchObject({
      id: `${A}:0`,
      time: Date.UTC(2026, 10, 20, 11, 59, 1),
      observed: rig.clock.now(),
      host: 'host-1',
      agent: rig.agent,
      file: '/var/log/example.log',
      level: 'info',
    });
    expect(counts).toMatchObject({ total: 5, hosts: 1 });
    expect(done).toMatchObject({ total: 5, missing: [] });
    expect(done.next).toBeUndefined();
  });

  test('queries choose by words, levels and fields', async () => {
    await rig.publishLines(A, LINES);
    await rig.settled(5);
    const bodies = async (query: string) =>
      (await rig.search({ query })).records.map((r) => r.body);
    expect(await bodies('worker')).toEqual([LINES[4], LINES[0]]);
    expect(await bodies('level:error')).toEqual([LINES[3], LINES[2]]);
    expect(await bodies('user:alice')).toEqual([LINES[2]]);
    expect(await bodies('upstream.host:db1')).toEqual([LINES[3]]);
    expect(await bodies('NOT worker AND NOT level:error')).toEqual([LINES[1]]);
    await expect(rig.search({ query: '(worker' })).rejects.toMatchObject({ code: 'query-syntax' });
  });

  test('pages follow one another without gaps or repetition, in both orders', async () => {
    const lines = Array.from(
      { length: 57 },
      (_, index) => `2026-11-20T11:00:${10 + (index % 7)}Z ${index}`,
    );
    await rig.publishLines(A, lines.slice(0, 30));
    await rig.publishLines(B, lines.slice(30));
    await rig.settled(57);
    for (const order of ['newest', 'oldest'] as const) {
      const whole = await rig.search({ query: '', order, limit: 100 });
      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await rig.search({ query: '', order, limit: 10, ...(cursor && { cursor }) });
        paged.push(...page.records.map((record) => record.id));
        expect(page.done.total).toBe(57);
        cursor = page.done.next;
      } while (cursor);
      expect(paged).toEqual(whole.records.map((record) => record.id));
      expect(new Set(paged).size).toBe(57);
    }
  });

  test('a histogram adds up to the total, by level', async () => {
    await rig.publishLines(A, LINES);
    await rig.settled(5);
    const from = Date.UTC(2026, 10, 20, 11, 59, 0);
    const request = { query: '', from, to: from + 10_000, limit: 0, histogram: { buckets: 5 } };
    const { counts, records } = await rig.search(request);
    expect(records).toEqual([]);
    expect(counts.histogram).toEqual({
      from,
      step: 2000,
      levels: { info: [1, 0, 1, 0, 0], warn: [0, 1, 0, 0, 0], error: [0, 1, 1, 0, 0] },
    });
  });

  test('a restart finds everything again, and what comes again is not doubled', async () => {
    await rig.publishLines(A, LINES);
    const before = await rig.settled(5);
    await rig.stop();
    await rig.start();
    expect((await rig.search({ query: '', limit: 10 })).records).toEqual(before.records);
    await rig.publishLines(A, LINES);
    await rig.publishLines(B, ['one more']);
    const after = await rig.settled(6);
    expect(after.done.total).toBe(6);
    expect((await rig.stats()).duplicateBytes).toBe(streamOf(LINES).length);
  });

  test('runs cut anew give the same records', async () => {
    const stream = streamOf(LINES);
    for (const [from, to] of [
      [0, 60],
      [20, 130],
      [200, stream.length],
      [100, 230],
    ] as const) {
      await rig.publish([runOf(stream, from, to)]);
    }
    const { records } = await rig.settled(5);
    expect(records.map((record) => record.body)).toEqual([...LINES].reverse());
    expect(records.map((record) => record.id)).toContain(`${A}:0`);
  });

  test('a line of several runs is one record, and bytes that are no UTF-8 show as U+FFFD', async () => {
    const long = `2026-11-20T11:00:00Z ${'x'.repeat(1_000_000)} end`;
    const stream = Buffer.concat([streamOf([long]), Buffer.from([0xff, 0x00, 0x41, 0x0a])]);
    for (let from = 0; from < stream.length; from += 250_000) {
      await rig.publish([runOf(stream, from, Math.min(from + 250_000, stream.length))]);
    }
    const { records } = await rig.settled(2);
    expect(records.map((record) => record.body).sort()).toEqual([long, '\ufffd\u0000A'].sort());
  });

  test('messages of nobody who may write go to the quarantine, and come in once approved', async () => {
    const quarantined: Delivery[] = [];
    await rig.setApproval('pending');
    await rig.bus.consume(QUEUE.quarantine, { prefetch: 10 }, (delivery) => {
      quarantined.push(delivery);
      delivery.ack();
    });
    await rig.publishLines(A, LINES);
    await until(() => quarantined.length === 1);
    expect(quarantined[0]?.headers).toMatchObject({ agent: rig.agent, reason: 'agent is pending' });
    expect((await rig.search({ query: '' })).done.total).toBe(0);
    await rig.setApproval('approved');
    await rig.publishLines(A, LINES);
    expect((await rig.settled(5)).done.total).toBe(5);
  });

  test('messages whose sender the store could not be asked for come again, and are not lost', async () => {
    const read = jest.spyOn(Approvals.prototype, 'read');
    try {
      read.mockRejectedValueOnce(new AppError('store-unreachable', 'The store is away.'));
      await rig.setApproval('pending');
      const quarantined: Delivery[] = [];
      await rig.bus.consume(QUEUE.quarantine, { prefetch: 10 }, (delivery) => {
        quarantined.push(delivery);
        delivery.ack();
      });
      await rig.publishLines(A, LINES);
      await until(() => read.mock.calls.length === 1);
      await until(() => {
        rig.clock.advance(STORE_RETRY_MS_MIN);
        return quarantined.length === 1;
      });
    } finally {
      read.mockRestore();
    }
  });

  test('a commit that does not end is logged once, and shows in the metrics', async () => {
    await rig.stop();
    const store = Promise.withResolvers<void>();
    const warnings: unknown[] = [];
    const warn = (fields: object, event: string) => void warnings.push([event, fields]);
    rig.log = { ...createSilentLogger(), info: () => undefined, warn };
    rig.options = { openStore: async (...given) => slowly(await openChunks(...given), store) };
    await rig.start();
    await rig.publishLines(A, LINES);
    const text = async () => await rig.metrics.text();
    await until(async () => (await text()).includes('_uncommitted_messages 1'));
    // The commit begins in a later turn than that in which the message comes.
    await until(() => {
      rig.clock.advance(COMMIT_LATE_MS);
      return warnings.length > 0;
    });
    rig.clock.advance(10 * COMMIT_LATE_MS);
    const fields = { step: 'appending', messages: 1, oldestMs: expect.any(Number) };
    expect(warnings).toEqual([['commit-late', fields]]);
    const age = /_uncommitted_age_seconds (\d+)/.exec(await text());
    expect(Number(age?.[1])).toBeGreaterThanOrEqual((11 * COMMIT_LATE_MS) / 1_000);
    store.resolve();
    await rig.settled(LINES.length);
    expect(await text()).toContain('_uncommitted_messages 0');
    expect(await text()).toContain('_uncommitted_age_seconds 0');
  });

  test('a forged message and one that differs are dead letters with their reason', async () => {
    const dead: Delivery[] = [];
    const events: unknown[] = [];
    await rig.bus.events.on('message.dead', (event) => events.push(event.body));
    await rig.bus.consume(QUEUE.dead, { prefetch: 10 }, (delivery) => {
      dead.push(delivery);
      delivery.ack();
    });
    const stream = streamOf(LINES);
    await rig.publish([runOf(stream, 0, stream.length)], { body: Buffer.from('forged') });
    await until(() => dead.length === 1);
    expect(dead[0]?.headers.reason).toMatch(/^signature-invalid/);
    await rig.publish([runOf(stream, 0, stream.length)]);
    await rig.settled(5);
    const other = Buffer.from(stream);
    other[30] = 0x58;
    await rig.publish([runOf(other, 0, other.length)]);
    await until(() => dead.length === 2);
    expect(dead[1]?.headers).toMatchObject({ agent: rig.agent });
    expect(dead[1]?.headers.reason).toMatch(/^run-differs/);
    expect(events).toHaveLength(2);
    expect((await rig.stats()).deadLettered).toBe(2);
    expect((await rig.search({ query: '' })).done.total).toBe(5);
  });

  test('searches see every record once while chunks are sealed under them', async () => {
    await rig.remove();
    rig = await HoneycombRig.create({ chunkRawBytes: 2000 });
    const searching = new AbortController();
    const searches = (async () => {
      while (!searching.signal.aborted) {
        await new Promise((resolve) => setImmediate(resolve));
        const { records, done } = await rig.search({ query: '', limit: 10_000 });
        expect(records).toHaveLength(done.total);
        expect(new Set(records.map((record) => record.id)).size).toBe(done.total);
        expect(done.missing).toEqual([]);
      }
    })();
    const stream = streamOf(
      Array.from({ length: 600 }, (_, index) => `2026-11-20T11:00:00Z ${index}`),
    );
    for (let from = 0; from < stream.length; from += 333) {
      await rig.publish([runOf(stream, from, Math.min(from + 333, stream.length))]);
    }
    const { records } = await rig.settled(600);
    searching.abort();
    await searches;
    await until(async () => (await rig.stats()).chunks > 0);
    expect(records.map((record) => record.body.split(' ')[1])).toEqual(
      Array.from({ length: 600 }, (_, index) => String(599 - index)),
    );
  });

  test('a full store holds ingest up, and nothing is lost when there is room again', async () => {
    await rig.remove();
    rig = await HoneycombRig.create({ storeBytesMax: 300_000 });
    const noise = Array.from({ length: 12_000 }, () => crypto.randomUUID());
    for (let at = 0; at < noise.length; at += 2000) {
      const generation = at.toString(16).padStart(16, '0');
      await rig.publishLines(generation, noise.slice(at, at + 2000));
    }
    await until(async () => (await rig.stats()).records > 0);
    await rig.stop();
    rig.options = {};
    await rig.start();
    expect((await rig.settled(12_000)).done.total).toBe(12_000);
  });

  test('tells what it holds when asked, and what it has added by event', async () => {
    const told: unknown[] = [];
    await rig.bus.events.on('holdings.added', ({ body }) => told.push(body));
    await rig.publishLines(A, LINES);
    await rig.settled(5);
    const bytes = streamOf(LINES).length;
    const holding = { generation: A, ranges: [{ from: 0, to: bytes }], bytes };
    const request = { generations: [A, B] };
    const answer = await callAction(rig.bus, honeycombActions.holdings, request, { actor: ACTOR });
    expect(answer.holdings).toEqual([holding, { generation: B, ranges: [], bytes: 0 }]);
    rig.clock.advance(HOLDINGS_EVENT_INTERVAL_MS);
    await until(() => told.length > 0);
    expect(told).toEqual([{ instance: expect.any(String), holdings: [holding] }]);
  });
});

/** Its appends wait first. */
function slowly(store: ChunkStore, until: PromiseWithResolvers<void>): ChunkStore {
  const { openSegment } = store;
  store.openSegment = async (instance) => {
    const segment = await openSegment.call(store, instance);
    const { append } = segment;
    segment.append = async (messages) => {
      await until.promise;
      return await append.call(segment, messages);
    };
    return segment;
  };
  return store;
}
