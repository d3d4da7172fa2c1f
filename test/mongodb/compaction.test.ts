/** Compaction of honeycombs that share a store: searches see each line once meanwhile, and a kill leaves nothing behind. */
import { randomUUID } from 'node:crypto';
import type { Catalogue, ChunkStore } from '@apiary/common/chunks/chunks.ts';
import { openChunks } from '@apiary/common/chunks/open.ts';
import { REPLACED_SECTIONS_MS, SEGMENT_LEASE_MS } from '@apiary/common/limits/mongodb.ts';
import { LIFE_RETRY_MS } from '@apiary/common/limits/store.ts';
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import { searchRequestSchema } from '@apiary/common/messages/actions/honeycomb-search.ts';
import { connectDatabase } from '@apiary/common/mongodb/database.ts';
import { allParts } from '@apiary/common/testing/bus-bench.ts';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { HoneycombOptions } from '../../hive/src/honeycomb/index.ts';
import { ACTOR, HoneycombRig } from '../../hive/src/honeycomb/testing/rig.ts';
import { eventually } from '../harness/eventually.ts';
import { mongoForThisFile } from '../harness/mongo.ts';
import { KILLED, runUntilKilled } from './testing/killed-child.ts';
import { openWith } from './testing/replaced-step.ts';

const ROUNDS = 36;
const LINES = 30;
/** Of the clocks, between two looks: within a lease. */
const TICK_MS = SEGMENT_LEASE_MS / 10;
const WAIT_MS = 90_000;
/** Each round's lines fill a chunk. */
const OPTIONS = { chunkRawBytes: 500 };

const mongo = mongoForThisFile();

