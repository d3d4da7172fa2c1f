import { expect, test } from '@jest/globals';
import type { Present } from '../broker.contract.ts';
import { Inbox, publishConfirmed, until, within } from '../testing/session.ts';

/** Publisher confirms and returns. */
export function describeConfirms(present: Present): void {
  test('every publish is confirmed, also persistent among transient ones', async () => {
    const channel = await present().confirmChannel();
    const queue = present().queue('q');
    await channel.assertQueue(queue, { durable: true });
    const outcomes: Promise<unknown>[] = [];
    for (let index = 0; index < 500; index++) {
      const confirmed = new Promise((resolve) => {
        const options = { persistent: index % 3 === 0 };
        channel.sendToQueue(queue, Buffer.from(`${index}`), options, (error) => resolve(error));
      });
      outcomes.push(confirmed);
    }
    const errors = await within(Promise.all(outcomes), '500 confirms');
    expect(errors.filter((error) => error !== null)).toEqual([]);
    expect((await channel.checkQueue(queue)).messageCount).toBe(500);
  });

  test('an unroutable mandatory message is returned before it is confirmed', async () => {
    const channel = await present().confirmChannel();
    const exchange = present().exchange('x');
    await channel.assertExchange(exchange, 'direct');
    const events: string[] = [];
    channel.on('return', (message) => {
      events.push(`return ${message.fields.routingKey} ${message.content}`);
    });
    await publishConfirmed(channel, exchange, 'nowhere', 'body', { mandatory: true });
    events.push('confirm');
    expect(events).toEqual(['return nowhere body', 'confirm']);
  });

  test('an unroutable message that is not mandatory is confirmed', async () => {
    const channel = await present().confirmChannel();
    expect(await publishConfirmed(channel, '', 'no-such-queue', 'x')).toBe(true);
  });

  test('a full queue that rejects publishes nacks them', async () => {
    const channel = await present().confirmChannel();
    const queue = present().queue('full');
    await channel.assertQueue(queue, { maxLength: 1, overflow: 'reject-publish' });
    expect(await publishConfirmed(channel, '', queue, '1')).toBe(true);
    expect(await publishConfirmed(channel, '', queue, '2')).toBe(false);
    await channel.purgeQueue(queue);
    expect(await publishConfirmed(channel, '', queue, '3')).toBe(true);
  });
}

/** Request and reply without a queue for replies. */
export function describeReplies(present: Present): void {
  const pseudoQueue = 'amq.rabbitmq.reply-to';

  test('a reply reaches the channel that asked', async () => {
    const serving = await present().channel();
    const queue = present().queue('rpc');
    await serving.assertQueue(queue);
    await serving.consume(queue, (request) => {
      if (!request) return;
      const { replyTo, correlationId } = request.properties;
      serving.publish('', String(replyTo), Buffer.from(`re ${request.content}`), { correlationId });
      serving.ack(request);
    });
    const asking = await present().channel();
    const replies = await Inbox.open(asking, pseudoQueue, { noAck: true });
    asking.sendToQueue(queue, Buffer.from('hi'), { replyTo: pseudoQueue, correlationId: '7' });
    const [reply] = await replies.count(1);
    expect(reply?.content.toString()).toBe('re hi');
    expect(reply?.properties.correlationId).toBe('7');
  });

  test('a reply to someone who left is returned', async () => {
    const serving = await present().confirmChannel();
    const queue = present().queue('rpc');
    await serving.assertQueue(queue);
    const requests = await Inbox.open(serving, queue, { noAck: true });
    const connection = await present().connection();
    const asking = await present().channel(connection);
    await asking.consume(pseudoQueue, () => undefined, { noAck: true });
    asking.sendToQueue(queue, Buffer.from('hi'), { replyTo: pseudoQueue });
    const [request] = await requests.count(1);
    await connection.close();
    let returned = false;
    serving.on('return', () => {
      returned = true;
    });
    await until(async () => {
      const replyTo = String(request?.properties.replyTo);
      await publishConfirmed(serving, '', replyTo, 'late', { mandatory: true });
      return returned;
    }, 'the reply to come back');
  });

  test('a request without a consumer for replies is refused', async () => {
    const channel = await present().channel();
    const closed = new Promise<string>((resolve) => {
      channel.on('error', (error) => resolve(error.message));
    });
    channel.sendToQueue('anywhere', Buffer.from('x'), { replyTo: pseudoQueue });
    expect(await within(closed, 'the channel to close')).toMatch(/406/);
  });
}
