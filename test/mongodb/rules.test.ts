/** Rules over several honeycombs on one store: a window is one, whoever stored its lines. */
import { randomUUID } from 'node:crypto';
import { QUEUE } from '@apiary/common/bus/topology.ts';
import type { Component } from '@apiary/common/component.ts';
import { announceChanges } from '@apiary/common/documents/announce.ts';
import { openDocuments } from '@apiary/common/documents/open.ts';
import { SEGMENT_LEASE_MS } from '@apiary/common/limits/mongodb.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { pheromoneActions } from '@apiary/common/messages/actions/pheromone.ts';
import { type DeliveryMessage, deliveryMessageSchema } from '@apiary/common/messages/delivery.ts';
import { liveMessageSchema } from '@apiary/common/messages/live.ts';
import { Metrics } from '@apiary/common/metrics.ts';
import { newId } from '@apiary/common/random.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ACTOR, HoneycombRig } from '../../hive/src/honeycomb/testing/rig.ts';
import { createPheromone } from '../../hive/src/pheromone/index.ts';
import { eventually } from '../harness/eventually.ts';
import { mongoForThisFile } from '../harness/mongo.ts';

const HOUR = 3_600_000;
/** Of the clocks, between two looks. */
const TICK_MS = 200;

const mongo = mongoForThisFile();

describe('rules over several honeycombs', () => {
  let rig: HoneycombRig;
  let others: Awaited<ReturnType<HoneycombRig['join']>>[];
  let told: DeliveryMessage[];
  let published: number;
  /** Ends each pheromone that still runs. */
  let ends: (() => Promise<void>)[];

  beforeEach(async () => {
    rig = await HoneycombRig.create({ chunkRawBytes: 20_000 }, mongo().url(`test-${randomUUID()}`));
    others = [await rig.join(), await rig.join()];
    [told, published, ends] = [[], 0, []];
    await rig.bus.consume(QUEUE.deliveries, { prefetch: 10 }, (delivery) => {
      told.push(deliveryMessageSchema.parse(JSON.parse(delivery.body.toString())));
      delivery.ack();
    });
  });

  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    for (const { component, bus } of others) {
      await component.stop();
      await bus.close();
    }
    await rig.remove();
  });

  async function startPheromone(): Promise<() => Promise<void>> {
    const bus = rig.connect();
    const documents = await openDocuments(`sqlite:${rig.folder}`);
    const component: Component = createPheromone({
      ...{ bus, documents, log: createSilentLogger(), clock: rig.clock, metrics: new Metrics() },
      ...{ instance: newId(), store: rig.store },
    });
    await component.start();
    const stopAnnouncing = announceChanges(documents, bus);
    const end = async () => {
      await component.stop();
      stopAnnouncing();
      await bus.close();
      await documents.close();
    };
    ends.push(end);
    return async () => {
      ends = ends.filter((other) => other !== end);
      await end();
    };
  }

  /** One that fires with exactly so many lines, and one that wants a line more. */
  async function putRules(lines: number): Promise<void> {
    const rules = [lines, lines + 1].map((count) => ({
      id: `of-${count}`,
      name: `Of ${count}`,
      query: 'kestrel',
      condition: { type: 'count' as const, count, windowMs: HOUR },
      channels: ['ops'],
    }));
    await callAction(rig.bus, pheromoneActions.putRules, { rules }, { actor: ACTOR });
    const states = await rig.documents.collection({
      name: 'rule-states',
      schema: (await import('../../hive/src/pheromone/model.ts')).RULE_STATES.schema,
      indexes: ['owner'],
    });
    await pass(async () => {
      const all = await states.find();
      const begun = all.filter(({ document }) => document.cursors.query !== undefined);
      return begun.length === rules.length ? true : undefined;
    }, 'both rules have begun');
  }

  async function publish(lines: number): Promise<void> {
    for (let count = 0; count < lines; count++) {
      published++;
      const generation = `00000000000f${String(published).padStart(4, '0')}`;
      await rig.publishLines(generation, [`kestrel ${published}`]);
    }
  }

  /** Time goes on meanwhile for all but the dead. */
  function pass<T>(
    look: () => Promise<T | undefined> | T | undefined,
    what: string,
    dead?: object,
  ) {
    return eventually(
      async () => {
        for (const one of others) if (one !== dead) one.clock.advance(TICK_MS);
        rig.clock.advance(TICK_MS);
        return await look();
      },
      what,
      90_000,
    );
  }

  const fired = () => told.filter(({ kind }) => kind === 'fired').map(({ rule }) => rule);

  test('count each line once, whichever of them stored it', async () => {
    await startPheromone();
    await putRules(60);
    await publish(60);
    await pass(() => (fired().length > 0 ? true : undefined), 'the rule of 60 fires');
    await pass(async () => ((await stored()) === published ? true : undefined), 'all is stored');
    expect(fired()).toEqual(['of-60']);
  }, 120_000);

  test('go on with the same window under another pheromone', async () => {
    const stop = await startPheromone();
    await putRules(60);
    await publish(30);
    await pass(async () => ((await stored()) === published ? true : undefined), 'half is stored');
    await stop();
    await publish(20);
    await startPheromone();
    await publish(10);
    await pass(() => (fired().length > 0 ? true : undefined), 'the rule of 60 fires');
    expect(fired()).toEqual(['of-60']);
  }, 120_000);

  test('judge what one had stored and not told when it died, once it is adopted', async () => {
    await startPheromone();
    await putRules(60);
    const [dead] = others;
    if (!dead) throw new Error('no other');
    const publishLive = dead.bus.live.publish.bind(dead.bus.live);
    let untold = 0;
    dead.bus.live.publish = (exchange, body) => {
      const { success, data } = liveMessageSchema.safeParse(JSON.parse(body.toString()));
      if (success && data.type === 'matches') untold += data.records.length;
      else publishLive(exchange, body);
    };
    await publish(60);
    await eventually(async () => ((await stored()) === published ? true : undefined), 'stored');
    dead.bus.cut();
    expect(untold).toBeGreaterThan(0);
    expect(fired()).toEqual([]);
    for (let step = 0; step < 8; step++) {
      rig.clock.advance(SEGMENT_LEASE_MS / 4);
      for (const one of others) if (one !== dead) one.clock.advance(SEGMENT_LEASE_MS / 4);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await pass(() => (fired().length > 0 ? true : undefined), 'the rule of 60 fires', dead);
    expect(fired()).toEqual(['of-60']);
  }, 120_000);

  async function stored(): Promise<number> {
    const { done } = await rig.search({ query: '', limit: 0 });
    return done.missing.length === 0 ? done.total : 0;
  }
});
