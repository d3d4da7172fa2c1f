/** pheromone on a real honeycomb, on a bus in memory, with time that stands. */
import { QUEUE } from '@apiary/common/bus/topology.ts';
import type { Component } from '@apiary/common/component.ts';
import { announceChanges } from '@apiary/common/documents/announce.ts';
import { LIVENESS } from '@apiary/common/documents/collections.ts';
import type { Documents } from '@apiary/common/documents/documents.ts';
import { openDocuments } from '@apiary/common/documents/open.ts';
import { BUNDLE_WAIT_MS, RULE_LEASE_MS } from '@apiary/common/limits/alerts.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { type Action, callAction } from '@apiary/common/messages/actions/action.ts';
import { pheromoneActions } from '@apiary/common/messages/actions/pheromone.ts';
import type { RuleInput, SilenceInput } from '@apiary/common/messages/alerts.ts';
import { type DeliveryMessage, deliveryMessageSchema } from '@apiary/common/messages/delivery.ts';
import { Metrics } from '@apiary/common/metrics.ts';
import { newId } from '@apiary/common/random.ts';
import type { MemoryBus } from '@apiary/common/testing/memory-bus.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { ACTOR, HoneycombRig, until } from '../honeycomb/testing/rig.ts';
import { createPheromone } from './index.ts';

const MINUTE = 60_000;
const RULE: RuleInput = {
  id: 'errors',
  name: 'Errors',
  query: 'error',
  condition: { type: 'count', count: 2, windowMs: MINUTE },
  channels: ['ops'],
};

interface Running {
  readonly component: Component;
  readonly bus: MemoryBus;
  readonly documents: Documents;
  readonly stopAnnouncing: () => void;
}

