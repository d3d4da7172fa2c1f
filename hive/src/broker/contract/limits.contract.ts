import { expect, test } from '@jest/globals';
import type { Channel, ConfirmChannel, Options } from 'amqplib';
import type { Present } from '../broker.contract.ts';
import { drain, Inbox, publishConfirmed, texts, untilDepth } from '../testing/session.ts';

interface Pair {
  readonly channel: ConfirmChannel;
  readonly source: string;
  readonly dead: string;
}

/** A queue whose dead letters go to another. */
async function deadLettering(present: Present, options: Options.AssertQueue): Promise<Pair> {
  const channel = await present().confirmChannel();
  const [source, dead] = [present().queue('source'), present().queue('dead')];
  await channel.assertQueue(dead, { durable: true });
  const letters = { deadLetterExchange: '', deadLetterRoutingKey: dead };
  await channel.assertQueue(source, { durable: true, ...letters, ...options });
  return { channel, source, dead };
}

async function deaths(channel: Channel, dead: string) {
  const [message] = await (await Inbox.open(channel, dead)).count(1);
  const entries: unknown = message?.properties.headers?.['x-death'];
  return { message, entries };
}

/** What happens to messages that a queue gives up. */
export function describeDeadLetters(present: Present): void {
  test('a rejected message is dead-lettered with its history', async () => {
    const { channel, source, dead } = await deadLettering(present, {});
    await publishConfirmed(channel, '', source, 'x', { headers: { own: 1 }, persistent: true });
    const inbox = await Inbox.open(channel, source);
    const [message] = await inbox.count(1);
    if (message) channel.reject(message, false);
    const { message: letter, entries } = await deaths(channel, dead);
    expect(letter?.content.toString()).toBe('x');
    expect(letter?.properties.headers).toMatchObject({
      own: 1,
      'x-first-death-queue': source,
      'x-first-death-reason': 'rejected',
    });
    expect(entries).toMatchObject([
      { queue: source, reason: 'rejected', count: 1, exchange: '', 'routing-keys': [source] },
    ]);
  });

  test('an expired message is dead-lettered though nobody consumes', async () => {
    const { channel, source, dead } = await deadLettering(present, { messageTtl: 50 });
    await publishConfirmed(channel, '', source, 'x');
    const { entries } = await deaths(channel, dead);
    expect(entries).toMatchObject([{ queue: source, reason: 'expired' }]);
  });

  test('a message’s own expiration counts too, and is not passed on', async () => {
    const { channel, source, dead } = await deadLettering(present, { messageTtl: 60_000 });
    await publishConfirmed(channel, '', source, 'x', { expiration: 50 });
    const { message, entries } = await deaths(channel, dead);
    expect(message?.properties.expiration).toBeUndefined();
    expect(entries).toMatchObject([{ reason: 'expired', 'original-expiration': '50' }]);
  });

  test('without a dead-letter exchange an expired message is gone', async () => {
    const channel = await present().confirmChannel();
    const queue = present().queue('q');
    await channel.assertQueue(queue);
    await publishConfirmed(channel, '', queue, 'x', { expiration: 20 });
    await untilDepth(channel, queue, 0);
  });

  test('a queue that is too long dead-letters its oldest', async () => {
    const { channel, source, dead } = await deadLettering(present, { maxLength: 2 });
    for (const body of ['1', '2', '3']) await publishConfirmed(channel, '', source, body);
    await untilDepth(channel, dead, 1);
    expect(texts(await drain(channel, source))).toEqual(['2', '3']);
    const { message, entries } = await deaths(channel, dead);
    expect(message?.content.toString()).toBe('1');
    expect(entries).toMatchObject([{ reason: 'maxlen' }]);
  });

  test('a message that dies again is counted', async () => {
    const channel = await present().confirmChannel();
    const [a, b] = [present().queue('a'), present().queue('b')];
    const to = (key: string) => ({ deadLetterExchange: '', deadLetterRoutingKey: key });
    await channel.assertQueue(a, to(b));
    await channel.assertQueue(b, { ...to(a), messageTtl: 20 });
    await publishConfirmed(channel, '', a, 'x');
    const inbox = await Inbox.open(channel, a);
    const [first] = await inbox.count(1);
    if (first) channel.reject(first, false);
    const [, second] = await inbox.count(2);
    if (second) channel.reject(second, false);
    const [, , third] = await inbox.count(3);
    const entries: unknown = third?.properties.headers?.['x-death'];
    expect(entries).toMatchObject([
      { queue: b, reason: 'expired', count: 2 },
      { queue: a, reason: 'rejected', count: 2 },
    ]);
  });
}

/** Lengths, bytes, redeliveries. */
export function describeLimits(present: Present): void {
  test('a queue with too many bytes drops its oldest', async () => {
    const channel = await present().confirmChannel();
    const queue = present().queue('bytes');
    await channel.assertQueue(queue, { arguments: { 'x-max-length-bytes': 10 } });
    for (const body of ['aaaa', 'bbbb', 'cccc']) await publishConfirmed(channel, '', queue, body);
    await untilDepth(channel, queue, 2);
    expect(texts(await drain(channel, queue))).toEqual(['bbbb', 'cccc']);
  });

  test('a quorum queue gives a message up after its delivery limit', async () => {
    const { channel, source, dead } = await deadLettering(present, {
      arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 2 },
    });
    await publishConfirmed(channel, '', source, 'poison', { persistent: true });
    let deliveries = 0;
    await channel.consume(source, (message) => {
      deliveries++;
      if (message) channel.nack(message, false, true);
    });
    const { entries } = await deaths(channel, dead);
    expect(entries).toMatchObject([{ queue: source, reason: 'delivery_limit' }]);
    expect(deliveries).toBe(3);
  });

  test('a quorum queue without a limit gives nothing up', async () => {
    const channel = await present().confirmChannel();
    const queue = present().queue('patient');
    await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await publishConfirmed(channel, '', queue, 'good', { persistent: true });
    const inbox = await Inbox.open(channel, queue);
    for (let count = 1; count <= 30; count++) {
      const message = (await inbox.count(count)).at(-1);
      if (message) channel.nack(message, false, true);
    }
    const last = (await inbox.count(31)).at(-1);
    expect(last?.fields.redelivered).toBe(true);
  });
}
