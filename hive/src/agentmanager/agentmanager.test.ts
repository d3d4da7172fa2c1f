import type { Actor } from '@apiary/common/bus/bus.ts';
import { EXCHANGE, FROM_AGENT_KEY, QUEUE } from '@apiary/common/bus/topology.ts';
import type { Component } from '@apiary/common/component.ts';
import { LIVENESS } from '@apiary/common/documents/collections.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { QUESTION_WAIT_MS } from '@apiary/common/limits/host-view.ts';
import {
  CONTROL_MESSAGE_BYTES_MAX,
  PENDING_AGENTS_MAX,
  TARGET_REPORTS_WAIT_MS,
  TARGETS_PER_AGENT_MAX,
} from '@apiary/common/limits.ts';
import { type Action, callAction } from '@apiary/common/messages/actions/action.ts';
import { agentManagerActions as actions } from '@apiary/common/messages/actions/agentmanager.ts';
import type { Welcome } from '@apiary/common/messages/control.ts';
import { generateSigningKeys } from '@apiary/common/messages/signature.ts';
import { FakeBee } from '@apiary/common/testing/fake-bee.ts';
import type { MemoryBus } from '@apiary/common/testing/memory-bus.ts';
import { TestSite } from '@apiary/common/testing/test-context.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { createAgentManager } from './index.ts';
import { openModel } from './model.ts';

const actor: Actor = { kind: 'user', id: 'u1', name: 'ada', role: 'editor' };
const LOG_URL = 'file:///var/log/syslog';

