/** Rules' and tails' queries over several honeycombs on one store: nothing twice, nothing passed over. */
import { randomUUID } from 'node:crypto';
import { baseOf, stretchOf } from '@apiary/common/chunks/stretch.ts';
import { SEGMENT_LEASE_MS } from '@apiary/common/limits/mongodb.ts';
import { STANDING_LEASE_MS } from '@apiary/common/limits.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import { liveMessageSchema } from '@apiary/common/messages/live.ts';
import { TailHub } from '@apiary/queen/live/tail-hub.ts';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ACTOR, HoneycombRig } from '../../hive/src/honeycomb/testing/rig.ts';
import { eventually } from '../harness/eventually.ts';
import { mongoForThisFile } from '../harness/mongo.ts';

const LINES = 5;
/** Of the clocks, between two looks. */
const TICK_MS = 200;

const mongo = mongoForThisFile();

describe('a tail over several honeycombs', () => {
  let rig: HoneycombRig;
  let others: Awaited<ReturnType<HoneycombRig['join']>>[];
  let hub: TailHub;
  let seen: string[];
  let missed: number;
  let published: number;

  async function begin(count: number): Promise<void> {
    const store = mongo().url(`apiary-test-${randomUUID()}`);
    rig = await HoneycombRig.create({ chunkRawBytes: 20_000 }, store);
    others = [];
    for (let more = 1; more < count; more++) others.push(await rig.join());
    [seen, missed, published] = [[], 0, 0];
    hub = new TailHub({ bus: rig.bus, clock: rig.clock, log: createSilentLogger() });
    await hub.follow('', ACTOR, {
      matched: (records, omitted) => {
        seen.push(...records.map(({ id }) => id));
        missed += omitted;
      },
      missed: (more) => {
        missed += more;
      },
    });
  }

  afterEach(async () => {
    await hub.stop();
    for (const { component, bus } of others) {
      await component.stop();
      await bus.close();
    }
    await rig.remove();
  });

  async function publish(messages: number): Promise<void> {
    for (let count = 0; count < messages; count++) {
      published++;
      const lines = Array.from({ length: LINES }, (_, index) => `line ${index} of ${published}`);
      await rig.publishLines(`00000000000e${String(published).padStart(4, '0')}`, lines);
    }
  }

  /** Time goes on meanwhile for all but the dead; all that was published was told once. */
  async function complete(dead?: (typeof others)[number]): Promise<void> {
    await eventually(
      () => {
        for (const one of others) if (one !== dead) one.clock.advance(TICK_MS);
        rig.clock.advance(TICK_MS);
        return new Set(seen).size >= published * LINES ? true : undefined;
      },
      `${published * LINES} lines are told`,
      90_000,
    );
    expect(seen).toHaveLength(published * LINES);
    expect(missed).toBe(0);
  }

  const stand = () =>
    callAction(
      rig.bus,
      honeycombActions.stand,
      { id: 'q', query: 'line', leaseMs: STANDING_LEASE_MS },
      { actor: ACTOR },
    );

  test('sees what each of them stores', async () => {
    await begin(3);
    await publish(60);
    await complete();
    const { positions, isComplete } = await stand();
    expect(positions).toHaveLength(3);
    expect(isComplete).toBe(true);
    const stored = positions.filter(({ committed }) => committed > baseOf(stretchOf(committed)));
    expect(stored.length).toBeGreaterThan(1);
  }, 120_000);

  test('sees what one that joins later stores, from its first line', async () => {
    await begin(1);
    await publish(5);
    await complete();
    others.push(await rig.join());
    await publish(40);
    await complete();
    expect((await stand()).positions).toHaveLength(2);
  }, 120_000);

  test('sees what one had stored and not told when it died, once it is adopted', async () => {
    await begin(2);
    await publish(20);
    await complete();
    const [dead] = others;
    if (!dead) throw new Error('no other');
    // It goes on storing for a moment, and nobody hears of it.
    const publishLive = dead.bus.live.publish.bind(dead.bus.live);
    let untold = 0;
    dead.bus.live.publish = (query, body) => {
      const message = liveMessageSchema.parse(JSON.parse(body.toString()));
      if (message.type === 'matches') untold += message.records.length;
      else publishLive(query, body);
    };
    await publish(20);
    await eventually(async () => {
      const { done } = await rig.search({ query: '', limit: 0 });
      return done.total === published * LINES && done.missing.length === 0 ? done : undefined;
    }, 'all is stored');
    // Being found comes before being told.
    await eventually(
      () => (new Set(seen).size === published * LINES - untold ? true : undefined),
      'what is told is seen',
    );
    dead.bus.cut();
    expect(untold).toBeGreaterThan(0);
    for (let step = 0; step < 8; step++) {
      rig.clock.advance(SEGMENT_LEASE_MS / 4);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await complete(dead);
    await publish(4);
    await complete(dead);
  }, 120_000);

  test('one that is over is told to whoever followed it, and to nobody else', async () => {
    await begin(2);
    await publish(30);
    await complete();
    const before = await stand();
    const [one] = others.splice(0);
    if (!one) throw new Error('no other');
    await one.component.stop();
    await one.bus.close();
    const known = {
      stretches: before.positions.map(({ committed }) => stretchOf(committed)),
      newest: before.newest,
    };
    const ask = (follows?: typeof known) =>
      callAction(
        rig.bus,
        honeycombActions.stand,
        { id: 'q', query: 'line', leaseMs: STANDING_LEASE_MS, ...(follows && { known: follows }) },
        { actor: ACTOR },
      );
    const after = await eventually(async () => {
      rig.clock.advance(SEGMENT_LEASE_MS / 4);
      const answer = await ask(known);
      return answer.isComplete ? answer : undefined;
    }, 'what it held is adopted');
    expect(after.positions.filter(({ isOver }) => isOver)).toHaveLength(1);
    expect((await ask()).positions.filter(({ isOver }) => isOver)).toEqual([]);
    const over = after.positions.find(({ isOver }) => isOver);
    if (!over) throw new Error('none is over');
    const told: string[] = [];
    const parts = streamAction(
      rig.bus,
      honeycombActions.missed,
      {
        ...{ query: 'line', epoch: over.epoch },
        ...{ after: baseOf(stretchOf(over.committed)), to: over.committed },
      },
      { actor: ACTOR, instance: over.instance },
    );
    for await (const { records } of parts) told.push(...records.map(({ id }) => id));
    expect(told.length).toBeGreaterThan(0);
    expect(new Set(told).size).toBe(told.length);
    expect(told.length).toBeLessThan(published * LINES);
  }, 120_000);
});
