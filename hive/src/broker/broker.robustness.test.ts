/** What hostile, broken and slow clients must not be able to do. */
import net from 'node:net';
import { BEE_PERMISSIONS, EXCHANGE } from '@apiary/common/bus/topology.ts';
import {
  BEE_CONNECTIONS_MAX,
  BROKER_CONNECTIONS_MAX,
  BROKER_STRANGERS_MAX,
} from '@apiary/common/limits/broker.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connect } from 'amqplib';
import type { BrokerUser } from './broker.ts';
import { methodFrame, PROTOCOL_HEADER } from './codec/frame-writer.ts';
import { EmbeddedBroker, GUEST } from './testing/embedded.ts';
import { goodSession, startOk } from './testing/good-session.ts';
import { publishConfirmed, Session, until, within } from './testing/session.ts';

const BEE: BrokerUser = {
  name: 'bee',
  password: 'bee',
  permissions: BEE_PERMISSIONS,
  connectionsMax: 2,
};

let embedded: EmbeddedBroker;
let session: Session;

beforeEach(async () => {
  embedded = await EmbeddedBroker.start({ users: [GUEST, BEE], memoryBytesMax: 8 * 1024 * 1024 });
  session = new Session(embedded.url);
});

afterEach(async () => {
  await session.close();
  await embedded.dispose();
});

/** Sends bytes and resolves with all that comes back until the broker closes. */
async function exchange(bytes: Buffer, end = false): Promise<Buffer> {
  const socket = net.connect(embedded.port, '127.0.0.1');
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
  });
  socket.write(bytes);
  if (end) socket.end();
  await within(closed, 'the broker to close');
  return Buffer.concat(received);
}

async function stillServes(): Promise<void> {
  const channel = await session.confirmChannel();
  const queue = session.queue('alive');
  await channel.assertQueue(queue);
  expect(await publishConfirmed(channel, '', queue, 'x')).toBe(true);
}