describe('pheromone', () => {
  let rig: HoneycombRig;
  let running: Running[];
  let told: DeliveryMessage[];
  let generation: number;

  beforeEach(async () => {
    rig = await HoneycombRig.create();
    running = [];
    told = [];
    generation = 0;
    await startPheromone();
    await rig.bus.consume(QUEUE.deliveries, { prefetch: 10 }, (delivery) => {
      told.push(deliveryMessageSchema.parse(JSON.parse(delivery.body.toString())));
      delivery.ack();
    });
  });

  afterEach(async () => {
    for (const each of running.splice(0)) await end(each);
    await rig.remove();
  });

  async function startPheromone(): Promise<Running> {
    const bus = rig.connect();
    const documents = await openDocuments(`sqlite:${rig.folder}`);
    const context = {
      ...{ bus, documents, log: createSilentLogger(), clock: rig.clock, metrics: new Metrics() },
      ...{ instance: newId(), store: `sqlite:${rig.folder}` },
    };
    const component = createPheromone(context);
    await component.start();
    const stopAnnouncing = announceChanges(documents, bus);
    const one = { component, bus, documents, stopAnnouncing };
    running.push(one);
    return one;
  }

  async function end(one: Running): Promise<void> {
    running = running.filter((other) => other !== one);
    await one.component.stop();
    one.stopAnnouncing();
    await one.bus.close();
    await one.documents.close();
  }

  /** Its connection is gone, though it does not know yet that it is no owner any more. */
  async function kill(one: Running): Promise<void> {
    one.bus.cut();
    one.stopAnnouncing();
  }

  function ask<I extends z.ZodType, O extends z.ZodType>(action: Action<I, O>, body: z.input<I>) {
    return callAction(rig.bus, action, body, { actor: ACTOR });
  }

  /** A rule is at work when its query is registered. */
  async function putRule(rule: Partial<RuleInput> = {}): Promise<void> {
    await ask(pheromoneActions.putRules, { rules: [{ ...RULE, ...rule }] });
    await standing();
  }

  async function standing(): Promise<void> {
    const collection = await rig.documents.collection({
      name: 'standing-queries',
      schema: (await import('@apiary/common/messages/actions/honeycomb.ts')).standingQuerySchema,
      indexes: [],
    });
    await until(async () => {
      rig.clock.advance(1);
      return (await collection.get('rule-errors')) !== undefined;
    });
    await turns();
  }

  async function turns(count = 20): Promise<void> {
    for (let turn = 0; turn < count; turn++) await new Promise((done) => setImmediate(done));
  }

  const write = (...lines: string[]) =>
    rig.publishLines((++generation).toString(16).padStart(16, '0'), lines);
  const kinds = () => told.map(({ kind }) => kind);
  const toldOf = async (count: number) => {
    await until(() => {
      rig.clock.advance(1);
      return told.length >= count;
    });
    await turns();
    expect(told).toHaveLength(count);
  };
  const active = async () => (await ask(pheromoneActions.listAlerts, {})).alerts;

  test('tells of a burst at once, with its lines, and that it is over', async () => {
    await putRule();
    await write('error one');
    await write('error two');
    await toldOf(1);
    expect(told[0]).toMatchObject({
      kind: 'fired',
      rule: 'errors',
      title: 'Errors: 2 matches in 60 s',
      channels: ['ops'],
      users: ['*'],
    });
    expect(told[0]?.lines.map(({ text }) => text)).toEqual(['error one', 'error two']);
    expect(told[0]?.link).toContain('/search?q=%28error%29');
    expect(await active()).toMatchObject([{ id: told[0]?.alert, state: 'firing', told: 1 }]);
    rig.clock.advance(MINUTE + 1_000);
    await toldOf(2);
    expect(told[1]).toMatchObject({ kind: 'resolved', alert: told[0]?.alert });
    expect(await active()).toEqual([]);
  });

  test('keeps groups apart and names them', async () => {
    await putRule({ groupBy: ['code'] });
    await write('error code=1', 'error code=2', 'error code=1', 'error code=3');
    await toldOf(1);
    expect(told[0]).toMatchObject({
      group: { code: '1' },
      title: 'Errors (code 1): 2 matches in 60 s',
    });
  });

  test('a killed instance is taken over: nothing is told twice, nothing is lost', async () => {
    await putRule();
    await write('error one', 'error two');
    await toldOf(1);
    const [first] = running;
    if (first) await kill(first);
    await write('all is well', 'error three');
    await startPheromone();
    await standing();
    expect(kinds()).toEqual(['fired']);
    rig.clock.advance(MINUTE + 1_000);
    await toldOf(2);
    await write('error four', 'error five');
    await toldOf(3);
    expect(kinds()).toEqual(['fired', 'resolved', 'fired']);
    expect(told[2]?.alert).not.toBe(told[0]?.alert);
  });

  test('what was written while nobody judged is judged by the next owner, with the window before it', async () => {
    await putRule();
    await write('error one');
    await turns();
    rig.clock.advance(RULE_LEASE_MS / 3);
    await turns();
    const [first] = running;
    if (first) await kill(first);
    await write('error two');
    await rig.settled(2);
    await startPheromone();
    await standing();
    await toldOf(1);
    expect(told[0]?.lines.map(({ text }) => text)).toEqual(['error one', 'error two']);
  });

  test('an owner that starts before honeycomb waits for it, and misses nothing', async () => {
    await putRule();
    await write('error one');
    await turns();
    rig.clock.advance(RULE_LEASE_MS / 3);
    await turns();
    const [first] = running;
    if (first) await kill(first);
    await rig.stop();
    await startPheromone();
    await turns();
    await rig.start();
    await write('error two');
    await rig.settled(2);
    for (let second = 0; second < 5 && told.length === 0; second++) {
      rig.clock.advance(1_000);
      await turns(100);
    }
    await toldOf(1);
    expect(told[0]?.lines.map(({ text }) => text)).toEqual(['error one', 'error two']);
  });

  test('one that stops hands its rules to the other', async () => {
    const second = await startPheromone();
    await putRule();
    for (const one of [...running]) if (one !== second) await end(one);
    await turns();
    await write('error one', 'error two');
    await toldOf(1);
  });

  test('an honeycomb that starts again leaves no gap', async () => {
    await putRule();
    await write('error one');
    await rig.settled(1);
    await rig.stop();
    await rig.start();
    await write('error two');
    await toldOf(1);
    expect(told[0]?.lines).toHaveLength(2);
  });

  test('is acknowledged once, by whoever was first, and is not repeated then', async () => {
    await putRule({
      repeatMs: MINUTE,
      condition: { type: 'count', count: 2, windowMs: 3_600_000 },
    });
    await write('error one', 'error two');
    await toldOf(1);
    rig.clock.advance(MINUTE);
    await toldOf(2);
    const alerts = [told[0]?.alert ?? ''];
    const first = await ask(pheromoneActions.acknowledge, { alerts });
    expect(first.alerts).toMatchObject([{ acknowledgedBy: 'test', state: 'firing' }]);
    await ask(pheromoneActions.acknowledge, { alerts });
    await toldOf(3);
    rig.clock.advance(10 * MINUTE);
    await turns();
    expect(kinds()).toEqual(['fired', 'repeated', 'acknowledged']);
    expect(new Set(told.map(({ id }) => id)).size).toBe(3);
  });

  test('a silence is changed in its place, and put back where it was ended', async () => {
    const untilMs = rig.clock.now() + 10 * MINUTE;
    const put = async (silence: SilenceInput) =>
      (await ask(pheromoneActions.putSilences, { silences: [silence] })).silences[0];
    const all = async () => (await ask(pheromoneActions.listSilences, {})).silences;
    const made = await put({ rule: 'errors', untilMs, reason: 'load test' });
    rig.clock.advance(1_000);
    const later = { id: made?.id ?? '', rule: 'errors', untilMs: untilMs + MINUTE };
    await put(later);
    const { createdMs } = made ?? {};
    expect(await all()).toMatchObject([{ ...later, reason: '', createdMs }]);
    await ask(pheromoneActions.removeSilences, { silences: [later.id] });
    await put(later);
    expect(await all()).toMatchObject([later]);
  });

  test('a silence keeps quiet; when it ends what still fires is told', async () => {
    await putRule({ condition: { type: 'count', count: 2, windowMs: 3_600_000 } });
    const untilMs = rig.clock.now() + 10 * MINUTE;
    await ask(pheromoneActions.putSilences, { silences: [{ rule: 'errors', untilMs }] });
    await turns();
    await write('error one', 'error two');
    await until(async () => (await active()).length === 1);
    expect(await active()).toMatchObject([{ state: 'firing', quiet: 'silence', told: 0 }]);
    expect(told).toEqual([]);
    rig.clock.advance(10 * MINUTE);
    await toldOf(1);
    expect(told[0]).toMatchObject({ kind: 'fired' });
  });

  test('escalates to others while nobody acknowledges', async () => {
    await putRule({
      repeatMs: 0,
      condition: { type: 'count', count: 2, windowMs: 3_600_000 },
      escalation: [{ afterMs: 5 * MINUTE, channels: ['boss'], users: [] }],
    });
    await write('error one', 'error two');
    await toldOf(1);
    rig.clock.advance(5 * MINUTE);
    await toldOf(2);
    expect(told[1]).toMatchObject({ kind: 'escalated', channels: ['boss'], users: [] });
  });

  test('many groups at once are told together, also where the one who waited is killed', async () => {
    const hour = { type: 'count', count: 1, windowMs: 3_600_000 } as const;
    await putRule({ condition: hour, groupBy: ['code'], bundleAfter: 2, repeatMs: 0 });
    await write(...[1, 2, 3, 4, 5].map((code) => `error code=${code}`));
    await toldOf(5);
    expect(told.map(({ bundled = false }) => bundled)).toEqual([false, false, true, true, true]);
    const [first] = running;
    if (first) await kill(first);
    await startPheromone();
    await standing();
    rig.clock.advance(BUNDLE_WAIT_MS);
    await toldOf(6);
    expect(told[5]).toMatchObject({ kind: 'fired', title: 'Errors: 3 more alerts' });
    expect(told[5]?.bundles).toEqual(told.slice(2, 5).map(({ alert }) => alert));
    await ask(pheromoneActions.removeRules, { rules: ['errors'] });
    await toldOf(6 + 5 + 1);
    expect(told.at(-1)).toMatchObject({ kind: 'resolved', title: 'Errors: 5 alerts' });
  });

  test('tells how many matches each host has', async () => {
    await putRule({ countBy: 'user' });
    await write('error user=ada', 'error user=bo', 'error user=ada');
    await toldOf(1);
    expect(told[0]?.text).toBe('2 matches in 60 s\nuser: ada 1, bo 1');
  });

  test('an absence is found though nothing is committed any more', async () => {
    await putRule({ condition: { type: 'absence', windowMs: MINUTE } });
    await write('error one');
    await turns();
    for (let second = 0; second < 70; second++) {
      rig.clock.advance(1_000);
      await turns(3);
    }
    await toldOf(1);
    expect(told[0]).toMatchObject({ kind: 'fired', title: 'Errors: no match for 60 s' });
    await write('error two');
    await toldOf(2);
    expect(told[1]).toMatchObject({ kind: 'resolved' });
  });

  test('tells of an agent whose heartbeats stop, and that they are back', async () => {
    await ask(pheromoneActions.putRules, {
      rules: [{ id: 'dead', name: 'Dead', condition: { type: 'agent-dead' } }],
    });
    const liveness = await rig.documents.collection(LIVENESS);
    const say = async (state: 'alive' | 'dead') => {
      const now = rig.clock.now();
      await liveness.put({ id: rig.agent, state, sinceMs: now, heardMs: now });
      const change = { collection: 'liveness', id: rig.agent, kind: 'written' };
      rig.bus.events.emit('document.changed.liveness', change);
      await turns();
    };
    await say('dead');
    await toldOf(1);
    expect(told[0]).toMatchObject({ kind: 'fired', group: { host: 'host-1' } });
    await say('alive');
    await toldOf(2);
    expect(kinds()).toEqual(['fired', 'resolved']);
  });

  test('an alert of a rule that is removed ends', async () => {
    await putRule();
    await write('error one', 'error two');
    await toldOf(1);
    expect(await ask(pheromoneActions.removeRules, { rules: ['errors', 'no'] })).toEqual({
      removed: ['errors'],
    });
    await toldOf(2);
    expect(kinds()).toEqual(['fired', 'resolved']);
    expect(await active()).toEqual([]);
  });

  test('tries a rule on what is stored', async () => {
    await write('error one');
    rig.clock.advance(10_000);
    // A burst: all of it in one millisecond.
    const steps = Array.from({ length: 40 }, (_, step) => `step ${step}`);
    await write(...steps, 'error two', 'and its reason', ...steps);
    rig.clock.advance(5 * MINUTE);
    await write('error three');
    await rig.settled(84);
    const now = rig.clock.now();
    const answer = await ask(pheromoneActions.try, {
      rule: { ...RULE, contextLines: 1 },
      from: now - 3_600_000,
      to: now + 1,
    });
    expect(answer).toMatchObject({ examined: 3, complete: true });
    expect(answer.alerts).toMatchObject([
      { firedMs: now - 5 * MINUTE, title: 'Errors: 2 matches in 60 s' },
    ]);
    expect(answer.alerts[0]?.lines).toMatchObject([
      { text: 'error one', matching: true },
      { text: 'step 39', matching: false },
      { text: 'error two', matching: true },
      { text: 'and its reason', matching: false },
    ]);
    expect(answer.alerts[0]?.resolvedMs).toBeLessThan(now - 3 * MINUTE);
  });
});
