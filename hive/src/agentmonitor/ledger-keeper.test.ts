import type { Actor, Subscription } from '@apiary/common/bus/bus.ts';
import type { Component } from '@apiary/common/component.ts';
import { AGENTS } from '@apiary/common/documents/collections.ts';
import type { Collection } from '@apiary/common/documents/documents.ts';
import {
  HOLDINGS_ASK_MS,
  LEDGER_EVENT_INTERVAL_MS,
  LEDGER_STUCK_MS,
} from '@apiary/common/limits/ledger.ts';
import { HEARTBEAT_INTERVAL_MS } from '@apiary/common/limits.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import { agentMonitorActions } from '@apiary/common/messages/actions/agentmonitor.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Agent } from '@apiary/common/messages/agent.ts';
import type { LedgerReport, LedgerReportEntry } from '@apiary/common/messages/ledger.ts';
import { fingerprintOf } from '@apiary/common/messages/signature.ts';
import { FakeBee } from '@apiary/common/testing/fake-bee.ts';
import type { MemoryBus } from '@apiary/common/testing/memory-bus.ts';
import { TestSite } from '@apiary/common/testing/test-context.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAgentMonitor } from './index.ts';

const actor: Actor = { kind: 'component', id: 'test', name: 'test', role: 'system' };
const G = '00000000000000aa';

