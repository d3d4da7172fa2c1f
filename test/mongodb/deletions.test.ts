/** Deleting lines where several honeycombs share a store: exactly those that were counted, for good, whoever is killed. */
import { randomUUID } from 'node:crypto';
import { readFrame, slotRuns } from '@apiary/common/chunks/mongodb/frame.ts';
import { openChunks } from '@apiary/common/chunks/open.ts';
import { announceChanges } from '@apiary/common/documents/announce.ts';
import { SEGMENT_LEASE_MS } from '@apiary/common/limits/mongodb.ts';
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import { type DeletionPart, storeActions } from '@apiary/common/messages/actions/store.ts';
import { connectDatabase } from '@apiary/common/mongodb/database.ts';
import { afterEach, describe, expect, test } from '@jest/globals';
import { formatOf } from '../../hive/src/honeycomb/chunk/index.ts';
import { ACTOR, HoneycombRig } from '../../hive/src/honeycomb/testing/rig.ts';
import { eventually } from '../harness/eventually.ts';
import { mongoForThisFile } from '../harness/mongo.ts';
import { KILLED, runUntilKilled } from './testing/killed-child.ts';

const WORD = 'hushhush';
const LINES = 25;
const MESSAGES = 24;
/** Messages that come while lines are deleted, at most. */
const COMING_MAX = 200;
/** Of the clocks, between two looks: leases are renewed meanwhile, however busy the machine is. */
const TICK_MS = SEGMENT_LEASE_MS / 50;
const WAIT_MS = 90_000;
const OPTIONS = { actor: ACTOR, deadlineMs: WAIT_MS };

const mongo = mongoForThisFile();

type Joined = Awaited<ReturnType<HoneycombRig['join']>>;

