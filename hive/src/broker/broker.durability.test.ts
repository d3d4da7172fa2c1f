/** What must survive a restart and a kill -9. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSilentLogger } from '@apiary/common/log.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connect } from 'amqplib';
import { Broker } from './broker.ts';
import { BrokerProcess, EmbeddedBroker, GUEST } from './testing/embedded.ts';
import { drain, Inbox, publishConfirmed, Session, texts, until } from './testing/session.ts';

let embedded: EmbeddedBroker;
let session: Session;

beforeEach(async () => {
  embedded = await EmbeddedBroker.start({ memoryBytesMax: 64 * 1024 * 1024 });
  session = new Session(embedded.url);
});

afterEach(async () => {
  await session.close();
  await embedded.dispose();
});

async function restart(): Promise<void> {
  await embedded.close();
  await embedded.open();
}

describe('a restart', () => {
  test('keeps what is durable and nothing else', async () => {
    const channel = await session.confirmChannel();
    await channel.assertExchange('x', 'topic', { durable: true });
    await channel.assertExchange('y', 'fanout', { durable: true });
    await channel.assertExchange('fleeting', 'fanout', { durable: false });
    await channel.assertQueue('kept', { durable: true, messageTtl: 60_000 });
    await channel.assertQueue('gone', { durable: false });
    await channel.bindExchange('y', 'x', 'a.#');
    await channel.bindQueue('kept', 'y', '');
    await channel.bindQueue('kept', 'x', 'never');
    await channel.unbindQueue('kept', 'x', 'never');
    await publishConfirmed(channel, 'x', 'a.b', 'persistent', { persistent: true });
    await publishConfirmed(channel, 'x', 'a.b', 'transient');
    await restart();
    const again = await session.confirmChannel();
    await publishConfirmed(again, 'x', 'a', 'later', { persistent: true });
    await publishConfirmed(again, 'x', 'never', 'never');
    await again.assertQueue('kept', { durable: true, messageTtl: 60_000 });
    expect(texts(await drain(again, 'kept'))).toEqual(['persistent', 'later']);
    const names = embedded.broker.stats().queues.map((queue) => queue.name);
    expect(names).toEqual(['kept']);
    await expect(again.checkExchange('fleeting')).rejects.toThrow(/404/);
  });

  test('does not bring back what was acknowledged, and keeps the order', async () => {
    const channel = await session.confirmChannel();
    await channel.assertQueue('q', { durable: true });
    for (let index = 0; index < 20; index++) {
      await publishConfirmed(channel, '', 'q', `${index}`, { persistent: true });
    }
    const inbox = await Inbox.open(channel, 'q');
    const messages = await inbox.count(20);
    for (const message of messages) {
      if (Number(message.content) % 3 === 0) channel.ack(message);
    }
    await channel.close();
    await restart();
    const rest = await drain(await session.channel(), 'q');
    expect(texts(rest)).toEqual(
      Array.from({ length: 20 }, (_, index) => `${index}`).filter((text) => Number(text) % 3),
    );
    expect(rest.every((message) => message.fields.redelivered)).toBe(true);
  });

  test('does not bring back the messages of a queue that was deleted and made again', async () => {
    const channel = await session.confirmChannel();
    await channel.assertQueue('q', { durable: true });
    await publishConfirmed(channel, '', 'q', 'old', { persistent: true });
    await channel.deleteQueue('q');
    await channel.assertQueue('q', { durable: true });
    await publishConfirmed(channel, '', 'q', 'new', { persistent: true });
    await restart();
    expect(texts(await drain(await session.channel(), 'q'))).toEqual(['new']);
  });

  test('lets a message expire that came due meanwhile', async () => {
    const channel = await session.confirmChannel();
    await channel.assertQueue('q', { durable: true });
    await publishConfirmed(channel, '', 'q', 'brief', { persistent: true, expiration: 1 });
    await publishConfirmed(channel, '', 'q', 'long', { persistent: true, expiration: 60_000 });
    await restart();
    expect(texts(await drain(await session.channel(), 'q'))).toEqual(['long']);
  });
});

describe('a backlog beyond the memory bound', () => {
  test('leaves memory and comes back whole and in order', async () => {
    const channel = await session.confirmChannel();
    await channel.assertQueue('q', { durable: true });
    const count = 400;
    const body = (index: number) => Buffer.alloc(128 * 1024, `${index} `);
    for (let index = 0; index < count; index++) {
      channel.sendToQueue('q', body(index), { persistent: true, headers: { index } });
      if (index % 50 === 49) await channel.waitForConfirms();
    }
    const { contentBytes, counters } = embedded.broker.stats();
    expect(contentBytes).toBeLessThan(20 * 1024 * 1024);
    expect(counters.messagesSpilled).toBeGreaterThan(200);
    const consuming = await session.channel();
    await consuming.prefetch(20);
    let next = 0;
    let wrong = 0;
    await new Promise<void>((resolve) => {
      void consuming.consume('q', (message) => {
        if (!message) return;
        const { index } = message.properties.headers ?? {};
        if (index !== next || !message.content.equals(body(next))) wrong++;
        consuming.ack(message);
        if (++next === count) resolve();
      });
    });
    expect(wrong).toBe(0);
    await until(async () => embedded.broker.stats().contentBytes === 0, 'memory to be free');
    await until(async () => embedded.broker.stats().log.liveBytes === 0, 'the log to be free');
  });

  test('is dead-lettered and answered to basic.get from the log', async () => {
    const channel = await session.confirmChannel();
    await channel.assertQueue('dead', { durable: true });
    const letters = { deadLetterExchange: '', deadLetterRoutingKey: 'dead' };
    await channel.assertQueue('q', { durable: true, ...letters });
    for (let index = 0; index < 300; index++) {
      const body = Buffer.alloc(128 * 1024, `${index} `);
      channel.sendToQueue('q', body, { persistent: true });
    }
    await channel.waitForConfirms();
    const consuming = await session.channel();
    for (let index = 0; index < 300; index++) {
      const message = await consuming.get('q');
      if (message) consuming.reject(message, false);
    }
    await until(
      async () => (await channel.checkQueue('dead')).messageCount === 300,
      'all dead letters',
    );
    for (const [index, message] of (await drain(channel, 'dead')).entries()) {
      expect(message.content.toString('latin1', 0, 10)).toMatch(new RegExp(`^${index} `));
    }
  });
});

describe('a data folder', () => {
  test('has one broker at a time', async () => {
    const second = new Broker({
      dataFolder: embedded.folder,
      host: '127.0.0.1',
      port: 0,
      users: [GUEST],
      log: createSilentLogger(),
    });
    await expect(second.start()).rejects.toMatchObject({ code: 'store-in-use' });
  });
});

describe('a broker that is killed under load', () => {
  test('has every confirmed message after its restart', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'apiary-killed-'));
    const confirmed = new Set<string>();
    for (let round = 0; round < 3; round++) {
      const broker = await BrokerProcess.start(folder);
      await publishUntilKilled(broker, round, confirmed);
    }
    const last = await BrokerProcess.start(folder);
    const connection = await connect(last.url);
    const channel = await connection.createChannel();
    const found = new Set(texts(await drain(channel, 'load')).map((text) => text.trimEnd()));
    expect(confirmed.size).toBeGreaterThan(300);
    expect([...confirmed].filter((text) => !found.has(text))).toEqual([]);
    await connection.close();
    await last.kill();
    await rm(folder, { recursive: true });
  }, 60_000);
});

async function publishUntilKilled(
  broker: BrokerProcess,
  round: number,
  confirmed: Set<string>,
): Promise<void> {
  const connection = await connect(broker.url);
  connection.on('error', () => undefined);
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
  await channel.assertQueue('load', { durable: true });
  const closed = new Promise<void>((resolve) => {
    connection.on('close', () => resolve());
  });
  let confirms = 0;
  let killed = false;
  const publish = (index: number) => {
    if (killed) return;
    const text = `${round}-${index}`;
    const body = Buffer.from(text.padEnd(index % 7 === 0 ? 70_000 : 500));
    channel.sendToQueue('load', body, { persistent: true }, (error) => {
      if (error) return;
      confirmed.add(text);
      confirms++;
      if (confirms === 200) {
        killed = true;
        void broker.kill();
      }
      publish(index + 32);
    });
  };
  for (let index = 0; index < 32; index++) publish(index);
  await closed;
}
