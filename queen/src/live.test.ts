import type { Socket as NetSocket } from 'node:net';
import { SESSION_MS, SOCKET_TAILS_MAX } from '@apiary/common/limits.ts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { makeAgent, makeLedgerLine, makeRecord, makeTarget } from './testing/fake-hive.ts';
import { bearer, type QueenFixture, startQueenFixture } from './testing/queen-fixture.ts';

let fixture: QueenFixture;
const sockets: Socket[] = [];

beforeEach(async () => {
  fixture = await startQueenFixture();
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.disconnect();
  await fixture.stop();
});

interface Connect {
  readonly headers?: Record<string, string>;
  readonly token?: string;
  readonly transports?: string[];
}

function socketOf({ headers = {}, token, transports = ['websocket'] }: Connect): Socket {
  const socket = io(fixture.queen.url, {
    transports,
    extraHeaders: headers,
    auth: token === undefined ? {} : { token },
    reconnection: false,
    forceNew: true,
  });
  sockets.push(socket);
  return socket;
}

async function connect(options: Connect = { token: fixture.token }): Promise<Socket> {
  const socket = socketOf(options);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('connect_error', reject);
  });
  return socket;
}

async function refusal(options: Connect): Promise<unknown> {
  const socket = socketOf(options);
  return await new Promise((resolve) => {
    socket.once('connect_error', resolve);
    socket.once('connect', () => resolve('connected'));
  });
}

/** The next payload of an event. */
function next(socket: Socket, event: string): Promise<unknown> {
  return new Promise((resolve) => socket.once(event, resolve));
}

async function ask(socket: Socket, event: string, payload: unknown = {}): Promise<unknown> {
  return await socket.emitWithAck(event, payload);
}

describe('the handshake', () => {
  it('takes the session cookie, the local token in either place, and nothing else', async () => {
    const cookie = await fixture.signIn();
    expect((await connect({ headers: { cookie } })).connected).toBe(true);
    const { authorization = '' } = bearer(fixture.token);
    expect((await connect({ headers: { authorization } })).connected).toBe(true);
    expect((await connect({ token: fixture.token })).connected).toBe(true);
    expect(await refusal({})).toMatchObject({ data: { code: 'signed-out' } });
    expect(await refusal({ token: 'wrong' })).toMatchObject({ data: { code: 'signed-out' } });
  });

  it('refuses pages of other sites even with a cookie', async () => {
    const cookie = await fixture.signIn();
    const foreign = { cookie, origin: 'http://evil.example' };
    expect(await refusal({ headers: foreign })).toBeInstanceOf(Error);
    const own = { cookie, origin: fixture.queen.url };
    expect((await connect({ headers: own })).connected).toBe(true);
  });

  it('cuts sockets when their session ends, by signing out or by age', async () => {
    const cookie = await fixture.signIn();
    const first = await connect({ headers: { cookie } });
    const firstCut = next(first, 'disconnect');
    await fixture.fetch('/api/session', { method: 'DELETE', headers: { cookie } });
    expect(await firstCut).toBe('io server disconnect');
    const second = await connect({ headers: { cookie: await fixture.signIn() } });
    const secondCut = next(second, 'disconnect');
    fixture.clock.advance(SESSION_MS);
    expect(await secondCut).toBe('io server disconnect');
  });
});

describe('searching over a socket', () => {
  it('streams parts under the given id', async () => {
    const socket = await connect();
    const parts: unknown[] = [];
    const done = new Promise<void>((resolve) => {
      socket.on('search.part', (message: { id: string; part: { type: string } }) => {
        parts.push(message);
        if (message.part.type === 'done') resolve();
      });
    });
    expect(await ask(socket, 'search.start', { id: 's', request: { query: 'error' } })).toEqual({
      ok: true,
    });
    await done;
    expect(parts).toMatchObject([
      { id: 's', part: { type: 'records', records: [makeRecord(2), makeRecord(1)] } },
      { id: 's', part: { type: 'counts' } },
      { id: 's', part: { type: 'done', total: 2 } },
    ]);
  });

  it('says what is wrong with a query, with the position', async () => {
    const socket = await connect();
    const failed = next(socket, 'search.failed');
    await ask(socket, 'search.start', { id: 's', request: { query: 'a ((b' } });
    expect(await failed).toMatchObject({
      id: 's',
      error: { code: 'query-syntax', details: { position: 2 } },
    });
  });

  it('refuses a payload of the wrong shape in the acknowledgement', async () => {
    const socket = await connect();
    expect(await ask(socket, 'search.start', { id: 's' })).toMatchObject({
      ok: false,
      error: { code: 'request-invalid' },
    });
  });

  it('cancels in honeycomb when asked, and when the socket goes away', async () => {
    let running = Promise.withResolvers<void>();
    let ended = Promise.withResolvers<void>();
    fixture.hive.search = async function* (_request, signal) {
      yield { type: 'records', records: [makeRecord(1)] };
      running.resolve();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      ended.resolve();
    };
    const socket = await connect();
    await ask(socket, 'search.start', { id: 's', request: { query: 'error' } });
    await running.promise;
    await ask(socket, 'search.cancel', { id: 's' });
    await ended.promise;
    running = Promise.withResolvers();
    ended = Promise.withResolvers();
    await ask(socket, 'search.start', { id: 's', request: { query: 'error' } });
    await running.promise;
    socket.disconnect();
    await ended.promise;
    expect(fixture.hive.cancelled).toBe(2);
  });
});

