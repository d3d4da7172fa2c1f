import { expect, test } from '@jest/globals';
import type { Present } from '../broker.contract.ts';
import { drain, publishConfirmed, texts, until } from '../testing/session.ts';

/** Declaring, checking, purging and deleting queues. */
export function describeQueues(present: Present): void {
  test('a queue is declared twice alike', async () => {
    const channel = await present().channel();
    const name = present().queue('twice');
    await channel.assertQueue(name, { durable: true });
    const again = await channel.assertQueue(name, { durable: true });
    expect(again).toEqual({ queue: name, messageCount: 0, consumerCount: 0 });
  });

  test('a server-named exclusive queue is its connection’s alone and goes with it', async () => {
    const connection = await present().connection();
    const { queue } = await (await present().channel(connection)).assertQueue('', {
      exclusive: true,
    });
    expect(queue).toMatch(/^amq\.gen-/);
    const other = await present().connection();
    await expect((await present().channel(other)).checkQueue(queue)).rejects.toThrow(/405/);
    await connection.close();
    await until(async () => {
      const outcome = (await present().channel(other)).checkQueue(queue);
      return await outcome.then(
        () => false,
        (error: Error) => error.message.includes('404'),
      );
    }, 'the queue to go');
  });

  test('an auto-delete queue goes with its last consumer', async () => {
    const channel = await present().channel();
    const name = present().queue('auto');
    await channel.assertQueue(name, { autoDelete: true });
    const { consumerTag } = await channel.consume(name, () => undefined);
    await channel.cancel(consumerTag);
    await expect(channel.checkQueue(name)).rejects.toThrow(/404/);
  });

  test('an unused queue goes after x-expires', async () => {
    const connection = await present().connection();
    const name = present().queue('expires');
    await (await present().channel(connection)).assertQueue(name, { expires: 100 });
    await until(async () => {
      // Binding does not count as use.
      const bound = (await present().channel(connection)).bindQueue(name, 'amq.direct', name);
      return await bound.then(
        () => false,
        (error: Error) => error.message.includes('404'),
      );
    }, 'the queue to expire');
  });

  test('purge and delete tell how many messages went', async () => {
    const channel = await present().confirmChannel();
    const name = present().queue('purge');
    await channel.assertQueue(name);
    for (const body of ['1', '2', '3']) await publishConfirmed(channel, '', name, body);
    expect(await channel.purgeQueue(name)).toEqual({ messageCount: 3 });
    await publishConfirmed(channel, '', name, '4');
    expect(await channel.deleteQueue(name)).toEqual({ messageCount: 1 });
    expect(await channel.deleteQueue(name)).toEqual({ messageCount: 0 });
  });

  test('if-empty and if-unused protect a queue', async () => {
    const connection = await present().connection();
    const channel = await present().confirmChannel(connection);
    const name = present().queue('protected');
    await channel.assertQueue(name);
    await publishConfirmed(channel, '', name, 'x');
    const first = await present().channel(connection);
    await expect(first.deleteQueue(name, { ifEmpty: true })).rejects.toThrow(/406/);
    await channel.consume(name, () => undefined);
    const second = await present().channel(connection);
    await expect(second.deleteQueue(name, { ifUnused: true })).rejects.toThrow(/406/);
  });

  test('a quorum queue is accepted, and refused unless durable', async () => {
    const connection = await present().connection();
    const channel = await present().confirmChannel(connection);
    const quorum = { 'x-queue-type': 'quorum' };
    const name = present().queue('quorum');
    await channel.assertQueue(name, { durable: true, arguments: quorum });
    await publishConfirmed(channel, '', name, 'kept', { persistent: true });
    const other = await present().channel(connection);
    await expect(
      other.assertQueue(present().queue('fleeting'), { durable: false, arguments: quorum }),
    ).rejects.toThrow(/406/);
  });
}

