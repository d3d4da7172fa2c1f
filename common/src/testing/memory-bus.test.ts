import { describe, expect, test } from '@jest/globals';
import type { Actor, Delivery } from '../bus/bus.ts';
import { EXCHANGE, FROM_AGENT_KEY, QUEUE } from '../bus/topology.ts';
import { ManualClock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { createMemoryBus, MemoryBus } from './memory-bus.ts';

const actor: Actor = { kind: 'component', id: 'test', name: 'test', role: 'system' };
const heartbeat = (text: string) => ({
  exchange: EXCHANGE.fromAgents,
  routingKey: FROM_AGENT_KEY.heartbeat,
  body: Buffer.from(text),
});

describe('memory bus: publishing and consuming', () => {
  test('a message goes through its exchange to the queue that is bound', async () => {
    const { bus, broker } = createMemoryBus();
    const seen: Delivery[] = [];
    await bus.publish({ ...heartbeat('one'), headers: { agent: 'a' }, type: 'heartbeat' });
    await bus.consume(QUEUE.agentMonitor, { prefetch: 10 }, (delivery) => {
      seen.push(delivery);
      delivery.ack();
    });
    await broker.settled();
    expect(seen.map(({ body }) => body.toString())).toEqual(['one']);
    expect(seen[0]).toMatchObject({ type: 'heartbeat', headers: { agent: 'a' } });
  });

  test('prefetch bounds what is unacknowledged, and cancelling gives it back in order', async () => {
    const { bus, broker } = createMemoryBus();
    const seen: string[] = [];
    for (const text of ['1', '2', '3']) await bus.publish(heartbeat(text));
    const subscription = await bus.consume(QUEUE.agentMonitor, { prefetch: 2 }, ({ body }) => {
      seen.push(body.toString());
    });
    await broker.settled();
    expect(seen).toEqual(['1', '2']);
    await subscription.cancel();
    const ready = broker.queue(QUEUE.agentMonitor)?.ready ?? [];
    expect(ready.map(({ body, redelivered }) => [body.toString(), redelivered])).toEqual([
      ['1', true],
      ['2', true],
      ['3', false],
    ]);
  });

  test('a message that no queue takes is unroutable, one that waited too long is dropped', async () => {
    const clock = new ManualClock();
    const { bus, broker } = createMemoryBus({ clock });
    await expect(
      bus.publish({ exchange: '', routingKey: 'gone', body: Buffer.alloc(0) }),
    ).rejects.toMatchObject({ code: 'unroutable' });
    await bus.publish({ ...heartbeat('old'), expirationMs: 10 });
    clock.advance(11);
    const seen: string[] = [];
    await bus.consume(QUEUE.agentMonitor, { prefetch: 1 }, ({ body }) => {
      seen.push(body.toString());
    });
    await broker.settled();
    expect(seen).toEqual([]);
  });

  test('a cut sends unconfirmed messages again and gives an own queue a new name', async () => {
    const { bus, broker } = createMemoryBus();
    const names: string[] = [];
    await bus.consumeOwn({ prefetch: 1, onReady: (name) => names.push(name) }, () => undefined);
    broker.holdConfirms();
    const published = bus.publish(heartbeat('twice'));
    bus.cut();
    expect(bus.state).toBe('disconnected');
    expect(broker.queue(names[0] ?? '')).toBeUndefined();
    bus.restore();
    broker.releaseConfirms();
    await published;
    expect(broker.queue(QUEUE.agentMonitor)?.ready).toHaveLength(2);
    expect(new Set(names).size).toBe(2);
  });

  test('a publish waits for a topology that is not there yet', async () => {
    const { bus, broker } = createMemoryBus({ topology: false });
    const published = bus.publish(heartbeat('early'));
    broker.declareTopology();
    await published;
    expect(broker.queue(QUEUE.agentMonitor)?.ready).toHaveLength(1);
  });

  test('an aborted publish and a closed bus reject', async () => {
    const { bus } = createMemoryBus();
    bus.cut();
    const controller = new AbortController();
    const aborted = bus.publish(heartbeat('x'), controller.signal);
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    const waiting = bus.publish(heartbeat('y'));
    await bus.close();
    await expect(waiting).rejects.toMatchObject({ code: 'bus-closed' });
    await expect(bus.publish(heartbeat('z'))).rejects.toMatchObject({ code: 'bus-closed' });
  });
});

describe('memory bus: rpc', () => {
  test('an answer comes back, an error keeps its code, nobody is an error at once', async () => {
    const { bus, broker } = createMemoryBus();
    const other = new MemoryBus(broker);
    await expect(bus.rpc.call({ component: 'x' }, 'x.y', 1, { actor })).rejects.toMatchObject({
      code: 'component-missing',
    });
    await other.rpc.serve({ component: 'x', instance: 'i' }, (request) => {
      if (request.body === 0) throw new AppError('not-found', 'zero', { details: { at: 0 } });
      return Promise.resolve({ doubled: Number(request.body) * 2 });
    });
    expect(await bus.rpc.call({ component: 'x' }, 'x.y', 2, { actor })).toEqual({ doubled: 4 });
    await expect(
      bus.rpc.call({ component: 'x', instance: 'i' }, 'x.y', 0, { actor }),
    ).rejects.toMatchObject({ code: 'not-found', message: 'zero', details: { at: 0 } });
  });

  test('a deadline aborts the handler; a cut fails the caller', async () => {
    const clock = new ManualClock();
    const { bus } = createMemoryBus({ clock });
    const signals: AbortSignal[] = [];
    await bus.rpc.serve({ component: 'x' }, (request) => {
      signals.push(request.signal);
      return new Promise(() => undefined);
    });
    const late = bus.rpc.call({ component: 'x' }, 'x.y', {}, { actor, deadlineMs: 50 });
    clock.advance(50);
    await expect(late).rejects.toMatchObject({ code: 'deadline-passed' });
    expect(signals[0]?.aborted).toBe(true);
    const lost = bus.rpc.call({ component: 'x' }, 'x.y', {}, { actor });
    bus.cut();
    await expect(lost).rejects.toMatchObject({ code: 'bus-lost' });
  });

  test('leaving a stream early tells the handler', async () => {
    const { bus } = createMemoryBus();
    let ended = false;
    await bus.rpc.serve({ component: 'x' }, async function* () {
      try {
        for (let part = 0; ; part += 1) yield part;
      } finally {
        ended = true;
      }
    });
    const parts: unknown[] = [];
    for await (const part of bus.rpc.stream({ component: 'x' }, 'x.y', {}, { actor })) {
      parts.push(part);
      if (parts.length === 3) break;
    }
    expect(parts).toEqual([0, 1, 2]);
    expect(ended).toBe(true);
  });
});

describe('memory bus: events and live results', () => {
  test('events reach the patterns that match, also after a cut', async () => {
    const { bus, broker } = createMemoryBus();
    const names: string[] = [];
    await bus.events.on('agent.*', ({ name }) => names.push(name));
    bus.events.emit('agent.dead', { agent: 'a' });
    bus.events.emit('target.changed', {});
    await broker.settled();
    bus.cut();
    bus.events.emit('agent.alive', {});
    bus.restore();
    bus.events.emit('agent.joined', {});
    await broker.settled();
    expect(names).toEqual(['agent.dead', 'agent.joined']);
  });

  test('live results reach every listener and nobody after close', async () => {
    const { bus, broker } = createMemoryBus();
    const seen: string[] = [];
    await bus.live.open('q');
    for (const who of ['a', 'b']) {
      await bus.live.listen('q', (body) => seen.push(who + body.toString()));
    }
    bus.live.publish('q', Buffer.from('1'));
    await broker.settled();
    await bus.live.close('q');
    bus.live.publish('q', Buffer.from('2'));
    await broker.settled();
    expect(seen).toEqual(['a1', 'b1']);
  });
});