describe('tails', () => {
  it('deliver what is committed after the acknowledgement', async () => {
    const socket = await connect();
    expect(await ask(socket, 'tail.start', { id: 't', query: 'error' })).toEqual({ ok: true });
    const arrived = next(socket, 'tail.records');
    fixture.hive.commit([makeRecord(1)]);
    expect(await arrived).toEqual({ id: 't', records: [makeRecord(1)], omitted: 0 });
  });

  it('work over long polling as well', async () => {
    const socket = await connect({ token: fixture.token, transports: ['polling'] });
    await ask(socket, 'tail.start', { id: 't', query: 'error' });
    const arrived = next(socket, 'tail.records');
    fixture.hive.commit([makeRecord(1)]);
    expect(await arrived).toMatchObject({ records: [{ body: 'line 1' }] });
  });

  it('of the same query share one standing query, which ends with the last of them', async () => {
    const [a, b] = [await connect(), await connect()];
    await ask(a, 'tail.start', { id: '1', query: 'error' });
    await ask(b, 'tail.start', { id: '1', query: 'error' });
    await ask(b, 'tail.start', { id: '2', query: 'warn' });
    expect([...fixture.hive.standing.values()].sort()).toEqual(['error', 'warn']);
    await ask(a, 'tail.stop', { id: '1' });
    await ask(b, 'tail.stop', { id: '2' });
    expect([...fixture.hive.standing.values()]).toEqual(['error']);
    await ask(b, 'tail.stop', { id: '1' });
    expect(fixture.hive.standing.size).toBe(0);
  });

  it('fill what the listener did not get', async () => {
    const socket = await connect();
    await ask(socket, 'tail.start', { id: 't', query: 'error' });
    const bodies: string[] = [];
    const complete = new Promise<void>((resolve) => {
      socket.on('tail.records', ({ records }: { records: { body: string }[] }) => {
        bodies.push(...records.map(({ body }) => body));
        fixture.clock.advance(20);
        if (bodies.length === 3) resolve();
      });
    });
    fixture.hive.commit([makeRecord(1)]);
    fixture.hive.missedRecords = [makeRecord(2)];
    fixture.hive.commit([makeRecord(3)], 5);
    const advance = setInterval(() => fixture.clock.advance(20), 5);
    await complete;
    clearInterval(advance);
    expect(bodies.sort()).toEqual(['line 1', 'line 2', 'line 3']);
  });

  it('give a browser that reads nothing a count instead of filling our memory', async () => {
    const socket = await connect();
    await ask(socket, 'tail.start', { id: 't', query: 'error' });
    const total = 6_000;
    let [seen, missed, last] = [0, 0, ''];
    const complete = new Promise<void>((resolve) => {
      const check = () => seen + missed === total && resolve();
      socket.on('tail.records', ({ records }: { records: { body: string; id: string }[] }) => {
        seen += records.length;
        last = records.at(-1)?.id ?? last;
        check();
      });
      socket.on('tail.missed', ({ count }: { count: number }) => {
        missed += count;
        check();
      });
    });
    // The client's own TCP socket: paused, the kernel's buffers fill and then Queen's.
    const webSocket: unknown = Reflect.get(socket.io.engine.transport, 'ws');
    const tcp = Reflect.get(Object(webSocket), '_socket') as NetSocket;
    tcp.pause();
    const body = 'x'.repeat(10_000);
    for (let i = 0; i < total; i += 10) {
      const records = Array.from({ length: 10 }, (_, k) => makeRecord(i + k, { body }));
      fixture.hive.commit(records);
      fixture.clock.advance(20);
      await new Promise((resolve) => setImmediate(resolve));
    }
    tcp.resume();
    const advance = setInterval(() => fixture.clock.advance(20), 5);
    await complete;
    clearInterval(advance);
    expect(missed).toBeGreaterThan(1_000);
    expect(last).toBe(makeRecord(total - 1).id);
    const metrics = await (await fixture.fetch('/metrics')).text();
    expect(metrics).toContain(`apiary_queen_tail_missed_total ${missed}`);
  });

  it('are bounded in number and refuse queries with a mistake', async () => {
    const socket = await connect();
    expect(await ask(socket, 'tail.start', { id: 'x', query: '((' })).toMatchObject({
      ok: false,
      error: { code: 'query-syntax' },
    });
    for (let i = 0; i < SOCKET_TAILS_MAX; i += 1) {
      await ask(socket, 'tail.start', { id: String(i), query: 'error' });
    }
    expect(await ask(socket, 'tail.start', { id: 'x', query: 'error' })).toMatchObject({
      ok: false,
      error: { code: 'too-many' },
    });
  });
});

