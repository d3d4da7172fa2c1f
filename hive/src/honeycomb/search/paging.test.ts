import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HoneycombRig } from '../testing/rig.ts';
import type { Order } from './position.ts';

/** Streams of the records that are there before the first page. */
const STREAMS = 12;
const LINES = 30;
/** Seconds that all records share: many have the same time, and pages end among them. */
const SECONDS = 5;
const PAGE = 13;
/** Streams that come in while pages are read, one with each page. */
const MORE = 12;

describe('pages of a result that is written to', () => {
  let rig: HoneycombRig;

  beforeEach(async () => {
    // Each stream's lines fill a chunk, so that chunks are sealed all the time.
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

  test.each<Order>(['newest', 'oldest'])(
    'from the %s on: none that was there is passed over or given twice while lines come in and chunks are sealed',
    async (order) => {
      for (let stream = 0; stream < STREAMS; stream++) await publishStream(stream);
      const { records } = await rig.settled(STREAMS * LINES);
      const atFirst = records.map(({ id }) => id).sort();
      const seen: string[] = [];
      let cursor: string | undefined;
      let next = STREAMS;
      do {
        // Neither is awaited before the other: the page is read while the stream comes in.
        const [page] = await Promise.all([
          rig.search({ query: 'stream', order, limit: PAGE, ...(cursor && { cursor }) }),
          next < STREAMS + MORE ? publishStream(next++) : undefined,
        ]);
        expect(page.done.missing).toEqual([]);
        expect(page.records.length).toBeLessThanOrEqual(PAGE);
        seen.push(...page.records.map(({ id }) => id));
        cursor = page.done.next;
      } while (cursor !== undefined);
      expect(new Set(seen).size).toBe(seen.length);
      const old = new Set(atFirst);
      expect(seen.filter((id) => old.has(id)).sort()).toEqual(atFirst);
    },
  );
});