describe('agentmanager', () => {
  let site: TestSite;
  let bus: MemoryBus;
  let manager: Component;
  let events: { name: string; body: unknown }[];

  async function startManager(approve: string[] = []): Promise<void> {
    const context = await site.context();
    bus = context.bus;
    manager = createAgentManager(context, { approve });
    await manager.start();
    await bus.events.on('agent.*', (event) => events.push(event));
    await bus.events.on('target.*', (event) => events.push(event));
    await bus.events.on('message.*', (event) => events.push(event));
  }

  beforeEach(async () => {
    events = [];
    site = await TestSite.create();
    await startManager();
  });

  afterEach(async () => {
    await manager.stop();
    await site.close();
  });

  function ask<I extends z.ZodType, O extends z.ZodType>(action: Action<I, O>, body: z.input<I>) {
    return callAction(bus, action, body, { actor });
  }

  async function connected(name: string): Promise<FakeBee> {
    const bee = new FakeBee(site.bus(), name);
    await bee.connect(site.clock.now());
    await site.broker.settled();
    return bee;
  }

  async function approved(name: string): Promise<FakeBee> {
    const bee = await connected(name);
    await ask(actions.approve, { agents: [bee.id] });
    await site.broker.settled();
    return bee;
  }

  const eventNames = () => events.map(({ name }) => name);
  const dead = () => site.broker.queue(QUEUE.dead)?.ready ?? [];

  describe('handshakes', () => {
    test('an unknown Bee becomes pending and is told so', async () => {
      const bee = await connected('web-1');
      expect(bee.last).toMatchObject({ type: 'welcome', approval: 'pending', targets: [] });
      const { agents } = await ask(actions.listAgents, {});
      expect(agents).toMatchObject([
        { id: bee.id, name: 'web-1', approval: 'pending', targets: 0 },
      ]);
      expect(agents[0]?.life).toBe('unknown');
      expect(eventNames()).toEqual(['agent.joined']);
    });

    test('a second handshake brings new facts and the new queue, and joins nobody again', async () => {
      const bee = await connected('web-1');
      bee.facts.hostName = 'web-one';
      site.clock.advance(1000);
      await bee.connect(site.clock.now());
      await site.broker.settled();
      expect(bee.received).toHaveLength(2);
      expect((await ask(actions.listAgents, {})).agents).toMatchObject([{ name: 'web-one' }]);
      expect(eventNames()).toEqual(['agent.joined']);
    });

    test('an id that is not the hash of the key is put aside with the reason', async () => {
      const bee = await connected('web-1');
      const stranger = generateSigningKeys();
      const forged = {
        ...bee.handshake(site.clock.now() + 1),
        publicKey: stranger.publicKey.toString('base64'),
      };
      await bee.bus.publish(bee.sign(FROM_AGENT_KEY.handshake, forged));
      await site.broker.settled();
      expect(dead()).toHaveLength(1);
      expect(dead()[0]?.headers).toMatchObject({
        agent: bee.id,
        reason: 'signature-invalid: the agent id is not the hash of the public key',
        source: QUEUE.agentManager,
      });
      expect(events.at(-1)).toMatchObject({ name: 'message.dead', body: { agent: bee.id } });
    });

    test('a changed body, a missing signature and no JSON are put aside; the queue is empty', async () => {
      const bee = await connected('web-1');
      const message = bee.sign(FROM_AGENT_KEY.handshake, bee.handshake(site.clock.now() + 1));
      const body = Buffer.from(message.body.toString().replace('web-1', 'web-2'));
      await bee.bus.publish({ ...message, body });
      await bee.bus.publish({ ...message, headers: {} });
      await bee.bus.publish({ ...message, body: Buffer.from('{') });
      await bee.bus.publish({ ...message, body: Buffer.from('{"type":"handshake"}') });
      await site.broker.settled();
      const reasons = dead().map(({ headers }) => String(headers.reason).split(':')[0]);
      expect(reasons.sort()).toEqual([
        'message-invalid',
        'message-invalid',
        'signature-invalid',
        'signature-invalid',
      ]);
      expect(site.broker.queue(QUEUE.agentManager)?.ready).toEqual([]);
      expect(bus.handlerErrors).toEqual([]);
    });

    test('a replay of an older handshake changes nothing', async () => {
      const bee = await approved('web-1');
      const oldQueue = bee.commandQueue;
      const oldMs = site.clock.now();
      site.clock.advance(60_000);
      await bee.connect(site.clock.now());
      await site.broker.settled();
      const before = bee.received.length;
      await bee.greet(oldMs, oldQueue);
      await site.broker.settled();
      const { results } = await ask(actions.addTargets, { agents: 'all', urls: [LOG_URL] });
      expect(results).toMatchObject([{ ok: true, state: 'active' }]);
      expect(bee.received).toHaveLength(before + 1);
    });

    test('a Bee whose clock was set back is greeted all the same', async () => {
      const bee = await approved('web-1');
      await bee.connect(site.clock.now() - 86_400_000);
      await site.broker.settled();
      expect(bee.last).toMatchObject({ type: 'welcome', approval: 'approved' });
      const { results } = await ask(actions.addTargets, { agents: 'all', urls: [LOG_URL] });
      expect(results).toMatchObject([{ ok: true, state: 'active' }]);
    });

    test('a Bee that is gone before its welcome is no error', async () => {
      const bee = new FakeBee(site.bus(), 'short');
      await bee.greet(site.clock.now(), 'amq.gen-gone');
      await site.broker.settled();
      expect(bus.handlerErrors).toEqual([]);
      expect(dead()).toHaveLength(0);
    });

    test('past the bound unknown Bees are refused with a reason, and one decision makes room', async () => {
      const context = await site.context();
      const { agents } = await openModel(context.documents);
      const { id: _, ...template } = (await ask(actions.listAgents, {})).agents[0] ?? {
        id: '',
        name: 'x',
        fingerprint: '',
        publicKey: 'A'.repeat(44),
        approval: 'pending' as const,
        facts: new FakeBee(site.bus(), 'x').facts,
        tags: [],
        firstSeenMs: 0,
      };
      const ids = Array.from({ length: PENDING_AGENTS_MAX }, (_, n) =>
        n.toString(16).padStart(32, '0'),
      );
      await Promise.all(ids.map((id) => agents.insert({ ...template, id })));
      await manager.stop();
      await startManager();
      const bee = await connected('late');
      expect(bee.last).toMatchObject({ approval: 'refused', targets: [] });
      expect((bee.last as Welcome).reason).toContain('1000 agents wait for approval');
      await ask(actions.revoke, { agents: ids.slice(0, 1) });
      await bee.greet(site.clock.now() + 1);
      await site.broker.settled();
      expect(bee.last).toMatchObject({ approval: 'pending' });
    });
  });

  describe('approval', () => {
    test('approving pushes a welcome and tells everybody once', async () => {
      const bee = await connected('web-1');
      const { agents } = await ask(actions.approve, { agents: ['web-1'] });
      expect(agents).toMatchObject([{ id: bee.id, approval: 'approved', decidedBy: 'ada' }]);
      await ask(actions.approve, { agents: [bee.id, 'web-1'] });
      await site.broker.settled();
      expect(bee.received.map((command) => command.type)).toEqual(['welcome', 'welcome']);
      expect(bee.last).toMatchObject({ approval: 'approved' });
      expect(eventNames()).toEqual(['agent.joined', 'agent.approved']);
    });

    test('a revoked Bee is told at once and gets no targets any more', async () => {
      const bee = await approved('web-1');
      await ask(actions.addTargets, { agents: 'all', urls: [LOG_URL] });
      await ask(actions.revoke, { agents: [bee.id] });
      await site.broker.settled();
      expect(bee.last).toMatchObject({ type: 'welcome', approval: 'revoked', targets: [] });
      const { results } = await ask(actions.addTargets, { agents: ['web-1'], urls: [LOG_URL] });
      expect(results).toMatchObject([{ ok: false, reason: 'web-1 is revoked: approve it first' }]);
    });

    test('unknown names and names of several agents decide nothing', async () => {
      const one = await connected('twin');
      const two = await connected('twin');
      await expect(ask(actions.approve, { agents: [one.id, 'nobody'] })).rejects.toMatchObject({
        code: 'not-found',
      });
      const failure = expect(ask(actions.approve, { agents: ['twin'] })).rejects;
      await failure.toMatchObject({ code: 'conflict' });
      for (const { id } of [one, two]) {
        const refused = expect(ask(actions.approve, { agents: ['twin'] })).rejects;
        await refused.toThrow(id);
      }
      const { agents } = await ask(actions.listAgents, {});
      expect(agents.map(({ approval }) => approval)).toEqual(['pending', 'pending']);
    });

    test('configuration approves at the first handshake, but never who was revoked', async () => {
      await manager.stop();
      const bee = new FakeBee(site.bus(), 'own');
      await startManager([bee.id]);
      await bee.connect(site.clock.now());
      await site.broker.settled();
      expect(bee.last).toMatchObject({ approval: 'approved' });
      await ask(actions.revoke, { agents: [bee.id] });
      await bee.connect(site.clock.now() + 1);
      await site.broker.settled();
      expect(bee.last).toMatchObject({ approval: 'revoked' });
    });

    test('a viewer may look and not decide', async () => {
      const viewer: Actor = { ...actor, role: 'viewer' };
      const call = callAction(bus, actions.approve, { agents: ['x'] }, { actor: viewer });
      await expect(call).rejects.toMatchObject({ code: 'forbidden' });
    });
  });

  describe('targets', () => {
    test('each agent and target gets a labelled result', async () => {
      const good = await approved('good');
      const bad = await approved('bad');
      bad.report = (targets) =>
        targets.map(({ id }) => ({ target: id, state: 'failed', reason: 'permission denied' }));
      const { results } = await ask(actions.addTargets, {
        agents: ['good', bad.id, 'nobody'],
        urls: [LOG_URL, '/var/log/x'],
        tags: ['sys'],
      });
      const rows = results
        .map(({ name, url, ok, state }) => [name, url, ok, state].join(' '))
        .sort();
      expect(rows).toEqual([
        'bad /var/log/x false failed',
        `bad ${LOG_URL} false failed`,
        'good /var/log/x false failed',
        `good ${LOG_URL} true active`,
        'nobody /var/log/x false failed',
        `nobody ${LOG_URL} false failed`,
      ]);
      const reasons = results.map(({ reason }) => reason);
      expect(reasons).toContain('permission denied');
      expect(reasons).toContain('no agent has the name or id nobody');
      expect(good.last).toMatchObject({
        targets: [{ url: LOG_URL, tags: ['sys'], history: false }],
      });
      await site.broker.settled();
      expect(eventNames().filter((name) => name === 'target.changed')).toHaveLength(2);
      const { agents } = await ask(actions.listAgents, {});
      expect(agents.map(({ name, failedTargets }) => [name, failedTargets])).toEqual([
        ['bad', 1],
        ['good', 0],
      ]);
    });

    test('the same URL again is the same target with new tags, also when asked at once', async () => {
      const bee = await approved('web-1');
      const add = (tags: string[]) =>
        ask(actions.addTargets, { agents: 'all', urls: [LOG_URL], tags });
      const [first, second] = await Promise.all([add(['a']), add(['b'])]);
      expect(first.results[0]?.target).toBe(second.results[0]?.target);
      const { targets } = await ask(actions.listTargets, {});
      expect(targets).toMatchObject([
        { url: LOG_URL, tags: ['b'], name: 'web-1', createdBy: 'ada', status: { state: 'active' } },
      ]);
      expect(bee.last).toMatchObject({ type: 'set-targets', targets: [{ tags: ['b'] }] });
    });

    test('a dead agent gets its targets when it is back', async () => {
      const bee = await approved('web-1');
      const context = await site.context();
      const liveness = await context.documents.collection(LIVENESS);
      const sinceMs = site.clock.now();
      await liveness.put({ id: bee.id, state: 'dead', sinceMs, heardMs: sinceMs - 6000 });
      await bee.disconnect();
      await site.broker.settled();
      const { results } = await ask(actions.addTargets, { agents: ['web-1'], urls: [LOG_URL] });
      const since = new Date(sinceMs).toISOString();
      expect(results).toMatchObject([
        {
          ok: true,
          state: 'waiting',
          reason: `dead since ${since}; it gets its targets when it is back`,
        },
      ]);
      expect((await ask(actions.listAgents, {})).agents).toMatchObject([
        { life: 'dead', targets: 1 },
      ]);
      await bee.connect(site.clock.now() + 1);
      await site.broker.settled();
      expect(bee.last).toMatchObject({ type: 'welcome', targets: [{ url: LOG_URL }] });
    });

    test('an agent that does not answer is waited for only so long', async () => {
      const bee = await approved('web-1');
      const asked = new Promise<void>((resolve) => {
        bee.report = () => {
          resolve();
          return undefined;
        };
      });
      const adding = ask(actions.addTargets, { agents: 'all', urls: [LOG_URL] });
      await asked;
      await site.broker.settled();
      expect(bee.last).toMatchObject({ type: 'set-targets' });
      site.clock.advance(TARGET_REPORTS_WAIT_MS);
      const { results } = await adding;
      expect(results).toMatchObject([{ ok: true, state: 'waiting' }]);
      expect(results[0]?.reason).toContain('no answer within 5 s');
    });

    test('a report by itself is stored and told only when it changes something', async () => {
      const bee = await approved('web-1');
      const { results } = await ask(actions.addTargets, { agents: 'all', urls: [LOG_URL] });
      const target = results[0]?.target ?? '';
      await site.broker.settled();
      events.length = 0;
      await bee.sendReports([{ target, state: 'active', files: 1 }]);
      await bee.sendReports([{ target, state: 'failed', reason: 'unmounted' }]);
      await bee.sendReports([{ target: 'of-somebody-else', state: 'active' }]);
      await site.broker.settled();
      expect(events).toMatchObject([
        { name: 'target.changed', body: { target, state: 'failed', reason: 'unmounted' } },
      ]);
      const { targets } = await ask(actions.listTargets, { agents: ['web-1'] });
      expect(targets).toMatchObject([{ status: { state: 'failed', reason: 'unmounted' } }]);
    });

    test("an agent cannot report on another agent's target", async () => {
      const owner = await approved('owner');
      const other = await approved('other');
      const { results } = await ask(actions.addTargets, { agents: [owner.id], urls: [LOG_URL] });
      await other.sendReports([{ target: results[0]?.target ?? '', state: 'failed' }]);
      await site.broker.settled();
      expect((await ask(actions.listTargets, {})).targets[0]?.status.state).toBe('active');
    });

    test('removing tells the agent, names what is not there, and is an event', async () => {
      const bee = await approved('web-1');
      const added = await ask(actions.addTargets, { agents: 'all', urls: [LOG_URL, 'journald:'] });
      const ids = added.results.map(({ target }) => target ?? '');
      const { results } = await ask(actions.removeTargets, { targets: [ids[0] ?? '', 'none'] });
      expect(results).toMatchObject([
        { name: 'web-1', ok: true, state: 'removed', target: ids[0] },
        { ok: false, state: 'failed', target: 'none' },
      ]);
      await site.broker.settled();
      expect(bee.last).toMatchObject({ type: 'set-targets', targets: [{ id: ids[1] }] });
      expect(events.at(-1)).toMatchObject({ body: { target: ids[0], state: 'removed' } });
      expect((await ask(actions.listTargets, {})).targets).toHaveLength(1);
    });

    test('a new agentmanager reaches Bees that stayed connected', async () => {
      const bee = await approved('web-1');
      await manager.stop();
      await startManager();
      const { results } = await ask(actions.addTargets, { agents: ['web-1'], urls: [LOG_URL] });
      expect(results).toMatchObject([{ ok: true, state: 'active' }]);
      expect(bee.last).toMatchObject({ type: 'set-targets' });
    });

    test('an agent has at most so many targets, and at most what one command holds', async () => {
      const bee = await approved('web-1');
      const urls = (from: number, path: string) =>
        Array.from({ length: 100 }, (_, n) => `file:///${path}/${from + n}`);
      const add = async (wanted: string[]) =>
        (await ask(actions.addTargets, { agents: [bee.id], urls: wanted })).results;
      const long = 'x'.repeat(2000);
      const results = [];
      for (let from = 0; from < 600; from += 100) results.push(...(await add(urls(from, long))));
      const tooLong = results.filter(({ reason }) => reason?.includes('too long together'));
      expect(tooLong).not.toHaveLength(0);
      expect(tooLong.every(({ ok, state }) => !ok && state === 'failed')).toBe(true);
      const body = Buffer.byteLength(JSON.stringify(bee.last));
      expect(body).toBeLessThanOrEqual(CONTROL_MESSAGE_BYTES_MAX);
      expect(body).toBeGreaterThan(CONTROL_MESSAGE_BYTES_MAX * 0.9);
      const { targets } = await ask(actions.listTargets, {});
      await ask(actions.removeTargets, { targets: targets.map(({ id }) => id) });
      for (let from = 0; from < TARGETS_PER_AGENT_MAX; from += 100) await add(urls(from, 'short'));
      expect(await add(['file:///one/more', 'file:///short/1'])).toMatchObject([
        { url: 'file:///one/more', ok: false, reason: 'an agent has at most 1000 targets' },
        { url: 'file:///short/1', ok: true, state: 'active' },
      ]);
    });

    test('a request whose answer would not fit stores nothing', async () => {
      await approved('web-1');
      const agents = Array.from({ length: 10_000 }, (_, n) => `none-${n}`);
      const adding = ask(actions.addTargets, {
        agents: ['web-1', ...agents.slice(1)],
        urls: [LOG_URL, 'docker:', 'journald:'],
      });
      await expect(adding).rejects.toMatchObject({ code: 'too-large' });
      expect((await ask(actions.listTargets, {})).targets).toEqual([]);
    });

    test('a thousand agents are one bulk', async () => {
      const bees = Array.from({ length: 1000 }, (_, n) => new FakeBee(site.bus(), `host-${n}`));
      await Promise.all(bees.map((bee) => bee.connect(site.clock.now())));
      await site.broker.settled();
      await ask(actions.approve, { agents: bees.map(({ id }) => id) });
      const { results } = await ask(actions.addTargets, {
        agents: 'all',
        urls: [LOG_URL, 'docker:'],
      });
      expect(results).toHaveLength(2000);
      expect(results.every(({ ok, state }) => ok && state === 'active')).toBe(true);
      expect((await ask(actions.listAgents, {})).agents).toHaveLength(1000);
    }, 90_000);
  });

  test('stopping twice is fine and answers nobody afterwards', async () => {
    await manager.stop();
    await manager.stop();
    await expect(ask(actions.listAgents, {})).rejects.toMatchObject({ code: 'component-missing' });
    await bus.publish({
      exchange: EXCHANGE.fromAgents,
      routingKey: FROM_AGENT_KEY.reply,
      body: Buffer.from('{}'),
    });
    expect(site.broker.queue(QUEUE.agentManager)?.ready).toHaveLength(1);
  });

  describe('questions about a host', () => {
    const folder = {
      kind: 'folder' as const,
      path: '/var/log',
      roots: ['/var/log'],
      open: true,
    };
    const request = { path: '/var/log', match: 'x' };

    test('go to the Bee, and its answer comes back', async () => {
      const bee = await approved('web-1');
      bee.answer = () => ({ ...folder, entries: [], omitted: 7 });
      const answer = await ask(actions.listFolder, { agent: 'web-1', ...request });
      expect(answer).toEqual({ ...folder, entries: [], omitted: 7 });
      expect(bee.last).toMatchObject({ type: 'ask', question: { kind: 'folder', ...request } });
    });

    test('are refused in the words of the Bee', async () => {
      const bee = await approved('web-1');
      const reason = 'There is no file /x.';
      bee.answer = () => ({ kind: 'refused', code: 'not-found', reason });
      const asked = ask(actions.readFileEnd, { agent: bee.id, path: '/x' });
      await expect(asked).rejects.toMatchObject({ code: 'not-found', message: reason });
    });

    test('end when the Bee does not answer, and at once when it is not connected', async () => {
      const bee = await approved('web-1');
      const asked = ask(actions.suggest, { agent: 'web-1' });
      const ended = expect(asked).rejects.toMatchObject({ code: 'deadline-passed' });
      await site.broker.settled();
      site.clock.advance(QUESTION_WAIT_MS);
      await ended;
      await bee.disconnect();
      await expect(ask(actions.suggest, { agent: 'web-1' })).rejects.toMatchObject({
        code: 'deadline-passed',
        message: 'web-1 is not connected',
      });
    });

    test('another Bee cannot answer in its place', async () => {
      const bee = await approved('web-1');
      const other = await approved('web-2');
      const asked = ask(actions.suggest, { agent: 'web-1' });
      await site.broker.settled();
      const last = bee.last;
      if (last?.type !== 'ask') throw new Error('it was not asked');
      const answer = { kind: 'suggestions', suggestions: [], containers: [] } as const;
      const say = async (
        one: FakeBee,
        containers: { name: string; image: string; labels: Record<string, string> }[],
      ) =>
        await one.bus.publish(
          one.sign(FROM_AGENT_KEY.reply, {
            type: 'answer',
            version: 1,
            agent: one.id,
            request: last.request,
            answer: { ...answer, suggestions: [], containers },
          }),
        );
      await say(other, [{ name: 'forged', image: '', labels: {} }]);
      await say(bee, []);
      expect(await asked).toEqual(answer);
    });

    test('nobody is asked who is not approved or not there', async () => {
      const pending = await connected('new');
      const code = async (agent: string) =>
        await ask(actions.suggest, { agent }).then(
          () => 'none',
          (error: unknown) => toAppError(error).code,
        );
      expect(await code('new')).toBe('agent-not-approved');
      expect(await code('nobody')).toBe('not-found');
      expect(pending.received.map(({ type }) => type)).toEqual(['welcome']);
    });
  });
});