describe('watching', () => {
  it('agents: everything first, then what changed', async () => {
    const socket = await connect();
    expect(await ask(socket, 'agents.watch')).toMatchObject({
      ok: true,
      agents: [{ name: 'web-a' }],
      targets: [{ id: 't1' }],
    });
    const changed = next(socket, 'agents.changed');
    fixture.hive.agents.push(makeAgent('b', { approval: 'pending' }));
    fixture.hive.targets = [makeTarget('t2', 'a')];
    fixture.bus.events.emit('agent.joined', { agent: 'b'.repeat(32), name: 'web-b', atMs: 1 });
    fixture.clock.advance(250);
    expect(await changed).toMatchObject({
      agents: expect.arrayContaining([
        expect.objectContaining({ name: 'web-b' }),
        expect.objectContaining({ name: 'web-a' }),
      ]),
      targets: [{ id: 't2' }],
      removedTargets: ['t1'],
    });
  });

  it('traffic: all of it, and what changes until it is watched no more', async () => {
    const agent = 'a'.repeat(32);
    const figures = { agent, linesPerSecond: 3, bytesPerSecond: 30, lagBytes: 0, slotMs: 0 };
    fixture.hive.traffic = [{ ...figures, trend: [1, 3] }];
    const socket = await connect();
    expect(await ask(socket, 'traffic.watch', {})).toMatchObject({
      ok: true,
      traffic: [{ trend: [1, 3] }],
    });
    const changed = next(socket, 'traffic.changed');
    const traffic = [{ ...figures, linesPerSecond: 4, slotLinesPerSecond: 4 }];
    fixture.bus.events.emit('traffic.changed', { traffic });
    expect(await changed).toEqual({ traffic });
    const later: unknown[] = [];
    socket.on('traffic.changed', (payload) => later.push(payload));
    expect(await ask(socket, 'traffic.unwatch', {})).toEqual({ ok: true });
    fixture.bus.events.emit('traffic.changed', { traffic });
    await ask(socket, 'traffic.unwatch', {});
    expect(later).toEqual([]);
  });

  it('a ledger: all of it, and again after what concerns it, until it is watched no more', async () => {
    const socket = await connect();
    fixture.hive.ledgerLines = [makeLedgerLine({ stored: 60, reached: 60, lag: 40 })];
    const id = 'a'.repeat(32);
    expect(await ask(socket, 'ledger.watch', { agent: 'web-a' })).toMatchObject({
      ok: true,
      ledger: { agent: id, totals: { lag: 40 } },
    });
    const changed = next(socket, 'ledger.changed');
    fixture.hive.ledgerLines = [makeLedgerLine()];
    fixture.bus.events.emit('ledger.changed', { agents: ['b'.repeat(32)] });
    fixture.bus.events.emit('ledger.changed', { agents: [id] });
    expect(await changed).toMatchObject({ agent: id, totals: { lag: 0 } });
    const later: unknown[] = [];
    socket.on('ledger.changed', (ledger) => later.push(ledger));
    expect(await ask(socket, 'ledger.unwatch', { agent: id })).toEqual({ ok: true });
    fixture.clock.advance(10_000);
    fixture.bus.events.emit('ledger.changed', { agents: [id] });
    expect(await ask(socket, 'ledger.watch', { agent: 'nobody' })).toMatchObject({
      ok: false,
      error: { code: 'not-found' },
    });
    expect(later).toEqual([]);
  });

  it('the ingest rate, added up over the instances', async () => {
    const socket = await connect();
    expect(await ask(socket, 'system.watch')).toEqual({ ok: true });
    const first = next(socket, 'system.rate');
    const rate = { linesPerSecond: 10, bytesPerSecond: 100, atMs: 5 };
    fixture.bus.events.emit('ingest.rate', { instance: 'h1', ...rate });
    expect(await first).toEqual(rate);
    const second = next(socket, 'system.rate');
    fixture.bus.events.emit('ingest.rate', { instance: 'h2', ...rate, atMs: 6 });
    expect(await second).toEqual({ linesPerSecond: 20, bytesPerSecond: 200, atMs: 6 });
  });
});
