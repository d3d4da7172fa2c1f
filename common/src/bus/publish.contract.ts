/** What publishing and consuming promise. */
import { expect, it } from '@jest/globals';
import { PUBLISH_WAITING_MAX, PUBLISH_WINDOW } from '../limits.ts';
import { newGeneration } from '../random.ts';
import { type BusBench, Inbox, stateIs } from '../testing/bus-bench.ts';
import type { AmqpBus } from './amqp-bus.ts';
import type { Delivery, OutgoingMessage } from './bus.ts';
import { EXCHANGE, FROM_AGENT_KEY, QUEUE } from './topology.ts';

/** A message to the agent manager's inbox. */
function handshake(text: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    exchange: EXCHANGE.fromAgents,
    routingKey: FROM_AGENT_KEY.handshake,
    body: Buffer.from(text),
    ...more,
  };
}

/** Consumes an inbox and acknowledges; only what begins with `mark` is collected. */
async function collect(bus: AmqpBus, mark: string): Promise<Inbox<string>> {
  const inbox = new Inbox<string>();
  await bus.consume(QUEUE.agentManager, { prefetch: 100 }, (delivery) => {
    delivery.ack();
    const text = delivery.body.toString();
    if (text.startsWith(mark)) inbox.push(text);
  });
  return inbox;
}

