import type { Actor } from '@apiary/common/bus/bus.ts';
import { FROM_AGENT_KEY, QUEUE } from '@apiary/common/bus/topology.ts';
import type { Component } from '@apiary/common/component.ts';
import { AGENTS, LIVENESS } from '@apiary/common/documents/collections.ts';
import type { Collection } from '@apiary/common/documents/documents.ts';
import { HEARTBEAT_INTERVAL_MS } from '@apiary/common/limits.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { agentMonitorActions } from '@apiary/common/messages/actions/agentmonitor.ts';
import type { Agent, Liveness } from '@apiary/common/messages/agent.ts';
import { fingerprintOf } from '@apiary/common/messages/signature.ts';
import { FakeBee } from '@apiary/common/testing/fake-bee.ts';
import type { MemoryBus } from '@apiary/common/testing/memory-bus.ts';
import { TestSite } from '@apiary/common/testing/test-context.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAgentMonitor } from './index.ts';
import { SILENCE_MS_MAX } from './life-table.ts';

const actor: Actor = { kind: 'component', id: 'test', name: 'test', role: 'system' };

describe('agentmonitor', () => {
  let site: TestSite;
  let bus: MemoryBus;
  let monitor: Component;
  let metricsText: () => Promise<string>;
  let agents: Collection<Agent>;
  let liveness: Collection<Liveness>;
  let written: string[];
  let lives: string[];

  async function startMonitor(): Promise<void> {
    const context = await site.context();
    bus = context.bus;
    metricsText = () => context.metrics.text();
    context.documents.onChange(({ collection, id }) => written.push(`${collection}/${id}`));
    monitor = createAgentMonitor(context);
    await monitor.start();
  }

  beforeEach(async () => {
    site = await TestSite.create();
    written = [];
    lives = [];
    const manager = await site.context();
    agents = await manager.documents.collection(AGENTS);
    liveness = await manager.documents.collection(LIVENESS);
    await manager.bus.events.on('agent.*', ({ name, body }) => {
      lives.push(`${name} ${(body as { name: string }).name}`);
    });
    await startMonitor();
  });

  afterEach(async () => {
    await monitor.stop();
    await site.close();
  });

  async function known(name: string): Promise<FakeBee> {
    const bee = new FakeBee(site.bus(), name);
    await agents.insert({
      id: bee.id,
      name,
      fingerprint: fingerprintOf(bee.id),
      publicKey: bee.keys.publicKey.toString('base64'),
      approval: 'approved',
      facts: bee.facts,
      tags: [],
      firstSeenMs: 0,
    });
    await site.broker.settled();
    return bee;
  }

  /** Moves time on in steps of one heartbeat; `bees` beat at each. */
  async function live(steps: number, bees: readonly FakeBee[]): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      await Promise.all(bees.map((bee) => bee.beat(site.clock.now())));
      await site.broker.settled();
      site.clock.advance(HEARTBEAT_INTERVAL_MS);
    }
    await site.broker.settled();
  }

  const list = async () =>
    (await callAction(bus, agentMonitorActions.listLiveness, {}, { actor })).liveness;

  test('one of two Bees falls silent: it is dead, told and stored once, and alive at its next beat', async () => {
    const [good, bad] = [await known('good'), await known('bad')];
    await live(2, [good, bad]);
    await live(8, [good]);
    expect(lives).toEqual(['agent.alive good', 'agent.alive bad', 'agent.dead bad']);
    await live(1, [good, bad]);
    expect(lives).toHaveLength(4);
    expect(lives[3]).toBe('agent.alive bad');
    await monitor.stop();
    expect(written.sort()).toEqual(
      [`liveness/${good.id}`, ...Array.from({ length: 3 }, () => `liveness/${bad.id}`)].sort(),
    );
    expect((await liveness.get(bad.id))?.document.state).toBe('alive');
  });

  test('listLiveness says when each was heard last', async () => {
    const bee = await known('web-1');
    const bornMs = site.clock.now();
    await live(3, [bee]);
    const heardMs = bornMs + 2 * HEARTBEAT_INTERVAL_MS;
    expect(await list()).toEqual([{ id: bee.id, state: 'alive', sinceMs: bornMs, heardMs }]);
  });

  test('an agent that was alive and never comes back after a restart is dead after the grace time', async () => {
    const bee = await known('web-1');
    await live(1, [bee]);
    await monitor.stop();
    site.clock.advance(3_600_000);
    await startMonitor();
    site.clock.advance(SILENCE_MS_MAX - 1);
    expect(await list()).toMatchObject([{ state: 'alive' }]);
    site.clock.advance(1);
    expect(await list()).toMatchObject([{ state: 'dead' }]);
    await site.broker.settled();
    expect(lives.at(-1)).toBe('agent.dead web-1');
  });

  test('heartbeats that waited while agentmonitor was down revive nobody', async () => {
    const bee = await known('web-1');
    await live(1, [bee]);
    await live(5, []);
    await monitor.stop();
    for (let n = 0; n < 20; n += 1) await bee.beat(site.clock.now() + n * HEARTBEAT_INTERVAL_MS);
    site.clock.advance(3_600_000);
    await startMonitor();
    await site.broker.settled();
    expect(await list()).toMatchObject([{ state: 'dead' }]);
  });

  test('nobody dies because the broker was away', async () => {
    const bee = await known('web-1');
    await live(2, [bee]);
    bus.cut();
    site.clock.advance(60_000);
    bus.restore();
    site.clock.advance(SILENCE_MS_MAX - 1);
    expect(await list()).toMatchObject([{ state: 'alive' }]);
    site.clock.advance(1);
    expect(await list()).toMatchObject([{ state: 'dead' }]);
  });

  test('heartbeats of strangers are counted and dropped', async () => {
    const stranger = new FakeBee(site.bus(), 'stranger');
    await stranger.beat(site.clock.now());
    await site.broker.settled();
    expect(await list()).toEqual([]);
    expect(await metricsText()).toContain(
      'apiary_agentmonitor_heartbeats_total{outcome="unknown"} 1',
    );
    expect(site.broker.queue(QUEUE.dead)?.ready).toHaveLength(0);
  });

  test('a heartbeat signed by another key is put aside and keeps nobody alive', async () => {
    const bee = await known('web-1');
    const thief = new FakeBee(site.bus(), 'thief');
    const message = thief.sign(FROM_AGENT_KEY.heartbeat, {
      type: 'heartbeat',
      version: 1,
      agent: bee.id,
      sentMs: site.clock.now(),
      sequence: 1,
      linesRead: 0,
      bytesConfirmed: 0,
    });
    await thief.bus.publish(message);
    await thief.bus.publish({ ...message, headers: { ...message.headers, agent: bee.id } });
    await site.broker.settled();
    expect(await list()).toEqual([]);
    expect(site.broker.queue(QUEUE.dead)?.ready).toHaveLength(2);
  });

  test('an agent that joined a moment ago is heard at its next beat', async () => {
    const bee = await known('new');
    await bee.beat(site.clock.now());
    await site.broker.settled();
    expect(await list()).toMatchObject([{ id: bee.id, state: 'alive' }]);
  });

  test('what an agent sends is told at its change, and all of it to who asks', async () => {
    const bee = await known('busy');
    const told: unknown[] = [];
    await bus.events.on('traffic.changed', ({ body }) => told.push(body));
    for (const [sequence, linesRead] of [0, 40].entries()) {
      const counters = { linesRead, bytesConfirmed: linesRead * 50 };
      await bee.beat(site.clock.now(), sequence + 1, undefined, counters);
      await site.broker.settled();
      site.clock.advance(HEARTBEAT_INTERVAL_MS);
      await site.broker.settled();
    }
    const figures = { agent: bee.id, linesPerSecond: 20, bytesPerSecond: 1_000, lagBytes: 0 };
    expect(told).toMatchObject([{ traffic: [figures] }]);
    const answer = await callAction(bus, agentMonitorActions.traffic, {}, { actor });
    expect(answer.traffic).toMatchObject([figures]);
  });

  test('stopping twice is fine', async () => {
    await monitor.stop();
    await monitor.stop();
  });
});