/** Exchanges, bindings and what they match. */
export function describeRouting(present: Present): void {
  test('a direct exchange matches the key, a fanout everything', async () => {
    const channel = await present().confirmChannel();
    const [a, b] = [present().queue('a'), present().queue('b')];
    for (const type of ['direct', 'fanout']) {
      const exchange = present().exchange(type);
      await channel.assertExchange(exchange, type);
      for (const queue of [a, b]) {
        await channel.assertQueue(queue);
        await channel.bindQueue(queue, exchange, queue);
      }
      await publishConfirmed(channel, exchange, a, type);
    }
    expect(texts(await drain(channel, a))).toEqual(['direct', 'fanout']);
    expect(texts(await drain(channel, b))).toEqual(['fanout']);
  });

  test('a topic exchange matches words, stars and hashes', async () => {
    const channel = await present().confirmChannel();
    const exchange = present().exchange('topic');
    await channel.assertExchange(exchange, 'topic');
    const keys = ['logs', 'logs.web', 'logs.web.error', 'web.error', ''];
    const expected: Record<string, string[]> = {
      'logs.*.error': ['logs.web.error'],
      'logs.#': ['logs', 'logs.web', 'logs.web.error'],
      '#.error': ['logs.web.error', 'web.error'],
      '#': keys,
      '*': ['logs'],
      '#.web.#': ['logs.web', 'logs.web.error', 'web.error'],
    };
    for (const pattern of Object.keys(expected)) {
      const queue = present().queue(pattern);
      await channel.assertQueue(queue);
      await channel.bindQueue(queue, exchange, pattern);
    }
    for (const key of keys) await publishConfirmed(channel, exchange, key, key);
    for (const [pattern, matching] of Object.entries(expected)) {
      expect([pattern, texts(await drain(channel, present().queue(pattern)))]).toEqual([
        pattern,
        matching,
      ]);
    }
  });

  test('a message reaches a queue once, whatever ways lead there', async () => {
    const channel = await present().confirmChannel();
    const [topic, fanout] = [present().exchange('t'), present().exchange('f')];
    const queue = present().queue('once');
    await channel.assertExchange(topic, 'topic');
    await channel.assertExchange(fanout, 'fanout');
    await channel.assertQueue(queue);
    for (const key of ['a.#', '#.b', 'a.b']) await channel.bindQueue(queue, topic, key);
    await channel.bindExchange(fanout, topic, 'a.*');
    await channel.bindExchange(topic, fanout, '');
    await channel.bindQueue(queue, fanout, '');
    await publishConfirmed(channel, topic, 'a.b', 'x');
    expect(texts(await drain(channel, queue))).toEqual(['x']);
  });

  test('an unbound key no longer matches', async () => {
    const channel = await present().confirmChannel();
    const exchange = present().exchange('x');
    const queue = present().queue('q');
    await channel.assertExchange(exchange, 'topic');
    await channel.assertQueue(queue);
    await channel.bindQueue(queue, exchange, 'a.*');
    await channel.unbindQueue(queue, exchange, 'a.*');
    await publishConfirmed(channel, exchange, 'a.b', 'x');
    expect(await channel.get(queue)).toBe(false);
  });

  test('what an exchange cannot route goes to its alternate', async () => {
    const channel = await present().confirmChannel();
    const [main, alternate] = [present().exchange('main'), present().exchange('alternate')];
    const queue = present().queue('rest');
    await channel.assertExchange(alternate, 'fanout');
    await channel.assertExchange(main, 'direct', { alternateExchange: alternate });
    await channel.assertQueue(queue);
    await channel.bindQueue(queue, alternate, '');
    await publishConfirmed(channel, main, 'nowhere', 'x');
    expect(texts(await drain(channel, queue))).toEqual(['x']);
  });

  test('an auto-delete exchange goes with its last binding', async () => {
    const channel = await present().channel();
    const exchange = present().exchange('auto');
    const queue = present().queue('q');
    await channel.assertExchange(exchange, 'fanout', { autoDelete: true });
    await channel.assertQueue(queue);
    await channel.bindQueue(queue, exchange, '');
    await channel.deleteQueue(queue);
    await expect(channel.checkExchange(exchange)).rejects.toThrow(/404/);
  });
}
