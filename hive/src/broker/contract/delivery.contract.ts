import { expect, test } from '@jest/globals';
import type { Channel, ConfirmChannel } from 'amqplib';
import type { Present } from '../broker.contract.ts';
import { drain, Inbox, publishConfirmed, texts, until, untilDepth } from '../testing/session.ts';

async function filled(
  present: Present,
  bodies: readonly string[],
): Promise<{ channel: ConfirmChannel; queue: string }> {
  const channel = await present().confirmChannel();
  const queue = present().queue('q');
  await channel.assertQueue(queue, { durable: true });
  for (const body of bodies) await publishConfirmed(channel, '', queue, body);
  return { channel, queue };
}

const TEN = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

async function unacked(channel: Channel, queue: string, bound: number, total: number) {
  await until(async () => {
    const { messageCount } = await channel.checkQueue(queue);
    return messageCount === total - bound;
  }, `${bound} deliveries under way`);
}

/** Prefetch, sharing, cancelling. */
export function describeConsumers(present: Present): void {
  test('prefetch bounds what a consumer holds', async () => {
    const { channel, queue } = await filled(present, TEN);
    const consuming = await present().channel();
    await consuming.prefetch(3);
    const inbox = await Inbox.open(consuming, queue);
    await unacked(channel, queue, 3, 10);
    const [, , third] = await inbox.count(3);
    if (third) consuming.ack(third, true);
    await inbox.count(6);
    await untilDepth(channel, queue, 4);
    expect(inbox.texts()).toEqual(TEN.slice(0, 6));
  });

  test('a global prefetch is shared by the channel’s consumers', async () => {
    const { channel, queue } = await filled(present, TEN);
    const consuming = await present().channel();
    await consuming.prefetch(4, true);
    const inboxes = [await Inbox.open(consuming, queue), await Inbox.open(consuming, queue)];
    await untilDepth(channel, queue, 6);
    expect(inboxes.flatMap((inbox) => inbox.texts()).sort()).toEqual(['0', '1', '2', '3']);
  });

  test('consumers take turns', async () => {
    const { channel, queue } = await filled(present, []);
    const consuming = await present().channel();
    const inboxes = [
      await Inbox.open(consuming, queue, { noAck: true }),
      await Inbox.open(consuming, queue, { noAck: true }),
    ];
    for (const body of TEN) await publishConfirmed(channel, '', queue, body);
    for (const inbox of inboxes) await inbox.count(5);
  });

  test('a consumer learns that its queue is gone', async () => {
    const { channel, queue } = await filled(present, []);
    const inbox = await Inbox.open(await present().channel(), queue);
    await channel.deleteQueue(queue);
    expect(await inbox.events(1)).toEqual([null]);
  });

  test('an exclusive consumer keeps others out', async () => {
    const { channel, queue } = await filled(present, []);
    await channel.consume(queue, () => undefined, { exclusive: true });
    const other = await present().channel();
    await expect(other.consume(queue, () => undefined)).rejects.toThrow(/403/);
  });

  test('properties, headers and a body of 5 MB arrive as they were sent', async () => {
    const { channel, queue } = await filled(present, []);
    const body = Buffer.alloc(5 * 1024 * 1024, 'Apiary ');
    const headers = { n: 1, text: 'ä', list: [1, 'x', true], nested: { deep: { er: 2.5 } } };
    await publishConfirmed(channel, '', queue, body, {
      persistent: true,
      contentType: 'application/octet-stream',
      contentEncoding: 'zstd',
      headers,
      priority: 3,
      correlationId: 'c',
      replyTo: 'r',
      messageId: 'm',
      timestamp: 1_700_000_000,
      type: 'data',
      appId: 'a',
    });
    const [message] = await (await Inbox.open(channel, queue)).count(1);
    expect(message?.content.equals(body)).toBe(true);
    expect(message?.properties).toMatchObject({ headers, deliveryMode: 2, type: 'data' });
    expect(message?.properties).toMatchObject({
      timestamp: 1_700_000_000,
      contentEncoding: 'zstd',
    });
  });

  test('an empty body arrives', async () => {
    const { channel, queue } = await filled(present, ['']);
    const message = await channel.get(queue);
    expect(message ? message.content.length : -1).toBe(0);
  });
}

/** ack, nack, reject, requeue, recover, get. */
export function describeAcknowledgements(present: Present): void {
  test('what is requeued keeps its place and is marked', async () => {
    const { queue } = await filled(present, ['a', 'b', 'c']);
    const consuming = await present().channel();
    await consuming.prefetch(1);
    const inbox = await Inbox.open(consuming, queue);
    const [first] = await inbox.count(1);
    if (first) consuming.nack(first, false, true);
    for (let count = 2; count <= 4; count++) {
      const message = (await inbox.count(count)).at(-1);
      if (message) consuming.ack(message);
    }
    expect(inbox.texts()).toEqual(['a', 'a*', 'b', 'c']);
  });

  test('what a closed channel held comes again in order', async () => {
    const { channel, queue } = await filled(present, ['a', 'b', 'c']);
    const consuming = await present().channel();
    await consuming.prefetch(2);
    const inbox = await Inbox.open(consuming, queue);
    const [, second] = await inbox.count(2);
    if (second) consuming.ack(second);
    await inbox.count(3);
    await consuming.close();
    await untilDepth(channel, queue, 2);
    const again = await drain(channel, queue);
    expect(texts(again)).toEqual(['a', 'c']);
    expect(again.map((message) => message.fields.redelivered)).toEqual([true, true]);
  });

  test('reject without requeue drops; ackAll acknowledges everything', async () => {
    const { channel, queue } = await filled(present, ['a', 'b', 'c']);
    const consuming = await present().channel();
    const inbox = await Inbox.open(consuming, queue);
    const [first] = await inbox.count(3);
    if (first) consuming.reject(first, false);
    consuming.ackAll();
    await consuming.close();
    await untilDepth(channel, queue, 0);
  });

  test('recover brings everything back', async () => {
    const { queue } = await filled(present, ['a', 'b']);
    const consuming = await present().channel();
    const inbox = await Inbox.open(consuming, queue);
    await inbox.count(2);
    await consuming.recover();
    await inbox.count(4);
    expect(inbox.texts().sort()).toEqual(['a', 'a*', 'b', 'b*']);
  });

  test('get tells how many are left, and when there is none', async () => {
    const { channel, queue } = await filled(present, ['a', 'b']);
    await untilDepth(channel, queue, 2);
    const message = await channel.get(queue);
    expect(message && [message.fields.messageCount, message.content.toString()]).toEqual([1, 'a']);
    if (message) channel.ack(message);
    await channel.get(queue, { noAck: true });
    expect(await channel.get(queue)).toBe(false);
  });
}