const numbered = (mark: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${mark}-${index}`);

/** Registers the tests; `bench` is the present one. */
export function describePublishing(bench: () => BusBench): void {
  it('carries body, type, headers, correlation id and reply-to', async () => {
    const bus = await bench().bus();
    const mark = newGeneration();
    const inbox = new Inbox<Delivery>();
    await bus.consume(QUEUE.agentManager, { prefetch: 10 }, (delivery) => {
      delivery.ack();
      if (delivery.body.toString() === mark) inbox.push(delivery);
    });
    const headers = { text: 'ä', number: 7, yes: true };
    const rest = { type: 'handshake', headers, correlationId: 'c1', replyTo: 'q1' };
    await bus.publish(handshake(mark, rest));
    await inbox.count(1);
    expect(inbox.items[0]).toMatchObject({
      ...rest,
      exchange: EXCHANGE.fromAgents,
      routingKey: FROM_AGENT_KEY.handshake,
      redelivered: false,
    });
  });

  it('tells how many messages wait in a queue', async () => {
    const bus = await bench().bus();
    const before = (await bus.depths([QUEUE.dead])).get(QUEUE.dead) ?? 0;
    await bus.publish({ exchange: EXCHANGE.dead, routingKey: '', body: Buffer.from('one') });
    expect((await bus.depths([QUEUE.dead, 'no.such.queue'])).get(QUEUE.dead)).toBe(before + 1);
    const subscription = await bus.consume(QUEUE.dead, { prefetch: 1 }, (delivery) =>
      delivery.ack(),
    );
    await bus.publish(handshake('still usable'));
    await subscription.cancel();
  });

  it('carries bodies of several frames and of none', async () => {
    const bus = await bench().bus();
    const inbox = new Inbox<number>();
    const subscription = await bus.consume(QUEUE.deliveries, { prefetch: 1 }, (delivery) => {
      inbox.push(delivery.body.length);
      delivery.ack();
    });
    for (const size of [0, 1_000_000]) {
      const body = Buffer.alloc(size, 7);
      await bus.publish({ exchange: EXCHANGE.deliveries, routingKey: 'delivery', body });
    }
    await inbox.count(2);
    expect(inbox.items).toEqual([0, 1_000_000]);
    await subscription.cancel();
  });

  it('rejects what no queue takes', async () => {
    const bus = await bench().bus();
    const lost = { exchange: EXCHANGE.fromAgents, routingKey: 'nobody', body: Buffer.from('x') };
    await expect(bus.publish(lost)).rejects.toMatchObject({ code: 'unroutable' });
    const noQueue = { exchange: '', routingKey: newGeneration(), body: Buffer.from('x') };
    await expect(bus.publish(noQueue)).rejects.toMatchObject({ code: 'unroutable' });
    const mixed = await Promise.allSettled([
      bus.publish(handshake('good')),
      bus.publish(lost),
      bus.publish(handshake('good')),
    ]);
    expect(mixed.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('delivers again what was given back or not acknowledged', async () => {
    const bus = await bench().bus();
    const inbox = new Inbox<Delivery>();
    let own = '';
    await bus.consumeOwn({ prefetch: 1, onReady: (queue) => (own = queue) }, (delivery) => {
      if (delivery.redelivered) delivery.ack();
      else delivery.requeue();
      inbox.push(delivery);
    });
    await bus.publish({ exchange: '', routingKey: own, body: Buffer.from('x') });
    await inbox.count(2);
    expect(inbox.items.map(({ redelivered }) => redelivered)).toEqual([false, true]);

    const held = new Inbox<Delivery>();
    const body = Buffer.from(newGeneration());
    const first = await bus.consume(QUEUE.deliveries, { prefetch: 1 }, (d) => held.push(d));
    await bus.publish({ exchange: EXCHANGE.deliveries, routingKey: 'delivery', body });
    await held.count(1);
    await first.cancel();
    const second = await bus.consume(QUEUE.deliveries, { prefetch: 1 }, (delivery) => {
      delivery.ack();
      held.push(delivery);
    });
    await held.count(2);
    expect(held.items[1]?.redelivered).toBe(true);
    expect(held.items[1]?.body).toEqual(body);
    await second.cancel();
  });

  it('keeps at most the prefetch unacknowledged', async () => {
    const bus = await bench().bus();
    const held = new Inbox<Delivery>();
    let own = '';
    await bus.consumeOwn({ prefetch: 3, onReady: (queue) => (own = queue) }, (d) => held.push(d));
    const publish = () => bus.publish({ exchange: '', routingKey: own, body: Buffer.from('x') });
    await Promise.all(Array.from({ length: 10 }, publish));
    await held.count(3);
    await publish();
    expect(held.items).toHaveLength(3);
    for (let index = 0; index < 11; index += 1) {
      held.items[index]?.ack();
      await held.count(Math.min(11, index + 4));
    }
  });

  it('leaves the delivery of a failed handler unacknowledged and goes on', async () => {
    const bus = await bench().bus();
    const held = new Inbox<Delivery>();
    let own = '';
    await bus.consumeOwn({ prefetch: 2, onReady: (queue) => (own = queue) }, async (delivery) => {
      held.push(delivery);
      throw new Error('on purpose');
    });
    for (const text of ['a', 'b']) {
      await bus.publish({ exchange: '', routingKey: own, body: Buffer.from(text) });
    }
    await held.count(2);
    expect(held.items.map(({ body }) => body.toString())).toEqual(['a', 'b']);
  });

  it('holds back callers past the window, refuses them past the waiting room, keeps the order', async () => {
    const { bus, proxy } = await bench().proxied();
    const mark = newGeneration();
    const inbox = await collect(await bench().bus(), mark);
    await bus.publish(handshake('open'));
    proxy.pause();
    const texts = numbered(mark, PUBLISH_WINDOW + PUBLISH_WAITING_MAX);
    const publishes = texts.map((text) => bus.publish(handshake(text, { persistent: false })));
    expect(bus.stats().unconfirmed).toBe(texts.length);
    await expect(bus.publish(handshake('more'))).rejects.toMatchObject({ code: 'too-many' });
    proxy.resume();
    await Promise.all(publishes);
    expect(bus.stats().unconfirmed).toBe(0);
    await inbox.count(texts.length);
    expect(inbox.items).toEqual(texts);
  });

  it('sends again in order what was unconfirmed when the link was cut', async () => {
    const { bus, proxy } = await bench().proxied();
    const mark = newGeneration();
    const inbox = await collect(await bench().bus(), mark);
    const texts = numbered(mark, 1_000);
    const publishes = texts.map((text) => bus.publish(handshake(text)));
    await inbox.count(1);
    proxy.cut();
    await stateIs(bus, 'disconnected');
    proxy.cut();
    await Promise.all(publishes);
    const last = texts.at(-1) ?? '';
    await inbox.until((items) => items.includes(last));
    expect([...new Set(inbox.items)]).toEqual(texts);
  });

  it('takes publishes while disconnected, until their signal is aborted', async () => {
    const { bus, proxy } = await bench().proxied();
    const mark = newGeneration();
    const inbox = await collect(await bench().bus(), mark);
    proxy.refuse(true);
    proxy.cut();
    await stateIs(bus, 'disconnected');
    const controller = new AbortController();
    const given = bus.publish(handshake(`${mark}-up`), controller.signal);
    const kept = bus.publish(handshake(`${mark}-kept`));
    controller.abort(new Error('given up'));
    await expect(given).rejects.toThrow('given up');
    await expect(bus.publish(handshake('late'), controller.signal)).rejects.toThrow('given up');
    proxy.refuse(false);
    await kept;
    await inbox.count(1);
    expect(inbox.items).toEqual([`${mark}-kept`]);
  });

  it('waits for an exchange that is not there yet, and only there', async () => {
    const bus = await bench().bus();
    const exchange = `apiary.test.${newGeneration()}`;
    let outcome = 'waits';
    const early = bus.publish({ exchange, routingKey: 'k', body: Buffer.from('x') }).then(
      () => (outcome = 'confirmed'),
      // The exchange comes before its binding, and the publish may fall between.
      ({ code }) => (outcome = code),
    );
    await Promise.all(numbered('other', 100).map((text) => bus.publish(handshake(text))));
    expect(outcome).toBe('waits');
    await bench().administer(async (model) => {
      const channel = await model.createChannel();
      const { queue } = await channel.assertQueue('', { expires: 60_000 });
      await channel.assertExchange(exchange, 'fanout', { durable: false, autoDelete: true });
      await channel.bindQueue(queue, exchange, '');
      await early;
    });
    expect(['confirmed', 'unroutable']).toContain(outcome);
  });

  it('refuses alone the message that makes the broker close the channel', async () => {
    const bus = await bench().bus();
    const texts = numbered('beside', 40);
    const publishes = texts.map((text, index) =>
      bus.publish(handshake(text, index === 20 ? { expirationMs: Number.NaN } : {})),
    );
    const outcomes = await Promise.allSettled(publishes);
    const failed = outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []));
    expect(failed).toEqual([20]);
    expect(outcomes[20]).toMatchObject({ reason: { code: 'broker-refused' } });
  });

  it('refuses an account what it may not do', async () => {
    const bus = await bench().beeBus();
    if (!bus) return;
    const delivery = { exchange: EXCHANGE.deliveries, routingKey: 'delivery' };
    const publish = bus.publish({ ...delivery, body: Buffer.from('x') });
    await expect(publish).rejects.toMatchObject({ code: 'broker-refused' });
    const consume = bus.consume(QUEUE.blocks, { prefetch: 1 }, () => undefined);
    await expect(consume).rejects.toMatchObject({ code: 'broker-refused' });
    await bus.publish(handshake('allowed'));
  });
}
