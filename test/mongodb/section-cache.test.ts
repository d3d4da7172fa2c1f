/** Honeycombs that keep on their own disk what they read of chunks in a database. */
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openChunks } from '@apiary/common/chunks/open.ts';
import { announceChanges } from '@apiary/common/documents/announce.ts';
import { SEGMENT_LEASE_MS } from '@apiary/common/limits/mongodb.ts';
import { streamAction } from '@apiary/common/messages/actions/action.ts';
import { storeActions } from '@apiary/common/messages/actions/store.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ACTOR, HoneycombRig } from '../../hive/src/honeycomb/testing/rig.ts';
import { eventually } from '../harness/eventually.ts';
import { mongoForThisFile } from '../harness/mongo.ts';

const CHUNKS = 6;
const LINES = 50;
/** Of the clocks, between two looks: leases are renewed meanwhile. */
const TICK_MS = SEGMENT_LEASE_MS / 5;
const WAIT_MS = 90_000;
const ENDING = '.sections';

const mongo = mongoForThisFile();

describe('honeycombs on a database', () => {
  let rig: HoneycombRig;
  let url: string;
  let others: Awaited<ReturnType<HoneycombRig['join']>>[] = [];

  beforeEach(async () => {
    url = mongo().url(`apiary-test-${randomUUID()}`);
    rig = await HoneycombRig.create({}, url, url);
    announceChanges(rig.documents, rig.bus);
    await rig.stop();
    const sectionCache = { folder: join(rig.folder, 'section-cache') };
    rig.options = { chunkRawBytes: 1_000, mergesToday: false, sectionCache };
    await rig.start();
  });

  afterEach(async () => {
    for (const { component, bus } of others.splice(0)) {
      await component.stop();
      await bus.close();
    }
    await rig.remove();
  });

  /** Each message fills a chunk. */
  async function publish(): Promise<void> {
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      const lines = Array.from({ length: LINES }, (_, line) => `plain word ${chunk}x${line} of it`);
      await rig.publishLines(chunk.toString(16).padStart(16, '0'), lines);
      await rig.settled((chunk + 1) * LINES);
    }
    const areSealed = async () => (await catalogue()).length === CHUNKS || undefined;
    await eventually(areSealed, 'chunks are sealed', WAIT_MS);
  }

  async function catalogue(): Promise<string[]> {
    const store = await openChunks(url);
    const { chunks } = await store.catalogue();
    await store.close();
    return chunks.map(({ id }) => id).sort();
  }

  /** Chunks that have a file, of the process whose folder has this number. */
  function filesOf(number: number): string[] {
    const names = readdirSync(join(rig.folder, 'section-cache', String(number)));
    const files = names.filter((name) => name.endsWith(ENDING));
    return files.map((name) => name.slice(0, -ENDING.length)).sort();
  }

  const searchAll = async () => (await rig.search({ query: 'plain', limit: 1_000 })).records;

  test('read what they read before from their own disk, also after a restart', async () => {
    await publish();
    const records = await searchAll();
    expect(records).toHaveLength(CHUNKS * LINES);
    expect(await figure(rig, 'misses_total')).toBeGreaterThan(0);
    await rig.stop();
    expect(filesOf(1)).toEqual(await catalogue());
    await rig.start();
    expect(await searchAll()).toEqual(records);
    expect(await figure(rig, 'misses_total')).toBe(0);
    expect(await figure(rig, 'hits_total')).toBeGreaterThan(0);
    expect(await figure(rig, 'bytes')).toBeGreaterThan(0);
  });

  test('have no file of lines that were deleted, whoever deleted them', async () => {
    others = [await rig.join()];
    await publish();
    const before = await catalogue();
    await eventually(
      async () => {
        await searchAll();
        return [1, 2].every((number) => filesOf(number).length > 0) || undefined;
      },
      'both have read something',
      WAIT_MS,
    );
    const { deleteLines } = storeActions;
    const request = { lines: { query: 'plain AND (0x1 OR 1x1 OR 2x1 OR 3x1 OR 4x1 OR 5x1)' } };
    let isOver = false;
    const deleting = (async () => {
      const options = { actor: ACTOR, deadlineMs: WAIT_MS };
      for await (const part of streamAction(rig.bus, deleteLines, request, options)) {
        if ('deleted' in part && part.isDone) expect(part.deleted).toBe(CHUNKS);
      }
    })().finally(() => {
      isOver = true;
    });
    const tick = () => {
      for (const { clock } of [rig, ...others]) clock.advance(TICK_MS);
    };
    const ticking = async (look: () => boolean, what: string) =>
      await eventually(
        () => {
          tick();
          return look() || undefined;
        },
        what,
        WAIT_MS,
      );
    await ticking(() => isOver, 'the deletion is over');
    await deleting;
    expect(await searchAll()).toHaveLength(CHUNKS * (LINES - 1));
    const areGone = () =>
      [1, 2].every((number) => !filesOf(number).some((id) => before.includes(id)));
    await ticking(areGone, 'the files are gone');
  });
});

async function figure(rig: HoneycombRig, name: string): Promise<number> {
  const text = await rig.metrics.text();
  return Number(new RegExp(`_section_cache_${name} (\\d+)`).exec(text)?.[1]);
}
