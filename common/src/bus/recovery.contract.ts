/** What the bus promises about connections that are lost. */
import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { newGeneration } from '../random.ts';
import { type BusBench, Inbox, stateIs } from '../testing/bus-bench.ts';
import type { BusState, OutgoingMessage } from './bus.ts';
import { ownQueue, sightOf } from './split-watch.ts';
import { EXCHANGE, FROM_AGENT_KEY, QUEUE } from './topology.ts';

/** Class and method of AMQP's `channel.close`. */
const CHANNEL_CLOSE = Buffer.from([0, 20, 0, 40]);

function heartbeat(text: string): OutgoingMessage {
  const { heartbeat: routingKey } = FROM_AGENT_KEY;
  return { exchange: EXCHANGE.fromAgents, routingKey, body: Buffer.from(text) };
}

/** Registers the tests; `bench` is the present one. */
export function describeRecovery(bench: () => BusBench): void {
  it.each(['hive', 'bee'] as const)(
    'tells a queue that is another connection’s own from one that is not there, as %s',
    async (account) => {
      const [owner, other] = [await bench().connection(account), await bench().connection(account)];
      if (!owner || !other) return;
      expect(await sightOf(other, await ownQueue(owner))).toBe('seen');
      expect(await sightOf(other, `amq.gen-${newGeneration()}`)).toBe('unseen');
    },
  );

  it('tells its state and consumes again when it says connected', async () => {
    const { bus, proxy } = await bench().proxied();
    const other = await bench().bus();
    const states: BusState[] = [];
    bus.onState((state) => states.push(state));
    const inbox = new Inbox<string>();
    const names: string[] = [];
    await bus.consumeOwn({ prefetch: 1, onReady: (queue) => names.push(queue) }, (delivery) => {
      delivery.ack();
      inbox.push(delivery.body.toString());
    });
    for (const text of ['first', 'second']) {
      proxy.cut();
      await stateIs(bus, 'disconnected');
      await stateIs(bus, 'connected');
      const routingKey = names.at(-1) ?? '';
      await other.publish({ exchange: '', routingKey, body: Buffer.from(text) });
      await inbox.until((items) => items.includes(text));
    }
    expect(inbox.items).toEqual(['first', 'second']);
    expect(new Set(names).size).toBe(3);
    expect(states).toEqual(['disconnected', 'connected', 'disconnected', 'connected']);
    expect(bus.stats().recoveries).toBe(2);
  });

  it('comes back where the connection is cut while it is set up, just when a channel is being closed', async () => {
    const { bus, proxy } = await bench().proxied();
    let closes = 0;
    proxy.watch((bytes) => {
      if (bytes.includes(CHANNEL_CLOSE) && ++closes <= 3) proxy.cut();
    });
    proxy.cut();
    await stateIs(bus, 'disconnected');
    await stateIs(bus, 'connected');
    expect(closes).toBeGreaterThan(3);
  });

  it('gets again what was not acknowledged, and takes a late acknowledgement for nothing', async () => {
    const { bus, proxy } = await bench().proxied();
    const mark = newGeneration();
    const held: { ack(): void }[] = [];
    const inbox = new Inbox<boolean>();
    await bus.consume(QUEUE.agentMonitor, { prefetch: 1 }, (delivery) => {
      if (delivery.body.toString() !== mark) return delivery.ack();
      if (delivery.redelivered) delivery.ack();
      else held.push(delivery);
      inbox.push(delivery.redelivered);
    });
    await (await bench().bus()).publish(heartbeat(mark));
    await inbox.count(1);
    proxy.cut();
    await stateIs(bus, 'disconnected');
    held[0]?.ack();
    await inbox.count(2);
    expect(inbox.items).toEqual([false, true]);
  });

  it('comes back when the link dies while it is being set up', async () => {
    const { bus, proxy } = await bench().proxied();
    let isCut = false;
    const ready = new Inbox<string>();
    const onReady = (queue: string) => {
      if (bus.state === 'disconnected' && !isCut) {
        isCut = true;
        proxy.cut();
      }
      ready.push(queue);
    };
    await bus.consumeOwn({ prefetch: 1, onReady }, (delivery) => delivery.ack());
    proxy.cut();
    await ready.count(3);
    await stateIs(bus, 'connected');
    const routingKey = ready.items.at(-1) ?? '';
    await bus.publish({ exchange: '', routingKey, body: Buffer.from('x') });
    expect(isCut).toBe(true);
  });

  it('waits out a broker that takes no connections', async () => {
    const { bus, proxy } = await bench().proxied();
    proxy.refuse(true);
    proxy.cut();
    await stateIs(bus, 'disconnected');
    const publish = bus.publish(heartbeat('patient'));
    proxy.refuse(false);
    await publish;
    expect(bus.state).toBe('connected');
  });

  it('notices a link that is silent', async () => {
    const { bus, proxy } = await bench().proxied({ heartbeatSeconds: 1 });
    proxy.pause();
    await stateIs(bus, 'disconnected');
    proxy.cut();
    proxy.resume();
    await stateIs(bus, 'connected');
    await bus.publish(heartbeat('after silence'));
  });

  it('consumes again after somebody deleted the queue', async () => {
    const bus = await bench().bus();
    const mark = newGeneration();
    const ready = new Inbox<string>();
    const inbox = new Inbox<string>();
    const options = { prefetch: 1, onReady: (queue: string) => ready.push(queue) };
    await bus.consume(QUEUE.agentMonitor, options, (delivery) => {
      delivery.ack();
      if (delivery.body.toString() === mark) inbox.push(mark);
    });
    await bench().administer(async (model) => {
      await (await model.createChannel()).deleteQueue(QUEUE.agentMonitor);
    });
    await ready.count(2);
    await bus.publish(heartbeat(mark));
    await inbox.count(1);
  });

  it('gives up the first connection after its deadline, with the reason', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const url = `amqp://somebody:secret@127.0.0.1:${port}`;
    const failed = bench().bus({ url, connectDeadlineMs: 300 });
    await expect(failed).rejects.toMatchObject({
      code: 'bus-lost',
      message: expect.stringMatching(/^(?!.*secret).*ECONNREFUSED/),
    });
  });

  it('confirms everything before it closes, and takes nothing after', async () => {
    const bus = await bench().bus();
    const publishes = Array.from({ length: 200 }, (_, index) => bus.publish(heartbeat(`${index}`)));
    await bus.close();
    await Promise.all(publishes);
    await expect(bus.publish(heartbeat('late'))).rejects.toMatchObject({ code: 'bus-closed' });
    const late = bus.consume(QUEUE.agentMonitor, { prefetch: 1 }, () => undefined);
    await expect(late).rejects.toMatchObject({ code: 'bus-closed' });
  });

  it('closes without a broker, and rejects what it could not send', async () => {
    const { bus, proxy } = await bench().proxied();
    proxy.refuse(true);
    proxy.cut();
    await stateIs(bus, 'disconnected');
    const publish = bus.publish(heartbeat('never'));
    const consume = bus.consumeOwn({ prefetch: 1 }, () => undefined);
    const outcomes = Promise.allSettled([publish, consume]);
    await bus.close(50);
    const closed = { status: 'rejected', reason: { code: 'bus-closed' } };
    expect(await outcomes).toMatchObject([closed, closed]);
  });
}
