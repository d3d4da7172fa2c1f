/** Several honeycombs on one store: who answers for what, and what happens when one dies or sleeps. */
import { randomUUID } from 'node:crypto';
import { openChunks } from '@apiary/common/chunks/open.ts';
import { HONEYCOMBS } from '@apiary/common/documents/collections.ts';
import { SEGMENT_LEASE_MS, SEGMENT_SLOW_MS_MAX } from '@apiary/common/limits/mongodb.ts';
import { FROZEN_CHUNKS_MAX } from '@apiary/common/limits.ts';
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import { allParts } from '@apiary/common/testing/bus-bench.ts';
import { runOf, streamOf } from '@apiary/common/testing/chunk-runs.ts';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ACTOR, HoneycombRig } from '../../hive/src/honeycomb/testing/rig.ts';
import { eventually } from '../harness/eventually.ts';
import { mongoForThisFile } from '../harness/mongo.ts';

const LINES = 25;
/** Of the clocks, between two looks. */
const TICK_MS = 200;
/** A third of them fills two chunks and begins another. */
const MESSAGES = 30;
/** So many fill a chunk. */
const CHUNK_MESSAGES = 5;

const mongo = mongoForThisFile();

describe('three honeycombs', () => {
  let rig: HoneycombRig;
  let others: Awaited<ReturnType<HoneycombRig['join']>>[];
  let published: number;

  /** Every few messages fill a chunk, or none does. */
  async function begin(chunkRawBytes = 4_000): Promise<void> {
    const store = mongo().url(`apiary-test-${randomUUID()}`);
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
        return `2026-11-20T11:${second}:00Z ${level} message ${published} line=${index}`;
      });
      await rig.publishLines(`00000000000d${String(published).padStart(4, '0')}`, lines);
    }
  }

  const count = () => rig.search({ query: '', limit: 0 });

  /** Fields, patterns and counts by time of everything. */
  async function told() {
    const { fields, patterns, series } = honeycombActions;
    const options = { actor: ACTOR };
    const request = { query: '' };
    const ofFields = await allParts(streamAction(rig.bus, fields, request, options));
    const ofPatterns = await allParts(streamAction(rig.bus, patterns, request, options));
    const byTime = { ...request, buckets: 10, number: 'line' };
    const ofSeries = await allParts(streamAction(rig.bus, series, byTime, options));
    const found = ofFields.findLast((part) => part.type === 'fields')?.fields ?? [];
    const values = (name: string) => found.find((field) => field.name === name)?.values;
    const shown = ofPatterns.findLast((part) => part.type === 'patterns')?.patterns ?? [];
    const [all] = ofSeries.findLast((part) => part.type === 'series')?.series ?? [];
    const missing = [ofFields, ofPatterns, ofSeries].flatMap((parts) => {
      const last = parts.at(-1);
      return last?.type === 'done' ? last.missing : ['no end'];
    });
    return {
      missing: [...new Set(missing)],
      hosts: values('host'),
      levels: values('level'),
      patterned: shown.reduce((sum, pattern) => sum + pattern.count, 0),
      patterns: shown.map(({ text }) => text),
      counted: all?.total ?? 0,
      numbers: all?.numbers?.reduce((sum, each) => sum + (each?.count ?? 0), 0),
    };
  }

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

  /** Lets the leases of all but `asleep` be renewed while its own runs out, and so much more time go by. */
  async function outlive(
    asleep: (typeof others)[number],
    lateMs = SEGMENT_SLOW_MS_MAX,
  ): Promise<void> {
    const awake = [rig.clock, ...others.filter((one) => one !== asleep).map(({ clock }) => clock)];
    const steps = (2 * SEGMENT_LEASE_MS + lateMs) / (SEGMENT_LEASE_MS / 4);
    for (let step = 0; step < steps; step++) {
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

  test('give a page that one of them has all of, whoever is asked, from either end', async () => {
    await begin(1_000_000);
    await publish(MESSAGES);
    // More than one of them gives for a page at once, and all later than the others.
    const lines = Array.from({ length: 150 }, (_, index) => {
      const at = new Date(Date.UTC(2026, 10, 20, 12, 0) + index * 1_000).toISOString();
      return `${at} WARN late ${index}`;
    });
    await rig.publishLines('00000000000f0001', lines);
    published += lines.length / LINES;
    await complete();
    const late = { query: 'level:warn', limit: lines.length };
    // Each of them is asked in turn.
    for (let asked = 0; asked <= others.length; asked++) {
      const newest = await rig.search({ query: '', limit: 140 });
      expect(newest.records.map(({ body }) => body)).toEqual(lines.slice(10).reverse());
      expect(newest.done).toMatchObject({ total: published * LINES, missing: [] });
      const next = { query: '', limit: 30, cursor: newest.done.next ?? '' };
      const { records } = await rig.search(next);
      expect(records.slice(0, 10).map(({ body }) => body)).toEqual(lines.slice(0, 10).reverse());
      expect(records).toHaveLength(30);
      const oldest = await rig.search({ ...late, order: 'oldest', histogram: { buckets: 5 } });
      expect(oldest.records.map(({ body }) => body)).toEqual(lines);
      expect(oldest.done).toMatchObject({ total: lines.length, missing: [] });
      expect(oldest.done.next).toBeUndefined();
      const levels: Record<string, number[]> = oldest.counts.histogram?.levels ?? {};
      expect(levels.warn?.reduce((sum, count) => sum + count, 0)).toBe(lines.length);
    }
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

  test('tell of a result what all of them hold, sealed or not, and what is missing', async () => {
    // Some chunks are sealed, and each of them has lines that are not.
    await begin();
    await publish(MESSAGES);
    await complete();
    const lines = published * LINES;
    expect(await told()).toEqual({
      missing: [],
      hosts: [{ value: 'host-1', count: lines }],
      levels: [
        { value: 'info', count: (lines * 4) / 5 },
        { value: 'error', count: lines / 5 },
      ],
      patterned: lines,
      patterns: ['INFO message <*> line=<*>', 'ERROR message <*> line=<*>'],
      counted: lines,
      numbers: lines,
    });
    const [dead] = others;
    dead?.bus.cut();
    const without = await told();
    expect(without.missing.join()).toMatch(/^(segment .* nobody has adopted it yet,?)+$/);
    expect(without.counted).toBeLessThanOrEqual(lines);
    // Asked later: meanwhile the one that nobody reaches may have sealed a chunk, which all can read.
    expect(without.counted).toBeGreaterThanOrEqual(without.patterned);
  }, 120_000);

  test('give the lines around a record, whoever holds them', async () => {
    await begin(1_000_000);
    const text = Array.from({ length: 40 }, (_, index) => `2026-11-20T11:00:00Z line ${index}`);
    const stream = streamOf(text);
    const generation = '00000000000e0001';
    const offsets = text.map((line) => stream.indexOf(`${line}\n`));
    // One line a message, so that all honeycombs have some of the file.
    for (const [index, from] of offsets.entries()) {
      const to = offsets[index + 1] ?? stream.length;
      await rig.publish([runOf(stream, from, to, { generation, observed: rig.clock.now() })]);
    }
    await eventually(async () => ((await count()).done.total === 40 ? true : undefined), 'stored');
    for (const at of [0, 17, 39]) {
      const request = { id: `${generation}:${offsets[at]}`, before: 5, after: 7 };
      const around = await callAction(rig.bus, honeycombActions.context, request, { actor: ACTOR });
      expect(around.missing).toEqual([]);
      expect(around.records.map(({ body }) => body)).toEqual(
        text.slice(Math.max(0, at - 5), at + 8),
      );
      expect(around.records[around.index]?.id).toBe(request.id);
    }
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

  test('one that is still starting is not gone: another one that starts leaves its segment alone', async () => {
    await begin();
    const starting = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    rig.options = {
      openStore: async (url, options) => {
        const store = await openChunks(url, options);
        const catalogue = store.catalogue.bind(store);
        // It has its segment by then, and answers nothing yet.
        store.catalogue = async () => {
          reached.resolve();
          await starting.promise;
          return await catalogue();
        };
        return store;
      },
    };
    const late = rig.join();
    await reached.promise;
    const look = await openChunks(rig.store);
    const { segments: before } = await look.catalogue();
    rig.options = {};
    others.push(await rig.join());
    starting.resolve();
    others.push(await late);
    expect((await look.catalogue()).segments).toEqual(expect.arrayContaining([...before]));
    expect(before).toHaveLength(4);
    await look.close();
  }, 120_000);

  test('one whose lease the store was too slow to renew keeps its segment, and goes on', async () => {
    await begin();
    await publish(MESSAGES);
    await complete();
    const look = await openChunks(rig.store);
    const { segments: before } = await look.catalogue();
    const [slow] = others;
    if (!slow) throw new Error('no other');
    await outlive(slow, 0);
    expect((await look.catalogue()).segments).toEqual(before);
    await publish(MESSAGES);
    await complete();
    expect((await look.catalogue()).segments).toEqual(before);
    await look.close();
  }, 120_000);

  test('one that slept past its lease counts once, and begins anew when it wakes', async () => {
    await begin(1_000_000);
    await publish(MESSAGES);
    await complete();
    const [asleep] = others;
    if (!asleep) throw new Error('no other');
    await outlive(asleep);
    await eventually(async () => ((await contested()).length > 0 ? true : undefined), 'adoption');
    await complete(asleep);
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

  test('one that slept while it had too much to seal begins anew when it is refused', async () => {
    await begin();
    const waking = Promise.withResolvers<void>();
    rig.options = {
      ...rig.options,
      openStore: async (url, options) => {
        const store = await openChunks(url, options);
        const open = store.openSegment.bind(store);
        store.openSegment = async (instance) => {
          const segment = await open(instance);
          const seal = segment.seal.bind(segment);
          segment.seal = async (...what) => {
            await waking.promise;
            await seal(...what);
          };
          return segment;
        };
        return store;
      },
    };
    const asleep = await rig.join();
    others.push(asleep);
    // Its share of each round fills a chunk, until so many wait to be sealed that it takes nothing any more.
    for (let round = 0; round < FROZEN_CHUNKS_MAX; round++) {
      await publish(CHUNK_MESSAGES * (others.length + 1));
      await complete();
    }
    await publish(MESSAGES);
    await outlive(asleep);
    await eventually(async () => ((await contested()).length > 0 ? true : undefined), 'adoption');
    waking.resolve();
    await complete();
    const { records } = await rig.search({ query: '', limit: 10_000 });
    expect(new Set(records.map(({ id }) => id)).size).toBe(published * LINES);
    expect(records).toHaveLength(published * LINES);
  }, 120_000);
});
