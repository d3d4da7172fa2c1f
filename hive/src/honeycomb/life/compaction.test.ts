import { setImmediate as nextTurn } from 'node:timers/promises';
import { openSqliteStore } from '@apiary/common/chunks/sqlite/sqlite-store.ts';
import { RETENTION_INTERVAL_MS } from '@apiary/common/limits/store.ts';
import { streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ACTOR, HoneycombRig, until } from '../testing/rig.ts';

const ROUNDS = 24;
const LINES = 30;

describe('compaction', () => {
  let rig: HoneycombRig;

  beforeEach(async () => {
    // Each round's lines fill a chunk.
    rig = await HoneycombRig.create({ chunkRawBytes: 1_000 });
  });

  afterEach(async () => {
    await rig.remove();
  });

  const lineOf = (round: number, line: number) =>
    `2026-11-20T11:00:${String(round).padStart(2, '0')}Z level=info round ${round} line ${line}`;

  async function publishRound(round: number): Promise<void> {
    const lines = Array.from({ length: LINES }, (_, line) => lineOf(round, line));
    await rig.publishLines(`00000000000000${round.toString(16).padStart(2, '0')}`, lines);
  }

  async function chunksInStore() {
    const store = openSqliteStore({ folder: rig.folder });
    const { chunks } = await store.catalogue();
    await store.close();
    return chunks;
  }

  test('searches see every line once while chunks are merged under them', async () => {
    let isOver = false;
    let searches = 0;
    const watching = (async () => {
      let least = 0;
      while (!isOver) {
        const { records, done } = await rig.search({ query: 'round', limit: 10_000 });
        const ids = new Set(records.map(({ id }) => id));
        expect(ids.size).toBe(records.length);
        expect(done).toMatchObject({ total: records.length, missing: [] });
        expect(records.length).toBeGreaterThanOrEqual(least);
        least = records.length;
        searches++;
        await nextTurn();
      }
    })();
    const publishing = (async () => {
      for (let round = 0; round < ROUNDS; round++) {
        await publishRound(round);
        await until(async () => (await rig.stats()).records >= (round + 1) * LINES);
      }
      await until(async () => {
        // Behind each merge is a rest.
        rig.clock.advance(1_000);
        return (await rig.stats()).chunks < ROUNDS / 2;
      });
    })();
    await Promise.race([publishing, watching]).finally(() => {
      isOver = true;
    });
    await watching;
    expect(searches).toBeGreaterThan(5);
    const { records } = await rig.search({ query: '', limit: 10_000 });
    const bodies = records.map(({ body }) => body).sort();
    const expected = Array.from({ length: ROUNDS * LINES }, (_, index) =>
      lineOf(Math.floor(index / LINES), index % LINES),
    );
    expect(bodies).toEqual(expected.sort());
    const chunks = await chunksInStore();
    expect(chunks.some((chunk) => chunk.records >= 8 * LINES)).toBe(true);
  });

  test('a page’s cursor goes on where it was, though what it read was merged meanwhile', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      await publishRound(ROUNDS - 1 - round);
      await rig.settled((round + 1) * LINES);
      if (round % 4 !== 3) continue;
      // Newest first; what comes later is older, so the walk meets all of it.
      const page = await rig.search({ query: 'round', limit: 20, ...(cursor && { cursor }) });
      seen.push(...page.records.map(({ id }) => id));
      expect(page.done.missing).toEqual([]);
      cursor = page.done.next;
    }
    while (cursor !== undefined) {
      const page = await rig.search({ query: 'round', limit: 100, cursor });
      seen.push(...page.records.map(({ id }) => id));
      expect(page.done.missing).toEqual([]);
      cursor = page.done.next;
    }
    expect(seen).toHaveLength(ROUNDS * LINES);
    expect(new Set(seen).size).toBe(ROUNDS * LINES);
  });

  test('ingest sequences survive: what a listener missed is found in merged chunks', async () => {
    for (let round = 0; round < 20; round++) await publishRound(round);
    await rig.settled(20 * LINES);
    await until(async () => (await rig.stats()).chunks < 8);
    const epoch = 1;
    const request = { query: '"line 3"', epoch, after: 4, to: 15 };
    const found: { sequence: number; bodies: string[] }[] = [];
    for await (const part of streamAction(rig.bus, honeycombActions.missed, request, {
      actor: ACTOR,
    })) {
      const bodies = part.records.map(({ body }) => body);
      if (bodies.length > 0) found.push({ sequence: part.sequence, bodies });
    }
    const all = found.flatMap(({ bodies }) => bodies);
    const expected = Array.from({ length: 11 }, (_, index) => lineOf(index + 4, 3));
    expect(all).toEqual(expected);
  });

  test('after a restart the merged chunks are what there is', async () => {
    for (let round = 0; round < 20; round++) await publishRound(round);
    await rig.settled(20 * LINES);
    await until(async () => (await rig.stats()).chunks < 8);
    await rig.stop();
    await rig.start();
    const { done } = await rig.search({ query: 'round', limit: 0 });
    expect(done).toMatchObject({ total: 20 * LINES, missing: [] });
  });

  test('where chunks of today are to wait, they are merged once their day is over', async () => {
    await rig.stop();
    rig.options = { ...rig.options, mergesToday: false };
    await rig.start();
    for (let round = 0; round < 20; round++) {
      await publishRound(round);
      await until(async () => (await rig.stats()).records >= (round + 1) * LINES);
    }
    await until(async () => (await rig.stats()).chunks >= 18);
    rig.clock.advance(RETENTION_INTERVAL_MS);
    await until(async () => (await chunksInStore()).length === 20);
    rig.clock.advance(86_400_000);
    await until(async () => (await rig.stats()).chunks === 1);
    const { done } = await rig.search({ query: 'round', limit: 0 });
    expect(done).toMatchObject({ total: 20 * LINES, missing: [] });
  });
});
