import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openSqliteStore } from '@apiary/common/chunks/sqlite/sqlite-store.ts';
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import { type DeletionPart, storeActions } from '@apiary/common/messages/actions/store.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { formatOf } from '../chunk/index.ts';
import { ACTOR, HoneycombRig, until } from '../testing/rig.ts';

const A = '00000000000000aa';
const B = '00000000000000bb';
const WORD = 'hushhush';

type Lines = { readonly query: string; readonly from?: number; readonly to?: number };

describe('deleting by query', () => {
  let rig: HoneycombRig;

  beforeEach(async () => {
    rig = await HoneycombRig.create({ chunkRawBytes: 4_000 });
  });

  afterEach(async () => {
    await rig.remove();
  });

  const lineOf = (index: number, name = 'plain') =>
    `2026-11-20T11:${String(index % 60).padStart(2, '0')}:00Z level=info ${
      index % 5 === 0 ? WORD : 'harmless'
    } ${name} number ${index} ${'x'.repeat(index % 90)}`;
  const linesOf = (count: number, name?: string) =>
    Array.from({ length: count }, (_, index) => lineOf(index, name));

  async function remove(lines: Lines, upTo?: number[]): Promise<DeletionPart> {
    const request = { lines, ...(upTo !== undefined && { upTo }) };
    let last: DeletionPart | undefined;
    for await (const part of streamAction(rig.bus, storeActions.deleteLines, request, {
      actor: ACTOR,
    })) {
      last = part;
    }
    if (!last) throw new Error('no part');
    return last;
  }

  const count = (lines: Lines) =>
    callAction(rig.bus, storeActions.countLines, lines, { actor: ACTOR });

  async function totalOf(query: string): Promise<number> {
    const { done } = await rig.search({ query, limit: 0 });
    expect(done.missing).toEqual([]);
    return done.total;
  }

  /** How often a word stands in the raw files, and in what the chunks decode to. */
  async function occurrences(word: string): Promise<{ raw: number; decoded: number }> {
    let raw = 0;
    for (const name of await readdir(rig.folder, { recursive: true })) {
      const bytes = await readFile(join(rig.folder, name)).catch(() => Buffer.alloc(0));
      for (let at = bytes.indexOf(word); at >= 0; at = bytes.indexOf(word, at + 1)) raw++;
    }
    const store = openSqliteStore({ folder: rig.folder });
    let decoded = 0;
    for (const entry of (await store.catalogue()).chunks) {
      const reader = formatOf(entry.format).open(entry, (index) =>
        store.readSection(entry.id, index),
      );
      const { bytes } = await reader.decode(() => undefined);
      for (let at = bytes.indexOf(word); at >= 0; at = bytes.indexOf(word, at + 1)) decoded++;
    }
    await store.close();
    return { raw, decoded };
  }

  test('takes exactly the counted lines, out of sealed and open chunks, and tells how far it is', async () => {
    await rig.publishLines(A, linesOf(300));
    await rig.settled(300);
    const before = await count({ query: WORD });
    expect(before).toMatchObject({
      records: 60,
      firstTime: Date.UTC(2026, 10, 20, 11),
      lastTime: Date.UTC(2026, 10, 20, 11, 55),
    });
    expect(await totalOf(WORD)).toBe(60);
    // Counting has changed nothing, and what comes behind it is not meant.
    await rig.publishLines(B, linesOf(10, 'late'));
    await rig.settled(310);
    const part = await remove({ query: WORD }, before.upTo);
    expect(part).toMatchObject({ isDone: true, deleted: 60, unreadable: 0, chunks: part.of });
    expect(await totalOf(WORD)).toBe(2);
    expect(await totalOf('late')).toBe(10);
    const { records } = await rig.search({ query: 'plain', limit: 10_000 });
    const kept = linesOf(300).filter((line) => !line.includes(WORD));
    expect(records.map(({ body }) => body).sort()).toEqual(kept.sort());
  });

  test('leaves the word in no file, nor the query that named it', async () => {
    await rig.publishLines(A, linesOf(300));
    // Uncompressed on the disk while it is open: it fits in no frame worth compressing.
    await rig.publishLines(B, [`one ${WORD} alone`]);
    await rig.settled(301);
    expect((await occurrences(WORD)).raw).toBeGreaterThan(0);
    expect(await remove({ query: `"${WORD}"` })).toMatchObject({ deleted: 61 });
    expect(await totalOf(WORD)).toBe(0);
    expect(await occurrences(WORD)).toEqual({ raw: 0, decoded: 0 });
    await rig.stop();
    expect(await occurrences(WORD)).toEqual({ raw: 0, decoded: 0 });
    await rig.start();
    expect(await totalOf('')).toBe(240);
  });

  test('what comes again brings nothing back', async () => {
    const lines = linesOf(200);
    await rig.publishLines(A, lines);
    await rig.settled(200);
    await remove({ query: WORD });
    const { duplicateBytes } = await rig.stats();
    await rig.publishLines(A, lines);
    const bytes = lines.join('\n').length + 1;
    await until(async () => (await rig.stats()).duplicateBytes === duplicateBytes + bytes);
    expect(await totalOf('')).toBe(160);
    expect(await totalOf(WORD)).toBe(0);
    await rig.stop();
    await rig.start();
    await rig.publishLines(A, lines);
    await until(async () => (await rig.stats()).duplicateBytes === bytes);
    expect(await totalOf(WORD)).toBe(0);
  });

  test('keeps to its stretch of time, and takes what is committed when nobody counted', async () => {
    await rig.publishLines(A, linesOf(120));
    await rig.settled(120);
    const range = { from: Date.UTC(2026, 10, 20, 11, 10), to: Date.UTC(2026, 10, 20, 11, 20) };
    expect((await count({ query: WORD, ...range })).records).toBe(4);
    expect(await remove({ query: WORD, ...range })).toMatchObject({ deleted: 4 });
    expect(await totalOf(WORD)).toBe(20);
    expect(await remove({ query: '*' })).toMatchObject({ deleted: 116 });
    expect(await totalOf('')).toBe(0);
    expect((await rig.stats()).chunks).toBe(0);
  });

  test('an asked for deletion goes on after the process was stopped in the middle', async () => {
    // Each message fills a chunk.
    for (let part = 0; part < 4; part++) {
      await rig.publishLines(`000000000000000${part}`, linesOf(100));
      await until(async () => (await rig.stats()).chunks > part);
    }
    const request = { lines: { query: WORD } };
    // The first part says that it is noted; then nobody listens any more and honeycomb is stopped.
    for await (const _ of streamAction(rig.bus, storeActions.deleteLines, request, {
      actor: ACTOR,
    })) {
      break;
    }
    await rig.stop();
    await rig.start();
    await until(async () => (await totalOf(WORD)) === 0);
    expect(await totalOf('')).toBe(320);
    await until(async () => (await occurrences(WORD)).raw === 0);
  });

  test('a query that cannot be read deletes nothing, and only admins may ask', async () => {
    await expect(remove({ query: 'a AND (' })).rejects.toMatchObject({ code: 'query-syntax' });
    await expect(count({ query: '"open' })).rejects.toMatchObject({ code: 'query-syntax' });
    const actor = { ...ACTOR, role: 'editor' as const };
    const asking = callAction(rig.bus, storeActions.countLines, { query: 'x' }, { actor });
    await expect(asking).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('searches under way read to their end what they began with', async () => {
    await rig.publishLines(A, linesOf(400));
    await rig.settled(400);
    let isOver = false;
    const watching = (async () => {
      while (!isOver) {
        const { records, done } = await rig.search({ query: WORD, limit: 1_000 });
        expect(done.missing).toEqual([]);
        expect(done.total).toBe(records.length);
        expect(await totalOf('harmless')).toBe(320);
        // Over a broker each question comes with a turn of its own; here they would leave the thread's answer none.
        await nextTurn();
      }
    })();
    await remove({ query: WORD }).finally(() => {
      isOver = true;
    });
    await watching;
    expect(await totalOf(WORD)).toBe(0);
  });
});