describe('the ledger in agentmonitor', () => {
  let site: TestSite;
  let bus: MemoryBus;
  let agents: Collection<Agent>;
  let monitor: Component;
  let bee: FakeBee;
  let events: { readonly name: string; readonly body: unknown }[];
  let held: Map<string, { from: number; to: number }[]>;
  let asked: string[];
  let greeted: string[];
  const served: Subscription[] = [];

  beforeEach(async () => {
    site = await TestSite.create();
    events = [];
    held = new Map();
    asked = [];
    greeted = [];
    const other = await site.context();
    bus = other.bus;
    agents = await other.documents.collection(AGENTS);
    await bus.events.on('ledger.#', (event) => events.push(event));
    served.push(
      await bus.rpc.serve({ component: 'honeycomb' }, async ({ action, body }) => {
        expect(action).toBe(honeycombActions.holdings.name);
        const { generations } = honeycombActions.holdings.request.parse(body);
        asked.push(...generations);
        return {
          holdings: generations.map((generation) => {
            const ranges = held.get(generation) ?? [];
            return { generation, ranges, bytes: 0 };
          }),
        };
      }),
      await bus.rpc.serve({ component: 'agentmanager' }, async ({ body }) => {
        greeted.push(...agentManagerActions.greet.request.parse(body).agents);
        return {};
      }),
    );
    monitor = createAgentMonitor(await site.context());
    await monitor.start();
    bee = new FakeBee(site.bus(), 'web-1');
    await know(bee, 'approved');
  });

  afterEach(async () => {
    for (const each of served.splice(0)) await each.cancel();
    await monitor.stop();
    await site.close();
  });

  async function know(one: FakeBee, approval: Agent['approval']): Promise<void> {
    await agents.insert({
      id: one.id,
      name: one.facts.hostName,
      fingerprint: fingerprintOf(one.id),
      publicKey: one.keys.publicKey.toString('base64'),
      approval,
      facts: one.facts,
      tags: [],
      firstSeenMs: 0,
    });
    await site.broker.settled();
  }

  function entryOf(over: Partial<LedgerReportEntry> = {}): LedgerReportEntry {
    return {
      generation: G,
      target: 't',
      file: '/var/log/app.log',
      from: 0,
      seen: 100,
      read: 100,
      confirmed: 100,
      skipped: 0,
      lost: 0,
      quietTo: 0,
      ended: false,
      ...over,
    };
  }

  async function tell(ledger: LedgerReport, one = bee): Promise<void> {
    await one.beat(site.clock.now(), undefined, ledger);
    await site.broker.settled();
    await pass(HOLDINGS_ASK_MS);
  }

  async function pass(ms: number): Promise<void> {
    site.clock.advance(ms);
    for (let turn = 0; turn < 5; turn++) await site.broker.settled();
  }

  /** Time in which the Bee goes on beating. */
  async function live(ms: number): Promise<void> {
    for (let gone = 0; gone < ms; gone += HEARTBEAT_INTERVAL_MS) {
      await bee.beat(site.clock.now());
      await pass(HEARTBEAT_INTERVAL_MS);
    }
  }

  const view = async (agent = 'web-1') =>
    await callAction(bus, agentMonitorActions.ledger, { agent }, { actor });
  const named = (name: string) => events.filter((event) => event.name === name);

  test('puts what the Bee tells beside what honeycomb holds, asked for once and pushed from there', async () => {
    held.set(G, [{ from: 0, to: 60 }]);
    await tell({ begins: true, entries: [entryOf()] });
    expect(asked).toEqual([G]);
    expect(await view()).toMatchObject({
      agent: bee.id,
      complete: true,
      totals: { generations: 1, seen: 100, confirmed: 100, stored: 60, lag: 40 },
      entries: [{ file: '/var/log/app.log', stored: 60, lag: 40, state: 'moving' }],
      problems: [],
    });
    const added = [{ generation: G, ranges: [{ from: 60, to: 100 }], bytes: 40 }];
    bus.events.emit('holdings.added', { instance: 'h', holdings: added });
    await pass(LEDGER_EVENT_INTERVAL_MS);
    expect((await view(bee.id)).entries[0]).toMatchObject({
      stored: 100,
      lag: 0,
      state: 'current',
    });
    expect(asked).toEqual([G]);
    expect(named('ledger.changed').at(-1)?.body).toEqual({ agents: [bee.id] });
  });

  test('who told its ledger to an agentmonitor before this one is greeted once', async () => {
    await tell({ begins: false, entries: [entryOf()] });
    await live(3 * HEARTBEAT_INTERVAL_MS);
    expect(greeted).toEqual([bee.id]);
    expect((await view()).complete).toBe(false);
  });

  test('bytes that the broker has and honeycomb does not store raise an event, and another one when they move', async () => {
    held.set(G, [{ from: 0, to: 60 }]);
    await tell({ begins: true, entries: [entryOf()] });
    await live(LEDGER_STUCK_MS + 2 * HEARTBEAT_INTERVAL_MS);
    expect(named('ledger.stuck')).toMatchObject([
      { body: { agent: bee.id, name: 'web-1', bytes: 40, generation: G } },
    ]);
    expect(await view()).toMatchObject({
      entries: [{ state: 'stuck' }],
      problems: [{ kind: 'stuck', reason: expect.stringContaining('honeycomb does not store') }],
    });
    const added = [{ generation: G, ranges: [{ from: 60, to: 100 }], bytes: 40 }];
    bus.events.emit('holdings.added', { instance: 'h', holdings: added });
    await pass(LEDGER_EVENT_INTERVAL_MS);
    expect(named('ledger.moving')).toHaveLength(1);
    const { entries, problems } = await view();
    expect(entries[0]?.state).toBe('current');
    expect(problems[0]?.overMs).toBeDefined();
  });

  test('an event that got lost raises nothing: honeycomb is asked before', async () => {
    held.set(G, [{ from: 0, to: 60 }]);
    await tell({ begins: true, entries: [entryOf()] });
    held.set(G, [{ from: 0, to: 100 }]);
    await live(LEDGER_STUCK_MS + 2 * HEARTBEAT_INTERVAL_MS);
    expect(named('ledger.stuck')).toEqual([]);
    expect((await view()).entries[0]).toMatchObject({ state: 'current', stored: 100 });
  });

  test('a hole in what is stored is a gap once it has stayed', async () => {
    held.set(G, [
      { from: 0, to: 60 },
      { from: 80, to: 100 },
    ]);
    await tell({ begins: true, entries: [entryOf()] });
    await live(HEARTBEAT_INTERVAL_MS);
    expect(named('ledger.gap')).toEqual([]);
    await live(LEDGER_STUCK_MS + HEARTBEAT_INTERVAL_MS);
    expect(named('ledger.gap')).toMatchObject([{ body: { bytes: 20 } }]);
    expect(await view()).toMatchObject({ totals: { missing: 20 }, entries: [{ state: 'gap' }] });
    await live(LEDGER_STUCK_MS);
    expect(named('ledger.gap')).toHaveLength(1);
  });

  test('bytes that went before they were read are a gap at once', async () => {
    await tell({ begins: true, entries: [entryOf({ lost: 7 })] });
    expect(named('ledger.gap')).toMatchObject([
      { body: { bytes: 7, reason: expect.stringContaining('truncated') } },
    ]);
  });

  test('a dead Bee is not called stuck as well', async () => {
    held.set(G, [{ from: 0, to: 60 }]);
    await tell({ begins: true, entries: [entryOf({ confirmed: 60, read: 60 })] });
    await pass(3 * LEDGER_STUCK_MS);
    expect(named('ledger.stuck')).toEqual([]);
  });

  test('a pending agent’s ledger is not kept', async () => {
    const pending = new FakeBee(site.bus(), 'pending');
    await know(pending, 'pending');
    await tell({ begins: true, entries: [entryOf()] }, pending);
    expect((await view('pending')).entries).toEqual([]);
    expect(greeted).toEqual([]);
  });

  test('another agent’s generation is not believed', async () => {
    const thief = new FakeBee(site.bus(), 'thief');
    await know(thief, 'approved');
    await tell({ begins: true, entries: [entryOf()] });
    await tell({ begins: true, entries: [entryOf({ lost: 100 })] }, thief);
    expect((await view('thief')).entries).toEqual([]);
    expect(named('ledger.gap')).toEqual([]);
  });

  test('a generation that a whole ledger does not name has ended', async () => {
    held.set(G, [{ from: 0, to: 100 }]);
    await tell({ begins: true, entries: [entryOf()] });
    await tell({ begins: true, entries: [entryOf({ generation: '00000000000000bb' })] });
    const states = (await view()).entries.map(({ generation, state }) => [generation, state]);
    expect(Object.fromEntries(states)).toMatchObject({ [G]: 'ended' });
  });

  test('an unknown agent and an ambiguous name are refused', async () => {
    await know(new FakeBee(site.bus(), 'web-1'), 'approved');
    await expect(view('nobody')).rejects.toMatchObject({ code: 'not-found' });
    await expect(view('web-1')).rejects.toMatchObject({ code: 'conflict' });
    expect((await view(bee.id)).name).toBe('web-1');
  });
});
