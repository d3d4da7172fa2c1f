import { expect, test } from '@jest/globals';
import { connect } from 'amqplib';
import type { Present } from '../broker.contract.ts';
import { closeCode, within } from '../testing/session.ts';

/** Signing in, heartbeats. */
export function describeConnections(present: Present): void {
  test('a wrong password is refused', async () => {
    const url = new URL(present().url);
    url.password = 'wrong';
    await expect(connect(url.href)).rejects.toThrow(/ACCESS[_-]REFUSED/);
  });

  test('an unknown virtual host is refused', async () => {
    const url = new URL(present().url);
    url.pathname = '/nowhere';
    await expect(connect(url.href)).rejects.toThrow();
  });

  test('an idle connection with heartbeats stays open', async () => {
    const connection = await present().connection('?heartbeat=1');
    const channel = await present().channel(connection);
    let closed = false;
    connection.on('close', () => {
      closed = true;
    });
    // Longer than the two intervals after which either side would give up.
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    await channel.checkExchange('amq.topic');
    expect(closed).toBe(false);
  });
}

/** The codes of what clients do wrong. */
export function describeErrors(present: Present): void {
  test('publishing to a missing exchange closes the channel with 404', async () => {
    const channel = await present().channel();
    const code = closeCode(channel);
    channel.publish(present().exchange('missing'), 'x', Buffer.from('x'));
    expect(await code).toBe(404);
  });

  test('a declaration that differs closes the channel with 406', async () => {
    const connection = await present().connection();
    const name = present().queue('q');
    await (await present().channel(connection)).assertQueue(name, { durable: true });
    for (const options of [{ durable: false }, { durable: true, messageTtl: 5 }]) {
      const channel = await present().channel(connection);
      await expect(channel.assertQueue(name, options)).rejects.toThrow(/406.*inequivalent arg/);
    }
    const exchange = present().exchange('x');
    await (await present().channel(connection)).assertExchange(exchange, 'topic');
    const channel = await present().channel(connection);
    await expect(channel.assertExchange(exchange, 'direct')).rejects.toThrow(/406/);
  });

  test('reserved names and the default exchange are refused with 403', async () => {
    const connection = await present().connection();
    const refuse = async (attempt: Promise<unknown>) => {
      await expect(attempt).rejects.toThrow(/403/);
    };
    await refuse((await present().channel(connection)).assertQueue('amq.mine'));
    await refuse((await present().channel(connection)).assertExchange('amq.mine', 'topic'));
    const queue = present().queue('q');
    const channel = await present().channel(connection);
    await channel.assertQueue(queue);
    await refuse(channel.bindQueue(queue, '', 'key'));
  });

  test('acknowledging twice closes the channel with 406', async () => {
    const channel = await present().channel();
    const queue = present().queue('q');
    await channel.assertQueue(queue);
    channel.sendToQueue(queue, Buffer.from('x'));
    const message = await new Promise<Parameters<typeof channel.ack>[0] | null>((resolve) => {
      void channel.consume(queue, resolve);
    });
    const code = closeCode(channel);
    if (message) channel.ack(message);
    if (message) channel.ack(message);
    expect(await code).toBe(406);
  });

  test('an argument that cannot be is refused with 406', async () => {
    const channel = await present().channel();
    await expect(
      channel.assertQueue(present().queue('q'), { arguments: { 'x-message-ttl': -1 } }),
    ).rejects.toThrow(/406/);
  });

  test('an invalid expiration closes the channel with 406', async () => {
    const channel = await present().channel();
    const code = closeCode(channel);
    channel.publish('', present().queue('q'), Buffer.from('x'), { expiration: 'soon' });
    expect(await code).toBe(406);
  });

  test('a wrong user id closes the channel with 406', async () => {
    const channel = await present().channel();
    const code = closeCode(channel);
    channel.publish('', present().queue('q'), Buffer.from('x'), { userId: 'somebody' });
    expect(await code).toBe(406);
  });

  test('an unknown exchange type closes the connection with 503', async () => {
    const connection = await present().connection();
    const code = closeCode(connection);
    const channel = await present().channel(connection);
    channel.assertExchange(present().exchange('x'), 'no-such-type').catch(() => undefined);
    expect(await code).toBe(503);
  });

  test('a consumer tag that is in use closes the connection with 530', async () => {
    const connection = await present().connection();
    const code = closeCode(connection);
    const channel = await present().channel(connection);
    const queue = present().queue('q');
    await channel.assertQueue(queue);
    await channel.consume(queue, () => undefined, { consumerTag: 'twice' });
    channel.consume(queue, () => undefined, { consumerTag: 'twice' }).catch(() => undefined);
    expect(await within(code, 'the connection to close')).toBe(530);
  });

  test('a channel that failed does not harm its neighbours', async () => {
    const connection = await present().connection();
    const [bad, good] = [await present().channel(connection), await present().channel(connection)];
    await expect(bad.checkQueue(present().queue('missing'))).rejects.toThrow(/404/);
    const queue = present().queue('q');
    await expect(good.assertQueue(queue)).resolves.toMatchObject({ queue });
  });
}
