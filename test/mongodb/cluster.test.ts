/** Several honeycombs on one store: who answers for what, and what happens when one dies or sleeps. */
import { randomUUID } from 'node:crypto';
import { HONEYCOMBS } from '@apiary/common/documents/collections.ts';
import { SEGMENT_LEASE_MS } from '@apiary/common/limits/mongodb.ts';
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { FieldsPart, PatternsPart } from '@apiary/common/messages/analysis.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ACTOR, HoneycombRig } from '../../hive/src/honeycomb/testing/rig.ts';
import { type MongoService, provideMongo } from '../../scripts/services.ts';
import { eventually } from '../harness/eventually.ts';

const LINES = 25;
/** Of the clocks, between two looks. */
const TICK_MS = 200;
/** A third of them fills two chunks and begins another. */
const MESSAGES = 30;

let mongo: MongoService;

beforeAll(async () => {
  mongo = await provideMongo({ environment: process.env });
}, 300_000);

afterAll(async () => {
  await mongo.stop();
}, 60_000);

describe('three honeycombs', () => {
  let rig: HoneycombRig;
  let others: Awaited<ReturnType<HoneycombRig['join']>>[];
  let published: number;

  /** Every few messages fill a chunk, or none does. */
  async function begin(chunkRawBytes = 4_000): Promise<void> {
    const store = mongo.url(`apiary-test-${randomUUID()}`);
    rig = await HoneycombRig.create({ chunkRawBytes }, store);
    others = [await rig.join(), await rig.join()];
    published = 0;
  }

  afterEach(async () => {
    for (const { component, bus } of others) {
      await component.stop();
      await bus.close();
    }
    await rig.remove();
  });

  async function publish(messages: number): Promise<void> {
    for (let count = 0; count < messages; count++) {
      published++;
      const lines = Array.from({ length: LINES }, (_, index) => {
        const second = String((published * 7 + index) % 60).padStart(2, '0');
        const level = index % 5 === 0 ? 'ERROR' : 'INFO';
        return `2026-11-20T11:${second}:00Z ${level} message ${published} line ${index}`;
      });
      await rig.publishLines(`00000000000d${String(published).padStart(4, '0')}`, lines);
    }
  }

  const count = () => rig.search({ query: '', limit: 0 });

  /** Time goes on meanwhile for all but the dead. */
  async function complete(dead?: (typeof others)[number]) {
    const living = others.filter((one) => one !== dead).map(({ clock }) => clock);
    return await eventually(
      async () => {
        for (const clock of [rig.clock, ...living]) clock.advance(TICK_MS);
        const answer = await count();
        const isAll = answer.done.total === published * LINES && answer.done.missing.length === 0;
        return isAll ? answer : undefined;
      },
      `all of ${published * LINES} lines are found and nothing is missing`,
      90_000,
    );
  }

  /** Lets the leases of all but `asleep` be renewed while its own runs out. */
  async function outlive(asleep: (typeof others)[number]): Promise<void> {
    const awake = [rig.clock, ...others.filter((one) => one !== asleep).map(({ clock }) => clock)];
    for (let step = 0; step < 8; step++) {
      for (const clock of awake) clock.advance(SEGMENT_LEASE_MS / 4);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Segments that two honeycombs answer for: who was taken over does not know it yet. */
  async function contested(): Promise<string[]> {
    const members = await (await rig.documents.collection(HONEYCOMBS)).find();
    const covers = await Promise.all(
      members.map(({ document: { id } }) =>
        callAction(rig.bus, honeycombActions.cover, { version: 0 }, { actor: ACTOR, instance: id }),
      ),
    );
    const ids = covers.flatMap(({ segments }) => segments.map(({ id }) => id));
    return ids.filter((id, index) => ids.indexOf(id) !== index);
  }

  test('answer as one, page by page, while chunks are sealed', async () => {
    await begin();
    await publish(MESSAGES);
    await complete();
    const seen: string[] = [];
    const times: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await rig.search({
        ...{ query: 'level:info', limit: 37, histogram: { buckets: 20 } },
        ...(cursor === undefined ? {} : { cursor }),
      });
      expect(page.done.missing).toEqual([]);
      expect(page.done.total).toBe((MESSAGES * LINES * 4) / 5);
      const levels: Record<string, number[]> = page.counts.histogram?.levels ?? {};
      const counted = Object.values(levels).flat();
      expect(counted.reduce((sum, each) => sum + each, 0)).toBe(page.done.total);
      seen.push(...page.records.map(({ id }) => id));
      times.push(...page.records.map(({ time }) => time));
      cursor = page.done.next;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe((MESSAGES * LINES * 4) / 5);
    expect(seen).toHaveLength((MESSAGES * LINES * 4) / 5);
    expect(times).toEqual([...times].sort((a, b) => b - a));
  }, 120_000);

  test('answer right or say what is missing, at every moment of ingest', async () => {
    await begin();
    const publishing = publish(MESSAGES);
    let isOver = false;
    void publishing.then(() => {
      isOver = true;
    });
    let least = 0;
    while (!isOver) {
      const { done, records } = await rig.search({ query: '', limit: 10_000 });
      if (done.missing.length > 0) continue;
      expect(done.total).toBeGreaterThanOrEqual(least);
      least = done.total;
      expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
      expect(records.length).toBe(done.total);
    }
    await publishing;
    await complete();
  }, 120_000);

  test('what is told of a result names what other ones hold', async () => {
    await begin();
    await publish(MESSAGES);
    const { records } = await complete().then(() => rig.search({ query: '', limit: 1 }));
    const last = async (parts: AsyncIterable<FieldsPart | PatternsPart>) => {
      let done: FieldsPart | PatternsPart | undefined;
      for await (const part of parts) done = part;
      return done;
    };
    const options = { actor: ACTOR };
    const request = { query: '' };
    const { fields, patterns, context } = honeycombActions;
    const othersHold = expect.arrayContaining([expect.stringMatching(/^segment .* only searches/)]);
    for (const parts of [
      streamAction(rig.bus, fields, request, options),
      streamAction(rig.bus, patterns, request, options),
    ]) {
      const done = await last(parts);
      expect(done).toMatchObject({ type: 'done', missing: othersHold });
      expect(done?.total).toBeLessThan(published * LINES);
    }
    const around = await callAction(rig.bus, context, { id: records[0]?.id ?? '' }, options).catch(
      (error: unknown) => error,
    );
    expect(around).toMatchObject(
      around instanceof Error
        ? { code: 'not-found', message: expect.stringContaining('segment ') }
        : { missing: othersHold },
    );
  }, 120_000);

  test('one that dies is missed, then its segment is adopted and nothing is', async () => {
    await begin();
    await publish(MESSAGES);
    await complete();
    const [dead] = others;
    if (!dead) throw new Error('no other');
    dead.bus.cut();
    const { done } = await count();
    expect(done.missing.join()).toMatch(/gone and nobody has adopted it/);
    await outlive(dead);
    await complete(dead);
    await publish(4);
    await complete(dead);
  }, 120_000);

  test('one that slept past its lease counts once, and begins anew when it wakes', async () => {
    await begin(1_000_000);
    await publish(MESSAGES);
    await complete();
    const [asleep] = others;
    if (!asleep) throw new Error('no other');
    await outlive(asleep);
    await eventually(async () => ((await contested()).length > 0 ? true : undefined), 'adoption');
    expect((await count()).done).toMatchObject({ total: published * LINES, missing: [] });
    // It takes its share of these, is refused by the store, and takes them again with another segment.
    await publish(MESSAGES);
    await eventually(
      async () => {
        for (const { clock } of others) clock.advance(TICK_MS);
        rig.clock.advance(TICK_MS);
        const { done } = await count();
        return done.total === published * LINES && done.missing.length === 0 ? done : undefined;
      },
      'what the sleeper took is stored',
      90_000,
    );
    const { records } = await rig.search({ query: '', limit: 10_000 });
    expect(new Set(records.map(({ id }) => id)).size).toBe(published * LINES);
    expect(records).toHaveLength(published * LINES);
  }, 120_000);
});
