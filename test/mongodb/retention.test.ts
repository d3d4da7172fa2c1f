/** Retention of honeycombs that share a store: one at a time does it, and another one goes on when it is killed. */
import { randomUUID } from 'node:crypto';
import { LIFE_RETRY_MS } from '@apiary/common/limits/store.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { storeActions } from '@apiary/common/messages/actions/store.ts';
import { connectDatabase } from '@apiary/common/mongodb/database.ts';
import { afterEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ACTOR, HoneycombRig } from '../../hive/src/honeycomb/testing/rig.ts';
import { eventually } from '../harness/eventually.ts';
import { mongoForThisFile } from '../harness/mongo.ts';
import { KILLED, runUntilKilled } from './testing/killed-child.ts';

const DAY_MS = 86_400_000;
/** Of the clocks, between two looks. */
const TICK_MS = 1_000;
const WAIT_MS = 60_000;

const mongo = mongoForThisFile();

describe('honeycombs that share a store', () => {
  let rig: HoneycombRig;
  let url: string;
  let others: Awaited<ReturnType<HoneycombRig['join']>>[] = [];

  async function begin(): Promise<void> {
    url = mongo().url(`apiary-test-${randomUUID()}`);
    rig = await HoneycombRig.create({}, url);
  }

  afterEach(async () => {
    for (const { component, bus } of others.splice(0)) {
      await component.stop();
      await bus.close();
    }
    await rig.remove();
  });

  function advance(byMs: number): void {
    for (const { clock } of [rig, ...others]) clock.advance(byMs);
  }

  const setDays = async (days: number) => {
    const classes = [{ name: 'default', tags: [], days }];
    const { classes: now } = await callAction(
      rig.bus,
      storeActions.setRetention,
      { classes },
      { actor: ACTOR },
    );
    return now;
  };

  /** Searches until so many lines are found and nothing is missing, while time goes on. */
  async function complete(total: number) {
    return await eventually(
      async () => {
        advance(TICK_MS);
        const answer = await rig.search({ query: '', limit: 1_000 });
        const isIt = answer.done.total === total && answer.done.missing.length === 0;
        return isIt ? answer : undefined;
      },
      `${total} lines are found and nothing is missing`,
      WAIT_MS,
    );
  }

  async function daysInTables(): Promise<string[]> {
    const database = await connectDatabase(url);
    const names = await database.tableNames();
    await database.close();
    return names.flatMap((name) => /^log\.sections\..*(\d{4}-\d\d-\d\d)/.exec(name)?.[1] ?? []);
  }

  test('drop a day of all of them once, whoever has sealed it or has it open', async () => {
    await begin();
    others = [await rig.join(), await rig.join()];
    const told: unknown[] = [];
    await rig.bus.events.on('store.expired', ({ body }) => {
      told.push(body);
    });
    for (let stream = 0; stream < 12; stream++) {
      await rig.publishLines(`00000000000000a${stream.toString(16)}`, ['an old line', 'another']);
    }
    await complete(24);
    advance(3 * DAY_MS);
    for (let stream = 0; stream < 6; stream++) {
      await rig.publishLines(`00000000000000b${stream}`, ['a new line']);
    }
    await complete(30);
    await setDays(1);
    const { records } = await complete(6);
    expect(new Set(records.map(({ body }) => body))).toEqual(new Set(['a new line']));
    const day = { day: '2026-11-20', retentionClass: 'default' };
    for (const body of told) expect(body).toMatchObject(day);
    const expired = z.array(z.object({ records: z.number() })).parse(told);
    expect(expired.reduce((sum, { records: gone }) => sum + gone, 0)).toBe(24);
    expect(await daysInTables()).not.toContain('2026-11-20');
    const [shown] = await setDays(1);
    // What came later may have been sealed meanwhile.
    expect(shown?.firstDay ?? '2026-11-23').toBe('2026-11-23');
    // A Bee that sends it again finds it held.
    await rig.publishLines('00000000000000a0', ['an old line', 'another']);
    await rig.publishLines('00000000000000bf', ['a new line']);
    await complete(7);
  }, 120_000);

  test.each(['before', 'after'])(
    'go on where one was killed %s the catalogue said that a day is gone',
    async (when) => {
      await begin();
      expect(await runUntilKilled('expire-and-die.ts', url, when)).toEqual(KILLED);
      advance(3 * DAY_MS);
      // It had the upkeep when it died; its lease and its segment are waited for, then taken.
      await setDays(1);
      advance(LIFE_RETRY_MS);
      const { records } = await complete(1);
      expect(records.map(({ body }) => body)).toEqual(['a new line']);
      await eventually(
        async () => {
          advance(TICK_MS);
          return (await daysInTables()).includes('2026-11-20') ? undefined : true;
        },
        'what was dropped is off the disk',
        WAIT_MS,
      );
    },
    120_000,
  );
});
