/** agentmanager and honeycomb together: what an approval brings in and a revocation keeps out. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Actor } from '@apiary/common/bus/bus.ts';
import { BLOCKS_KEY, EXCHANGE, QUEUE } from '@apiary/common/bus/topology.ts';
import type { Component } from '@apiary/common/component.ts';
import { AGENTS, HONEYCOMBS } from '@apiary/common/documents/collections.ts';
import { REVOCATION_MS_MAX } from '@apiary/common/limits/access.ts';
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import { encodeRuns } from '@apiary/common/messages/data/codec.ts';
import { signData } from '@apiary/common/messages/data/message.ts';
import { runOf, streamOf } from '@apiary/common/testing/chunk-runs.ts';
import { FakeBee } from '@apiary/common/testing/fake-bee.ts';
import type { MemoryBus } from '@apiary/common/testing/memory-bus.ts';
import { TestSite } from '@apiary/common/testing/test-context.ts';
import { createAgentManager } from '@apiary/hive/agentmanager/index.ts';
import { createHoneycomb } from '@apiary/hive/honeycomb/index.ts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { eventually } from './harness/eventually.ts';

const actor: Actor = { kind: 'user', id: 'ada', name: 'ada', role: 'editor' };
const system: Actor = { kind: 'component', id: 'test', name: 'test', role: 'system' };
const { approve, revoke } = agentManagerActions;

let site: TestSite;
let bus: MemoryBus;
let manager: Component;
let honeycomb: Component;
let generation = 0;

beforeEach(async () => {
  site = await TestSite.create();
  const context = await site.context();
  bus = context.bus;
  manager = createAgentManager(context);
  await manager.start();
  honeycomb = createHoneycomb(await site.context());
  await honeycomb.start();
});

afterEach(async () => {
  await honeycomb.stop();
  await manager.stop();
  await site.close();
});

async function connected(name: string): Promise<FakeBee> {
  const bee = new FakeBee(site.bus(), name);
  await bee.connect(site.clock.now());
  await site.broker.settled();
  return bee;
}

/** Publishes one line, signed, as a Bee does that does not care whether it may. */
async function send(bee: FakeBee, line: string): Promise<void> {
  generation += 1;
  const stream = streamOf([line]);
  const observed = site.clock.now();
  const name = generation.toString(16).padStart(16, '0');
  const run = runOf(stream, 0, stream.length, { generation: name, observed });
  const body = encodeRuns([run]);
  const head = { version: 1 as const, agent: bee.id, host: bee.facts.hostName, zone: 0 };
  const headers = signData({ ...head, sequence: generation }, body, bee.keys.privateKey);
  await bus.publish({
    exchange: EXCHANGE.blocks,
    routingKey: BLOCKS_KEY,
    type: 'data',
    headers: { ...headers },
    body,
  });
}

async function stored(): Promise<number> {
  const request = { query: '*', limit: 0 };
  for await (const part of streamAction(bus, honeycombActions.search, request, { actor: system })) {
    if (part.type === 'done') return part.total;
  }
  throw new Error('the search ended early');
}

const quarantined = () => site.broker.queue(QUEUE.quarantine)?.ready ?? [];
const holds = (condition: boolean) => (condition ? true : undefined);

describe('an approval', () => {
  it('brings back what is in quarantine of that agent, and leaves the others’', async () => {
    const [one, other] = [await connected('web-1'), await connected('web-2')];
    for (let i = 0; i < 20; i += 1) {
      await send(one, `one ${i}`);
      await send(other, `other ${i}`);
    }
    await eventually(() => holds(quarantined().length === 40), 'all is in quarantine');
    expect(await stored()).toBe(0);
    await callAction(bus, approve, { agents: [one.id] }, { actor });
    await eventually(async () => holds((await stored()) === 20), 'what one sent is stored');
    await eventually(() => holds(quarantined().length === 20), 'the rest is still there');
    const agents = new Set(quarantined().map(({ headers }) => headers.agent));
    expect([...agents]).toEqual([other.id]);
    expect(quarantined()[0]?.headers).toMatchObject({ reason: 'agent is pending' });
  });

  it('takes up at the next start what a kill left undone', async () => {
    const bee = await connected('web-1');
    await send(bee, 'one');
    await eventually(() => holds(quarantined().length === 1), 'it is in quarantine');
    const context = await site.context();
    const releases = await context.documents.collection({
      name: 'quarantine-releases',
      schema: z.object({ id: z.string() }),
      indexes: [],
    });
    await releases.put({ id: bee.id });
    await manager.stop();
    await honeycomb.stop();
    // Approved by a run that was killed right after it had written both down.
    const agents = await context.documents.collection(AGENTS);
    await agents.update(bee.id, (agent) => agent && { ...agent, approval: 'approved' });
    honeycomb = createHoneycomb(await site.context());
    await honeycomb.start();
    manager = createAgentManager(await site.context());
    await manager.start();
    await eventually(async () => holds((await stored()) === 1), 'it is stored');
    await eventually(async () => holds((await releases.count()) === 0), 'it is done with');
  });
});

describe('a revocation', () => {
  it('stores nothing more once it has returned, in the midst of a stream of lines', async () => {
    const bee = await connected('web-1');
    await callAction(bus, approve, { agents: [bee.id] }, { actor });
    let sent = 0;
    let isRevoked = false;
    const writing = (async () => {
      while (!isRevoked || sent < 300) {
        await send(bee, `line ${sent}`);
        sent += 1;
        // The bus in memory never waits for anything: others get their turn here.
        await nextTurn();
      }
    })();
    await eventually(async () => holds((await stored()) > 20), 'lines are being stored');
    await callAction(bus, revoke, { agents: [bee.id] }, { actor });
    const then = await stored();
    isRevoked = true;
    await writing;
    await send(bee, 'the last one');
    await eventually(() => holds(then + quarantined().length === sent + 1), 'all has its place');
    expect(await stored()).toBe(then);
  }, 60_000);

  it('says so when a honeycomb does not confirm it, and when repeated is sure', async () => {
    const bee = await connected('web-1');
    await callAction(bus, approve, { agents: [bee.id] }, { actor });
    const context = await site.context();
    const members = await context.documents.collection(HONEYCOMBS);
    // The other one would have to answer before the clock is moved.
    await honeycomb.stop();
    await members.put({ id: 'hung', sinceMs: site.clock.now() });
    const address = { component: 'honeycomb', instance: 'hung' };
    const asked = Promise.withResolvers<void>();
    const hung = await site.bus().rpc.serve(address, async () => {
      asked.resolve();
      return await new Promise<never>(() => {});
    });
    const refused = expect(
      callAction(bus, revoke, { agents: [bee.id] }, { actor, deadlineMs: 60_000 }),
    ).rejects.toMatchObject({ code: 'deadline-passed', details: { honeycomb: 'hung' } });
    await asked.promise;
    site.clock.advance(REVOCATION_MS_MAX);
    await refused;
    await hung.cancel();
    const again = await callAction(bus, revoke, { agents: [bee.id] }, { actor });
    expect(again.agents).toMatchObject([{ approval: 'revoked' }]);
  });

  it('forgets honeycombs that were killed when another one starts', async () => {
    const context = await site.context();
    const members = await context.documents.collection(HONEYCOMBS);
    await members.put({ id: 'killed', sinceMs: 0 });
    await honeycomb.stop();
    expect(await members.count()).toBe(1);
    const fresh = await site.context();
    honeycomb = createHoneycomb(fresh);
    await honeycomb.start();
    expect((await members.find()).map(({ document }) => document.id)).toEqual([fresh.instance]);
  });
});