describe('honeycombs that share a store', () => {
  let rig: HoneycombRig;
  let url: string;
  let watcher: ChunkStore;
  let others: Awaited<ReturnType<HoneycombRig['join']>>[] = [];

  async function begin(options: HoneycombOptions = OPTIONS): Promise<void> {
    url = mongo().url(`apiary-test-${randomUUID()}`);
    rig = await HoneycombRig.create(options, url);
    watcher = await openChunks(url);
  }

  afterEach(async () => {
    for (const { component, bus } of others.splice(0)) {
      await component.stop();
      await bus.close();
    }
    await watcher.close();
    await rig.remove();
  });

  function advance(byMs: number): void {
    for (const { clock } of [rig, ...others]) clock.advance(byMs);
  }

  async function publish(from: number, to: number): Promise<void> {
    for (let round = from; round < to; round++) {
      const lines = Array.from({ length: LINES }, (_, line) => `a round ${round} has line ${line}`);
      await rig.publishLines(`0000000000${String(round).padStart(6, '0')}`, lines);
    }
  }

  /** Each round in a chunk of its own: what is taken in at once is in one. */
  async function publishApart(from: number, to: number): Promise<void> {
    for (let round = from; round < to; round++) {
      await publish(round, round + 1);
      const total = (round + 1) * LINES;
      await catalogueWith((found) => recordsIn(found) === total, `${round + 1} are sealed`);
    }
  }

  async function catalogueWith(isIt: (catalogue: Catalogue) => boolean, what: string) {
    return await eventually(
      async () => {
        advance(TICK_MS);
        const catalogue = await watcher.catalogue();
        return isIt(catalogue) ? catalogue : undefined;
      },
      what,
      WAIT_MS,
    );
  }

  const isMerged = ({ records }: { readonly records: number }) => records >= 8 * LINES;
  const recordsIn = ({ chunks }: Catalogue) =>
    chunks.reduce((sum, { records }) => sum + records, 0);

  /** Ids of the chunks that have sections. */
  async function written(): Promise<Set<string>> {
    const database = await connectDatabase(url);
    const ids = new Set<string>();
    for (const name of await database.tableNames()) {
      if (!name.startsWith('log.sections')) continue;
      const rows = await (await database.table(name)).find({}, { after: '', limit: 10_000 });
      for (const { _id } of rows) ids.add(_id.split('/')[0] ?? '');
    }
    await database.close();
    return ids;
  }

  /** Until there are sections of the catalogue's chunks and of no other ones. */
  async function nothingLeftBehind(): Promise<void> {
    await eventually(
      async () => {
        advance(REPLACED_SECTIONS_MS / 10);
        const { chunks } = await watcher.catalogue();
        const ids = await written();
        return ids.size === chunks.length && chunks.every(({ id }) => ids.has(id))
          ? true
          : undefined;
      },
      'sections of chunks that were replaced are gone',
      WAIT_MS,
    );
  }

  test('merge while every search sees every line once, and what was replaced goes', async () => {
    await begin();
    others = [await rig.join(), await rig.join()];
    let isOver = false;
    let searches = 0;
    const watching = (async () => {
      let least = 0;
      while (!isOver) {
        const { records, done } = await rig.search({ query: 'round', limit: 10_000 });
        expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
        expect(done).toMatchObject({ total: records.length, missing: [] });
        expect(records.length).toBeGreaterThanOrEqual(least);
        least = records.length;
        searches++;
      }
    })();
    const working = (async () => {
      await publishApart(0, ROUNDS);
      await catalogueWith(({ chunks }) => chunks.filter(isMerged).length > 1, 'chunks are merged');
    })();
    await Promise.race([working, watching]).finally(() => {
      isOver = true;
    });
    await watching;
    expect(searches).toBeGreaterThan(3);
    const { records } = await rig.search({ query: 'round', limit: 10_000 });
    expect(new Set(records.map(({ body }) => body)).size).toBe(ROUNDS * LINES);
    await nothingLeftBehind();
    const { done } = await rig.search({ query: 'round', limit: 0 });
    expect(done).toMatchObject({ total: ROUNDS * LINES, missing: [] });
  }, 180_000);

  test('answer for a version from before, also for what was sealed and merged since', async () => {
    await begin();
    await publishApart(0, 4);
    const before = await watcher.catalogue();
    await publishApart(4, 12);
    await catalogueWith(({ chunks }) => chunks.some(isMerged), 'they are merged');
    const ask = async () => {
      const { cover, part } = honeycombActions;
      const { version, chunks } = before;
      const { segments } = await callAction(rig.bus, cover, { version }, { actor: ACTOR });
      const request = {
        ...{ version, nowMs: rig.clock.now(), chunks: chunks.map(({ id }) => id) },
        ...{ search: searchRequestSchema.parse({ query: 'round', limit: 10_000 }) },
        segments: segments.map(({ id }) => id),
      };
      const parts = await allParts(streamAction(rig.bus, part, request, { actor: ACTOR }));
      const bodies = parts.flatMap((given) =>
        given.type === 'records' ? given.records.map(({ body }) => body) : [],
      );
      const end = parts.at(-1);
      if (end?.type !== 'end') throw new Error('no end');
      expect(end.total).toBe(bodies.length);
      return { lines: new Set(bodies).size, total: end.total, missing: end.missing };
    };
    expect(await ask()).toEqual({ lines: 12 * LINES, total: 12 * LINES, missing: [] });
    await nothingLeftBehind();
    // The catalogue says so last of all; who has read the sections before that may still answer from memory.
    await catalogueWith(() => watcher.isForgotten(before.version), 'the version is forgotten');
    const late = await ask();
    expect(late.total).toBe(late.lines);
    expect(late.missing.join()).toMatch(/dropped meanwhile.*merged since|merged since.*dropped/);
  }, 180_000);

  test('what somebody had written for a swap and was killed over goes when the upkeep is taken', async () => {
    await begin();
    await publish(0, 1);
    const { chunks } = await catalogueWith((found) => recordsIn(found) === LINES, 'it is sealed');
    const [chunk] = chunks;
    if (!chunk) throw new Error('no chunk');
    const database = await connectDatabase(url);
    const { day, retentionClass } = chunk.partition;
    const sections = await database.table(`log.sections.${day}.${retentionClass}`);
    await sections.put({ _id: 'nobodys/0', version: 1, body: '' });
    const text = JSON.stringify([chunk, { ...chunk, id: 'nobodys' }]);
    await (await database.table('log.notes')).put({ _id: 'coming', version: 1, text });
    await database.close();
    expect([...(await written())].sort()).toEqual([chunk.id, 'nobodys'].sort());
    const upkeep = await watcher.takeUpkeep('heir');
    await upkeep?.end();
    await nothingLeftBehind();
    const { done } = await rig.search({ query: 'round', limit: 0 });
    expect(done).toMatchObject({ total: LINES, missing: [] });
  }, 120_000);

  /** Whoever has the upkeep is as one that slept until its lease ran out. */
  async function upkeepRunsOut(): Promise<void> {
    const database = await connectDatabase(url);
    const leases = await database.table('log.leases');
    for (const { _id } of await leases.find({}, { after: '', limit: 100 })) {
      if (_id.startsWith('upkeep/')) await leases.delete(_id);
    }
    await database.close();
  }

  test('refuse the merge of one whose upkeep another one took meanwhile', async () => {
    const [reached, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const outcome = Promise.withResolvers<unknown>();
    let merges = 0;
    const openStore = openWith('replace', (store) => async (...what) => {
      if (merges++ > 0) return await store.replace(...what);
      reached.resolve();
      await goOn.promise;
      try {
        await store.replace(...what);
        outcome.resolve('it was taken');
      } catch (error) {
        outcome.resolve(error);
        throw error;
      }
    });
    await begin({ ...OPTIONS, openStore });
    await publishApart(0, 12);
    await reached.promise;
    await upkeepRunsOut();
    others = [await rig.join()];
    await eventually(
      async () => {
        // A renewal that was under way may have come late.
        await upkeepRunsOut();
        others[0]?.clock.advance(LIFE_RETRY_MS / 10);
        return (await watcher.catalogue()).chunks.some(isMerged) ? true : undefined;
      },
      'the other one has merged them',
      WAIT_MS,
    );
    const { chunks } = await watcher.catalogue();
    expect(recordsIn(await watcher.catalogue())).toBe(12 * LINES);
    goOn.resolve();
    expect(await outcome.promise).toMatchObject({ code: 'lease-lost' });
    expect((await watcher.catalogue()).chunks).toEqual(chunks);
    const { records, done } = await rig.search({ query: 'round', limit: 10_000 });
    expect(new Set(records.map(({ body }) => body)).size).toBe(12 * LINES);
    expect(done).toMatchObject({ total: 12 * LINES, missing: [] });
    // Nor do sections stay that were written for what was refused, and whoever was refused goes on.
    await publishApart(12, 14);
    await nothingLeftBehind();
    const after = await rig.search({ query: 'round', limit: 0 });
    expect(after.done).toMatchObject({ total: 14 * LINES, missing: [] });
  }, 180_000);

  test.each(['before', 'after'])(
    'go on where one was killed %s the catalogue said that chunks are merged',
    async (when) => {
      url = mongo().url(`apiary-test-${randomUUID()}`);
      expect(await runUntilKilled('merge-and-die.ts', url, when)).toEqual(KILLED);
      rig = await HoneycombRig.create(OPTIONS, url);
      watcher = await openChunks(url);
      advance(LIFE_RETRY_MS);
      await catalogueWith(({ chunks }) => chunks.some(isMerged), 'they are merged');
      const all = await eventually(
        async () => {
          advance(TICK_MS);
          const answer = await rig.search({ query: 'round', limit: 10_000 });
          return answer.done.missing.length === 0 ? answer : undefined;
        },
        'nothing is missing',
        WAIT_MS,
      );
      expect(new Set(all.records.map(({ body }) => body)).size).toBe(9 * LINES);
      expect(all.done.total).toBe(9 * LINES);
      await nothingLeftBehind();
    },
    180_000,
  );
});