/** A small generator with a seed, so that a failing session can be made again. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('garbage', () => {
  test('is answered with the protocol header and counted', async () => {
    expect(await exchange(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toEqual(PROTOCOL_HEADER);
    expect(embedded.broker.stats().counters.handshakesFailed).toBe(1);
    await stillServes();
  });

  test('mutated sessions harm nobody else', async () => {
    const good = goodSession('guest', 'guest');
    const answer = await exchange(good);
    expect(answer.includes(Buffer.from([0, 10, 0, 51]))).toBe(true);
    const random = randomNumbers(42);
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(good);
      for (let change = random(4); change >= 0; change--) {
        bytes.writeUInt8(random(256), 8 + random(bytes.length - 8));
      }
      await exchange(bytes.subarray(0, 8 + random(bytes.length)), true);
    }
    await stillServes();
    const { counters, connections } = embedded.broker.stats();
    expect(counters.internalErrors).toBe(0);
    expect(connections).toBe(1);
  });
});

describe('accounts', () => {
  test('may do what their patterns say and nothing else', async () => {
    const admin = await session.channel();
    await admin.assertExchange(EXCHANGE.blocks, 'direct');
    await admin.assertExchange(EXCHANGE.rpc, 'direct');
    await admin.assertQueue('secret');
    const connection = await connect(embedded.urlOf(BEE));
    const refused = async (attempt: (channel: Awaited<ReturnType<typeof open>>) => unknown) => {
      await expect(attempt(await open())).rejects.toThrow(/403.*refused for user 'bee'/);
    };
    const open = async () => {
      const channel = await connection.createChannel();
      channel.on('error', () => undefined);
      return channel;
    };
    const own = await open();
    const { queue } = await own.assertQueue('', { exclusive: true });
    await own.consume(queue, () => undefined);
    await refused((channel) => channel.assertQueue('mine'));
    await refused((channel) => channel.assertExchange(EXCHANGE.blocks, 'direct'));
    await refused((channel) => channel.consume('secret', () => undefined));
    await refused((channel) => channel.get('secret'));
    await refused((channel) => channel.purgeQueue('secret'));
    await refused((channel) => channel.deleteQueue('secret'));
    await refused((channel) => channel.bindQueue(queue, EXCHANGE.blocks, 'x'));
    for (const name of [EXCHANGE.rpc, EXCHANGE.events, '']) {
      const channel = await open();
      const closed = new Promise<string>((resolve) => {
        channel.on('error', (error) => resolve(error.message));
      });
      channel.publish(name, 'secret', Buffer.from('x'));
      expect(await within(closed, 'the refusal')).toMatch(/403.*refused for user 'bee'/);
    }
    await connection.close();
  });

  test('are not kept out by strangers who open sockets and say nothing', async () => {
    const sockets: net.Socket[] = [];
    const { broker, port } = embedded;
    try {
      const dropped: number[] = [];
      for (let count = 0; count < BROKER_STRANGERS_MAX + 20; count++) {
        const socket = net.connect(port, '127.0.0.1');
        socket.on('error', () => undefined);
        socket.on('close', () => dropped.push(count));
        sockets.push(socket);
      }
      await until(async () => dropped.length === 20, 'the first twenty to be dropped');
      expect(dropped.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
      await stillServes();
      expect(broker.stats().counters.strangersDropped).toBeGreaterThanOrEqual(20);
      expect(broker.stats().counters.connectionsRefused).toBe(0);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    await until(async () => broker.stats().connections === 1, 'strangers to be gone');
  });

  test('have no more connections than they may', async () => {
    const first = await connect(embedded.urlOf(BEE));
    const second = await connect(embedded.urlOf(BEE));
    await expect(connect(embedded.urlOf(BEE))).rejects.toThrow(/ConnectionClose/);
    await stillServes();
    await first.close();
    await second.close();
    await (await connect(embedded.urlOf(BEE))).close();
    expect(BEE_CONNECTIONS_MAX).toBeLessThan(BROKER_CONNECTIONS_MAX);
  });
});

describe('bounds', () => {
  test('publishers of what cannot leave memory are blocked until it can', async () => {
    const connection = await session.connection();
    const channel = await session.confirmChannel(connection);
    const queue = session.queue('q');
    await channel.assertQueue(queue);
    const blocked = new Promise<string>((resolve) => connection.on('blocked', resolve));
    const unblocked = new Promise<void>((resolve) => connection.on('unblocked', resolve));
    for (let count = 0; count < 30; count++) {
      channel.sendToQueue(queue, Buffer.alloc(512 * 1024));
    }
    expect(await within(blocked, 'connection.blocked')).toBe('low on memory');
    expect(embedded.broker.stats().memoryBytes).toBeLessThan(10 * 1024 * 1024);
    const other = await session.channel();
    let taken = 0;
    await other.consume(
      queue,
      () => {
        taken++;
      },
      { noAck: true },
    );
    await within(unblocked, 'connection.unblocked');
    await within(channel.waitForConfirms(), 'the rest to be taken in');
    await until(async () => taken === 30, 'all deliveries');
  });

  test('a message beyond the bound closes the channel with 406', async () => {
    const channel = await session.channel();
    const closed = new Promise<string>((resolve) => {
      channel.on('error', (error) => resolve(error.message));
    });
    channel.publish('amq.direct', 'x', Buffer.alloc(16 * 1024 * 1024 + 1));
    expect(await within(closed, 'the refusal')).toMatch(/406.*larger than configured max size/);
  });

  test('a client that does not read is not sent more than its buffer', async () => {
    const channel = await session.confirmChannel();
    const queue = session.queue('q');
    await channel.assertQueue(queue, { durable: true });
    const socket = net.connect(embedded.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    const none = new Map();
    socket.write(
      Buffer.concat([
        PROTOCOL_HEADER,
        startOk('guest', 'guest'),
        methodFrame(0, 'connection.tune-ok', { channelMax: 9, frameMax: 131_072, heartbeat: 0 }),
        methodFrame(0, 'connection.open', { virtualHost: '/' }),
        methodFrame(1, 'channel.open', {}),
        methodFrame(1, 'basic.consume', {
          queue,
          consumerTag: '',
          noLocal: false,
          noAck: true,
          exclusive: false,
          noWait: false,
          arguments: none,
        }),
      ]),
    );
    await until(
      async () => embedded.broker.stats().queues.some((each) => each.consumers === 1),
      'the consumer',
    );
    for (let count = 0; count < 40; count++) {
      channel.sendToQueue(queue, Buffer.alloc(1024 * 1024), { persistent: true });
    }
    await channel.waitForConfirms();
    // The kernel's own buffers take some megabytes of the 40.
    const { messageCount } = await channel.checkQueue(queue);
    expect(messageCount).toBeGreaterThan(20);
    socket.destroy();
    await until(
      async () => (await channel.checkQueue(queue)).consumerCount === 0,
      'the consumer to go',
    );
  });

  test('a client that goes silent is given up after two heartbeats', async () => {
    const socket = net.connect(embedded.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(
      Buffer.concat([
        PROTOCOL_HEADER,
        startOk('guest', 'guest'),
        methodFrame(0, 'connection.tune-ok', { channelMax: 9, frameMax: 131_072, heartbeat: 1 }),
        methodFrame(0, 'connection.open', { virtualHost: '/' }),
      ]),
    );
    await within(
      new Promise<void>((resolve) => {
        socket.on('close', () => resolve());
      }),
      'the broker to give up',
    );
    expect(embedded.broker.stats().counters.heartbeatTimeouts).toBe(1);
  });
});
