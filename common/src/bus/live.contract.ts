/** What events and live results promise. */
import { expect, it } from '@jest/globals';
import { LIVE_QUEUE_MESSAGES_MAX } from '../limits.ts';
import { newGeneration } from '../random.ts';
import { type BusBench, Inbox, stateIs } from '../testing/bus-bench.ts';
import type { BusEvent } from './bus.ts';
import { liveExchange } from './topology.ts';

/** Registers the tests; `bench` is the present one. */
export function describeEvents(bench: () => BusBench): void {
  it('reach those whose pattern matches, and nobody else', async () => {
    const [sender, receiver] = [await bench().bus(), await bench().bus()];
    const name = newGeneration();
    const inbox = new Inbox<BusEvent>();
    const subscription = await receiver.events.on(`${name}.*`, (event) => inbox.push(event));
    const all = new Inbox<BusEvent>();
    await receiver.events.on(`${name}.#`, (event) => all.push(event));
    sender.events.emit(`${name}.joined`, { agent: 'ä' });
    sender.events.emit(`${name}.document.changed`, undefined);
    sender.events.emit(`${name}.dead`, { agent: 2 });
    await inbox.count(2);
    await all.count(3);
    expect(inbox.items).toEqual([
      { name: `${name}.joined`, body: { agent: 'ä' } },
      { name: `${name}.dead`, body: { agent: 2 } },
    ]);
    expect(all.items[1]).toEqual({ name: `${name}.document.changed`, body: null });
    await subscription.cancel();
    sender.events.emit(`${name}.late`, 1);
    await all.count(4);
    expect(inbox.items).toHaveLength(2);
  });

  it('go on after a handler threw', async () => {
    const bus = await bench().bus();
    const name = newGeneration();
    const inbox = new Inbox<BusEvent>();
    await bus.events.on(name, (event) => {
      inbox.push(event);
      throw new Error('on purpose');
    });
    for (let index = 0; index < 100; index += 1) bus.events.emit(name, index);
    await inbox.count(100);
  });

  it('are dropped and counted without a broker, and come again with it', async () => {
    const { bus, proxy } = await bench().proxied();
    const name = newGeneration();
    const inbox = new Inbox<BusEvent>();
    await bus.events.on(name, (event) => inbox.push(event));
    proxy.cut();
    await stateIs(bus, 'disconnected');
    bus.events.emit(name, 'lost');
    expect(bus.stats().eventsDropped).toBe(1);
    await stateIs(bus, 'connected');
    bus.events.emit(name, 'seen');
    await inbox.count(1);
    expect(inbox.items).toEqual([{ name, body: 'seen' }]);
  });
}

/** Registers the tests; `bench` is the present one. */
export function describeLive(bench: () => BusBench): void {
  it('reach every listener, whoever came first', async () => {
    const [publisher, one, two] = [await bench().bus(), await bench().bus(), await bench().bus()];
    const query = newGeneration();
    const [early, late] = [new Inbox<string>(), new Inbox<string>()];
    await one.live.listen(query, (body) => early.push(body.toString()));
    await publisher.live.open(query);
    await two.live.listen(query, (body) => late.push(body.toString()));
    publisher.live.publish(query, Buffer.from('match'));
    await Promise.all([early.count(1), late.count(1)]);
    expect([...early.items, ...late.items]).toEqual(['match', 'match']);
  });

  it('cost nothing without listeners, and nothing is left over', async () => {
    const bus = await bench().bus();
    const query = newGeneration();
    const exists = () =>
      bench().administer(async (model) => {
        const channel = await model.createChannel();
        channel.on('error', () => undefined);
        return await channel.checkExchange(liveExchange(query)).then(
          () => true,
          () => false,
        );
      });
    bus.live.publish(query, Buffer.from('not open'));
    expect(bus.stats().liveDropped).toBe(1);
    await bus.live.open(query);
    const listening = await bus.live.listen(query, () => undefined);
    await listening.cancel();
    expect(await exists()).toBe(true);
    bus.live.publish(query, Buffer.from('nobody'));
    await bus.live.close(query);
    expect(await exists()).toBe(false);
    expect(bus.stats().liveDropped).toBe(1);
  });

  it('survive that somebody deletes the exchange', async () => {
    const bus = await bench().bus();
    const [query, other] = [newGeneration(), newGeneration()];
    const inbox = new Inbox<string>();
    await bus.live.open(query);
    await bus.live.open(other);
    await bus.live.listen(other, (body) => inbox.push(body.toString()));
    await bench().administer(async (model) => {
      await (await model.createChannel()).deleteExchange(liveExchange(query));
    });
    bus.live.publish(query, Buffer.from('closes the channel'));
    // What is published meanwhile may be lost, so it is published until it comes.
    const publish = () => {
      if (inbox.items.length > 0) return;
      bus.live.publish(other, Buffer.from('match'));
      setTimeout(publish, 20);
    };
    publish();
    await inbox.count(1);
    await expect(
      bus.publish({ exchange: '', routingKey: query, body: Buffer.from('x') }),
    ).rejects.toMatchObject({ code: 'unroutable' });
  });

  it('come again after either link was cut', async () => {
    const sending = await bench().proxied();
    const receiving = await bench().proxied();
    const query = newGeneration();
    const inbox = new Inbox<string>();
    await sending.bus.live.open(query);
    await receiving.bus.live.listen(query, (body) => inbox.push(body.toString()));
    for (const { bus, proxy } of [sending, receiving]) {
      proxy.cut();
      await stateIs(bus, 'disconnected');
      await stateIs(bus, 'connected');
      sending.bus.live.publish(query, Buffer.from('match'));
      await inbox.count(inbox.items.length + 1);
    }
    expect(inbox.items).toEqual(['match', 'match']);
  });

  it('drop the oldest for a listener that does not keep up', async () => {
    const publisher = await bench().bus();
    const { bus, proxy } = await bench().proxied();
    const query = newGeneration();
    const inbox = new Inbox<number>();
    await publisher.live.open(query);
    await bus.live.listen(query, (body) => inbox.push(Number(body.toString())));
    const watcher = new Inbox<number>();
    await publisher.live.listen(query, (body) => watcher.push(Number(body.toString())));
    proxy.pause();
    const count = 3 * LIVE_QUEUE_MESSAGES_MAX;
    for (let index = 0; index < count; index += 1) {
      publisher.live.publish(query, Buffer.from(String(index)));
      if (index % 100 === 99) await watcher.until((items) => items.includes(index));
    }
    expect(publisher.stats().liveDropped).toBe(0);
    proxy.resume();
    await inbox.until((items) => items.includes(count - 1));
    expect(inbox.items.length).toBeLessThan(count);
    expect(inbox.items.length).toBeGreaterThanOrEqual(LIVE_QUEUE_MESSAGES_MAX);
    expect(inbox.items).toEqual(inbox.items.toSorted((a, b) => a - b));
    expect(watcher.items).toHaveLength(count);
  });
}
