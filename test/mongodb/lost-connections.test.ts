/** Requests to MongoDB over connections that are lost, silent, or closed at the moment at which they are taken. */
import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MONGODB_CONNECTIONS_MAX } from '@apiary/common/limits/mongodb.ts';
import { connectDatabase, type Database, type Table } from '@apiary/common/mongodb/database.ts';
import { endingLostWrites } from '@apiary/common/mongodb/lost-connections.ts';
import type { LateRequest } from '@apiary/common/mongodb/requests.ts';
import { startProxy, type TcpProxy } from '@apiary/common/testing/tcp-proxy.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mongoForThisFile } from '../harness/mongo.ts';

const mongo = mongoForThisFile();
/** Of a request that has to be late. */
const LATE_MS = 1_000;
const ROW = { _id: 'one', version: 1 };
const OTHER_ROW = { _id: 'two', version: 1 };

/** Each operation that there is. */
const OPERATIONS: Readonly<Record<string, (of: Opened) => Promise<unknown>>> = {
  tableNames: ({ database }) => database.tableNames(),
  dropAll: ({ database }) => database.drop(),
  index: ({ database }) => database.table('rows', ['version']),
  get: ({ table }) => table.get('one'),
  find: ({ table }) => table.find({}, { after: '', limit: 10 }),
  count: ({ table }) => table.count({}),
  insert: ({ table }) => table.insert(OTHER_ROW),
  insertAll: ({ table }) => table.insertAll([OTHER_ROW]),
  put: ({ table }) => table.put(OTHER_ROW),
  replace: ({ table }) => table.replace({ ...ROW, version: 2 }),
  delete: ({ table }) => table.delete('one'),
  deleteAll: ({ table }) => table.deleteAll(['one', 'two']),
  drop: ({ table }) => table.drop(),
};

let proxy: TcpProxy;
let url: URL;
let late: LateRequest[];

beforeEach(async () => {
  url = new URL(mongo().url(`apiary-test-${randomUUID()}`));
  proxy = await startProxy({ host: url.hostname, port: Number(url.port || 27_017) });
  url.host = `127.0.0.1:${proxy.port}`;
  // A member of a replica set would be asked at its own address.
  url.searchParams.set('directConnection', 'true');
  late = [];
});

afterEach(async () => {
  await proxy.stop();
});

describe('requests to MongoDB', () => {
  test('one that nothing answers fails in time, is told, and the next one is answered', async () => {
    await using opened = await open({ rowMsMax: LATE_MS });
    const { table } = opened;
    await table.insert(ROW);
    proxy.pause();
    const isLate = {
      code: 'store-unreachable',
      message: expect.stringContaining('has not answered'),
    };
    await expect(table.get('one')).rejects.toMatchObject(isLate);
    await expect(table.insertAll([OTHER_ROW])).rejects.toMatchObject(isLate);
    expect(late).toMatchObject([
      { operation: 'get', table: 'rows', waitedMs: LATE_MS, pool: { taken: 1, requests: 1 } },
      { operation: 'insertAll', table: 'rows', waitedMs: LATE_MS },
    ]);
    proxy.resume();
    expect(await table.get('one')).toMatchObject(ROW);
  });

  test('whatever was asked for gives its connection back when it is late', async () => {
    await using opened = await open({ rowMsMax: LATE_MS, tableMsMax: LATE_MS });
    await opened.table.insert(ROW);
    proxy.pause();
    const asked = Object.values(OPERATIONS).map((ask) => ask(opened));
    for (const { status } of await Promise.allSettled(asked)) expect(status).toBe('rejected');
    expect(late).toHaveLength(asked.length);
    await nextTurn();
    expect(opened.database.pool()).toMatchObject({ taken: 0, requests: 0 });
    proxy.resume();
  });

  test('more late ones than there are connections leave room for those that come after', async () => {
    await using opened = await open({ rowMsMax: LATE_MS });
    const { database, table } = opened;
    await table.insert(ROW);
    proxy.pause();
    const asked = Array.from({ length: 2 * MONGODB_CONNECTIONS_MAX }, (_, index) =>
      index % 2 === 0 ? table.get('one') : table.put({ _id: `n${index}`, version: 1 }),
    );
    for (const { status } of await Promise.allSettled(asked)) expect(status).toBe('rejected');
    expect(late).toHaveLength(asked.length);
    await nextTurn();
    expect(database.pool()).toMatchObject({ taken: 0, requests: 0 });
    proxy.resume();
    const again = Array.from({ length: MONGODB_CONNECTIONS_MAX }, () => table.get('one'));
    for (const row of await Promise.all(again)) expect(row).toMatchObject(ROW);
  });

  test('one that takes a connection which is closed, and not told of yet, fails at once', async () => {
    await using sockets = collectSockets();
    await using opened = await open();
    const { database, table } = opened;
    await table.insert(ROW);
    // As Node does when it reads that the server closed it: that it is closed is told a turn later.
    for (const socket of sockets.all) socket.destroy();
    const unreachable = { code: 'store-unreachable' };
    await expect(table.insertAll([OTHER_ROW])).rejects.toMatchObject(unreachable);
    expect(late).toEqual([]);
    expect(database.pool()).toMatchObject({ taken: 0, requests: 0 });
    expect(await table.get('one')).toMatchObject(ROW);
  });

  test('one whose connection is lost in the middle of its write fails at once', async () => {
    await using sockets = collectSockets();
    await using opened = await open();
    const { table } = opened;
    await table.insert(ROW);
    proxy.pause();
    const body = Buffer.alloc(15 * 1024 * 1024);
    const asked = expect(table.insertAll([{ ...OTHER_ROW, body }])).rejects.toMatchObject({
      code: 'store-unreachable',
    });
    await nextTurn();
    expect(sockets.all.filter(({ writableNeedDrain }) => writableNeedDrain)).toHaveLength(1);
    for (const socket of sockets.all) socket.destroy();
    await asked;
    expect(late).toEqual([]);
    proxy.resume();
    expect(await table.get('one')).toMatchObject(ROW);
  });

  test('a wait that begins once the connection is closed ends', async () => {
    const at = { host: '127.0.0.1', port: proxy.port };
    const socket = endingLostWrites(() => createConnection(at));
    await once(socket, 'connect');
    socket.destroy();
    await once(socket, 'close');
    await expect(once(socket, 'drain')).rejects.toThrow('closed before it was written');
  });

  test('sockets of others are left as they are', async () => {
    const socket = createConnection({ host: '127.0.0.1', port: proxy.port });
    await once(socket, 'connect');
    expect(socket.listenerCount('newListener')).toBe(0);
    socket.destroy();
  });
});

interface Opened {
  readonly database: Database;
  readonly table: Table;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

async function open(bounds: { rowMsMax?: number; tableMsMax?: number } = {}): Promise<Opened> {
  const onLate = (request: LateRequest) => late.push(request);
  const database = await connectDatabase(url.href, { ...bounds, onLate });
  const table = await database.table('rows');
  return {
    database,
    table,
    [Symbol.asyncDispose]: async () => {
      await database.drop();
      await database.close();
    },
  };
}

/** All sockets that are made from now on. */
function collectSockets(): AsyncDisposable & { readonly all: readonly Socket[] } {
  const all: Socket[] = [];
  const add = (message: unknown) => all.push((message as { readonly socket: Socket }).socket);
  subscribe('net.client.socket', add);
  return {
    all,
    [Symbol.asyncDispose]: async () => {
      unsubscribe('net.client.socket', add);
    },
  };
}
