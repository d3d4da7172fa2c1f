import { openSqliteStore } from '@apiary/common/chunks/sqlite/sqlite-store.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HoneycombRig, until } from '../testing/rig.ts';
import type { Order } from './position.ts';

/** Streams of the records that are there before the first page. */
const STREAMS = 12;
const LINES = 30;
/** Seconds that all records share: many have the same time, and pages end among them. */
const SECONDS = 5;
const PAGE = 13;

describe('pages of a result that is written to', () => {
  let rig: HoneycombRig;

  beforeEach(async () => {
    // Each stream's lines fill a chunk, so that chunks are sealed and merged all the time.
    rig = await HoneycombRig.create({ chunkRawBytes: 1_000 });
  });

  afterEach(async () => {
    await rig.remove();
  });

  async function publishStream(stream: number): Promise<void> {
    const lines = Array.from({ length: LINES }, (_, line) => {
      const second = String((stream * 7 + line) % SECONDS).padStart(2, '0');
      return `2026-11-20T11:00:${second}Z level=info stream ${stream} line ${line}`;
    });
    await rig.publishLines(stream.toString(16).padStart(16, '0'), lines);
  }

  async function chunkIds(): Promise<Set<string>> {
    const store = openSqliteStore({ folder: rig.folder });
    const { chunks } = await store.catalogue();
    await store.close();
    return new Set(chunks.map(({ id }) => id));
  }

  test.each<Order>(['newest', 'oldest'])(
    'from the %s on: none that was there is passed over or given twice while chunks are sealed and merged',
    async (order) => {
      for (let stream = 0; stream < STREAMS; stream++) await publishStream(stream);
      const { records } = await rig.settled(STREAMS * LINES);
      const atFirst = records.map(({ id }) => id).sort();
      await until(async () => (await chunkIds()).size > 0);
      const before = await chunkIds();
      const seen: string[] = [];
      let cursor: string | undefined;
      let next = STREAMS;
      do {
        // Neither is awaited before the other: the page is read while the stream comes in.
        const [page] = await Promise.all([
          rig.search({ query: 'stream', order, limit: PAGE, ...(cursor && { cursor }) }),
          publishStream(next++),
        ]);
        expect(page.done.missing).toEqual([]);
        expect(page.records.length).toBeLessThanOrEqual(PAGE);
        seen.push(...page.records.map(({ id }) => id));
        cursor = page.done.next;
      } while (cursor !== undefined);
      expect(new Set(seen).size).toBe(seen.length);
      const old = new Set(atFirst);
      expect(seen.filter((id) => old.has(id)).sort()).toEqual(atFirst);
      // What the first pages were read from is merged in the end: that went on meanwhile.
      await until(async () => {
        const after = await chunkIds();
        return [...before].some((id) => !after.has(id));
      });
    },
  );
});