describe('honeycombs that share a store', () => {
  let rig: HoneycombRig;
  let url: string;
  let others: Joined[] = [];
  let published = 0;

  async function begin(): Promise<void> {
    url = mongo().url(`apiary-test-${randomUUID()}`);
    rig = await HoneycombRig.create({ chunkRawBytes: 4_000 }, url, url);
    announceChanges(rig.documents, rig.bus);
    others = [await rig.join(), await rig.join()];
    published = 0;
  }

  afterEach(async () => {
    for (const { component, bus } of others.splice(0)) {
      await component.stop();
      await bus.close();
    }
    await rig.remove();
  });

  const linesOf = (message: number, name: string) =>
    Array.from(
      { length: LINES },
      (_, line) => `${line % 5 === 0 ? WORD : 'plain'} ${name} ${message} ${line}`,
    );
  const generationOf = (message: number) => `00000000000f${String(message).padStart(4, '0')}`;

  async function publish(messages: number, name = 'early'): Promise<void> {
    for (let count = 0; count < messages; count++) {
      published++;
      await rig.publishLines(generationOf(published), linesOf(published, name));
    }
  }

  async function totalOf(query: string): Promise<number | undefined> {
    const { done } = await rig.search({ query, limit: 0 });
    return done.missing.length === 0 ? done.total : undefined;
  }

  /** Time goes on meanwhile for all but the dead. */
  async function eventuallyAwake<T>(
    look: () => Promise<T | undefined>,
    what: string,
    dead?: Joined,
  ): Promise<T> {
    const clocks = others.filter((one) => one !== dead).map(({ clock }) => clock);
    const tick = () => {
      for (const clock of [rig.clock, ...clocks]) clock.advance(TICK_MS);
    };
    return await eventually(
      async () => {
        tick();
        return await look();
      },
      what,
      WAIT_MS,
    );
  }

  async function becomes(query: string, total: number, dead?: Joined): Promise<void> {
    const look = async () => ((await totalOf(query)) === total ? true : undefined);
    await eventuallyAwake(look, `${total} lines of "${query}"`, dead);
  }

  const count = (query: string) => callAction(rig.bus, storeActions.countLines, { query }, OPTIONS);

  /** Deletes, with time going on. */
  async function remove(query: string, upTo?: number[], dead?: Joined): Promise<DeletionPart> {
    const request = { lines: { query }, ...(upTo && { upTo }) };
    const { deleteLines } = storeActions;
    let last: DeletionPart | undefined;
    let failed: unknown;
    let isOver = false;
    const reading = (async () => {
      for await (const part of streamAction(rig.bus, deleteLines, request, OPTIONS)) last = part;
    })()
      .catch((error: unknown) => {
        failed = error;
      })
      .finally(() => {
        isOver = true;
      });
    await eventuallyAwake(async () => isOver || undefined, 'the deletion is over', dead);
    await reading;
    if (failed) throw failed;
    if (!last) throw new Error('no part');
    return last;
  }

  /** How often a word stands in what any row of the store says or holds. */
  async function occurrences(word: string): Promise<number> {
    const database = await connectDatabase(url);
    let found = 0;
    const look = (bytes: Uint8Array) => {
      const buffer = Buffer.from(bytes);
      for (let at = buffer.indexOf(word); at >= 0; at = buffer.indexOf(word, at + 1)) found++;
    };
    for (const name of await database.tableNames()) {
      const rows = await (await database.table(name)).find({}, { after: '', limit: 10_000 });
      for (const row of rows) {
        look(Buffer.from(JSON.stringify(row)));
        if (name !== 'log.frames') continue;
        const frame = readFrame(0, row);
        for (const slot of frame.slots.keys()) {
          for (const { data } of slotRuns(frame, slot)) look(data);
        }
      }
    }
    await database.close();
    const store = await openChunks(url);
    const { chunks } = await store.catalogue();
    for (const entry of chunks) {
      const reader = formatOf(entry.format).open(entry, (index) =>
        store.readSection(entry.id, index),
      );
      look((await reader.decode(() => undefined)).bytes);
    }
    await store.close();
    return found;
  }

  /** Chunks of which there are sections, and those that the catalogue has. */
  async function chunksLeft(): Promise<{ written: string[]; known: string[] }> {
    const database = await connectDatabase(url);
    const ids = new Set<string>();
    for (const name of await database.tableNames()) {
      if (!name.startsWith('log.sections')) continue;
      const rows = await (await database.table(name)).find({}, { after: '', limit: 10_000 });
      for (const { _id } of rows) ids.add(_id.split('/')[0] ?? '');
    }
    await database.close();
    const store = await openChunks(url);
    const { chunks } = await store.catalogue();
    await store.close();
    return { written: [...ids].sort(), known: chunks.map(({ id }) => id).sort() };
  }

  test('take exactly the counted lines, whoever holds them, and leave their bytes nowhere', async () => {
    await begin();
    await publish(MESSAGES);
    const all = MESSAGES * LINES;
    await becomes('', all);
    const counted = await count(WORD);
    expect(counted.records).toBe(all / 5);
    expect(await totalOf(WORD)).toBe(all / 5);
    await publish(6, 'late');
    await becomes('', all + 6 * LINES);
    const part = await remove(WORD, counted.upTo);
    expect(part).toMatchObject({ isDone: true, deleted: all / 5, unreadable: 0, chunks: part.of });
    expect(await totalOf(WORD)).toBe((6 * LINES) / 5);
    expect(await totalOf('early')).toBe((all * 4) / 5);
    expect(await totalOf('late')).toBe(6 * LINES);
    // The rest goes too, whatever is sealed or open by now, and the query that named it.
    expect(await remove(WORD)).toMatchObject({ deleted: (6 * LINES) / 5 });
    expect(await totalOf('')).toBe(((all + 6 * LINES) * 4) / 5);
    expect(await occurrences(WORD)).toBe(0);
    expect(await occurrences('plain')).toBe(((all + 6 * LINES) * 4) / 5);
    const { written, known } = await chunksLeft();
    expect(written).toEqual(known);
    // What comes again brings nothing back.
    for (let message = 1; message <= 4; message++) {
      await rig.publishLines(generationOf(message), linesOf(message, 'early'));
    }
    await publish(1, 'last');
    await becomes('last', LINES);
    expect(await totalOf('early')).toBe((all * 4) / 5);
  }, 180_000);

  test('take no line more and no line less while lines keep coming', async () => {
    await begin();
    await publish(8);
    await becomes('', 8 * LINES);
    let isOver = false;
    const publishing = (async () => {
      while (!isOver && published < COMING_MAX) {
        await publish(1);
        // One question for each message, so that they do not pile up.
        await totalOf('late');
      }
    })();
    let gone = 0;
    for (let round = 0; round < 2; round++) {
      const { records, upTo } = await count(WORD);
      const part = await remove(WORD, upTo);
      expect({ round, deleted: part.deleted }).toEqual({ round, deleted: records });
      gone += records;
    }
    isOver = true;
    await publishing;
    await becomes('', published * LINES - gone);
    expect(await totalOf(WORD)).toBe((published * LINES) / 5 - gone);
    expect(gone).toBeGreaterThan((8 * LINES) / 5);
  }, 180_000);

  test('say that they cannot while one is gone, and take its lines too once they are adopted', async () => {
    await begin();
    await publish(MESSAGES);
    const all = MESSAGES * LINES;
    await becomes('', all);
    const [dead] = others;
    dead?.bus.cut();
    await expect(count(WORD)).rejects.toMatchObject({
      code: 'store-busy',
      message: expect.stringMatching(/nobody has adopted it yet/),
    });
    await expect(remove(WORD, undefined, dead)).rejects.toMatchObject({ code: 'store-busy' });
    const look = () => count(WORD).catch(() => undefined);
    const counted = await eventuallyAwake(look, 'its segment is adopted', dead);
    expect(counted.records).toBe(all / 5);
    expect(await remove(WORD, counted.upTo, dead)).toMatchObject({ deleted: all / 5 });
    await becomes('', (all * 4) / 5, dead);
    expect(await occurrences(WORD)).toBe(0);
  }, 180_000);

  test('refuse a query that cannot be read, and delete nothing', async () => {
    await begin();
    await publish(2);
    await becomes('', 2 * LINES);
    await expect(count('"open')).rejects.toMatchObject({ code: 'query-syntax' });
    await expect(remove('a AND (')).rejects.toMatchObject({ code: 'query-syntax' });
    expect(await totalOf('')).toBe(2 * LINES);
  }, 120_000);

  test.each(['before', 'after'])(
    'go on where one was killed %s the catalogue said that lines are gone',
    async (when) => {
      url = mongo().url(`apiary-test-${randomUUID()}`);
      expect(await runUntilKilled('delete-and-die.ts', url, when)).toEqual(KILLED);
      rig = await HoneycombRig.create({ chunkRawBytes: 4_000 }, url, url);
      announceChanges(rig.documents, rig.bus);
      await becomes('', 60);
      const look = async () => ((await occurrences(WORD)) === 0 ? true : undefined);
      await eventuallyAwake(look, 'their bytes are nowhere');
      expect(await totalOf('plain')).toBe(60);
    },
    180_000,
  );
});
