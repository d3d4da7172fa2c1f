import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Clock, ManualClock, systemClock } from '@apiary/common/clock.ts';
import { BROKER_SEGMENT_DEAD_MS } from '@apiary/common/limits/store.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NO_PROPERTIES } from '../codec/properties.ts';
import { FolderLock } from './folder-lock.ts';
import { MessageLog } from './message-log.ts';
import type { StoredMessage } from './stored-message.ts';
import { TopologyLog } from './topology-log.ts';

let folder = '';
let open: MessageLog[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'apiary-log-'));
});

afterEach(async () => {
  for (const log of open) await log.close();
  open = [];
  await rm(folder, { recursive: true });
});

function openLog(where = folder, clock: Clock = systemClock): MessageLog {
  const log = new MessageLog({
    folder: where,
    clock,
    keepQueue: (queue) => queue < 100,
    syncFirst: async () => undefined,
    onAppended: () => undefined,
    onProgress: () => undefined,
    onTrouble: () => undefined,
    onFatal: (error) => {
      throw error;
    },
    onCompactionError: (error) => {
      throw error;
    },
  });
  open.push(log);
  return log;
}

async function closeAll(): Promise<void> {
  for (const log of open) await log.close();
  open = [];
}

async function append(
  log: MessageLog,
  body: string | Buffer,
  queues = [1],
): Promise<StoredMessage> {
  const content = { properties: NO_PROPERTIES, body: [Buffer.from(body)] };
  const message = { exchange: 'x', routingKey: 'k', publishedAt: 5, content };
  return await new Promise((resolve) => {
    const stored = log.append(message, queues, () => resolve(stored));
  });
}

/** Bodies with the queues that they are owed to. */
function recovered(log: MessageLog): string[] {
  return log.takeReplay().messages.map(({ stored }) => {
    const body = Buffer.concat(log.readSync(stored).content.body).toString();
    return `${body} → ${stored.queues}`;
  });
}

describe('the message log', () => {
  test('what was consumed does not stay on the disk though nothing more comes', async () => {
    const clock = new ManualClock(0);
    const log = openLog(folder, clock);
    const consumed = await append(log, 'hushhush');
    await append(log, 'living');
    const bytes = () =>
      fs.readdirSync(folder).map((name) => fs.readFileSync(path.join(folder, name)));
    const has = (word: string) => bytes().some((file) => file.includes(word));
    log.settle(consumed, 1);
    await log.settled();
    expect(has('hushhush')).toBe(true);
    clock.advance(BROKER_SEGMENT_DEAD_MS);
    await log.settled();
    expect(has('hushhush')).toBe(false);
    expect(has('living')).toBe(true);
    // What is left is all owed to somebody: nothing more to do.
    const names = fs.readdirSync(folder);
    clock.advance(10 * BROKER_SEGMENT_DEAD_MS);
    await log.settled();
    expect(fs.readdirSync(folder)).toEqual(names);
    await closeAll();
    expect(recovered(openLog())).toEqual(['living → 1']);
  });

  test('gives back what was not settled, in order', async () => {
    const log = openLog();
    const first = await append(log, 'first');
    await append(log, 'second', [1, 2, 100]);
    const third = await append(log, 'third', [1, 2]);
    log.settle(first, 1);
    log.settle(third, 2);
    await closeAll();
    expect(recovered(openLog())).toEqual(['second → 1,2', 'third → 1']);
  });

  test('reads neighbours with one read', async () => {
    const log = openLog();
    const all = [await append(log, 'a'), await append(log, 'b'), await append(log, 'c')];
    const results = await log.readRun(all);
    expect(results.map((result) => 'content' in result && String(result.content.body))).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  test('does not write what was settled before it was written', async () => {
    const log = openLog();
    const content = { properties: NO_PROPERTIES, body: [Buffer.from('brief')] };
    const message = { exchange: '', routingKey: 'k', publishedAt: 1, content };
    await new Promise<void>((resolve) => {
      log.settle(log.append(message, [1], resolve), 1);
    });
    await closeAll();
    expect(recovered(openLog())).toEqual([]);
  });

  test('keeps every message before a cut, at whatever byte the cut is', async () => {
    const log = openLog();
    const ends: number[] = [];
    const bodies = ['one', 'two two', 'three three three'];
    for (const body of bodies) {
      const stored = await append(log, body);
      ends.push(stored.offset + stored.length);
    }
    await closeAll();
    const file = path.join(folder, '0000000001.log');
    const whole = fs.readFileSync(file);
    for (let length = 0; length <= whole.length; length++) {
      fs.writeFileSync(file, whole.subarray(0, length));
      const expected = bodies.filter((_, index) => (ends[index] ?? 0) <= length);
      expect(recovered(openLog())).toEqual(expected.map((body) => `${body} → 1`));
      await closeAll();
    }
  });

  test('loses at most the one entry that a changed byte is in', async () => {
    const log = openLog();
    const places: StoredMessage[] = [];
    for (const body of ['one', 'two', 'three', 'four']) places.push(await append(log, body));
    await closeAll();
    const file = path.join(folder, '0000000001.log');
    const whole = fs.readFileSync(file);
    const texts = ['one → 1', 'two → 1', 'three → 1', 'four → 1'];
    for (let at = places[0]?.offset ?? 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed.writeUInt8((changed.readUInt8(at) + 1) & 0xff, at);
      fs.writeFileSync(file, changed);
      const hit = places.findIndex(({ offset, length }) => at >= offset && at < offset + length);
      expect(recovered(openLog())).toEqual(texts.filter((_, index) => index !== hit));
      await closeAll();
    }
  });

  test('goes on after a cut: what is appended then survives too', async () => {
    const log = openLog();
    await append(log, 'kept');
    await append(log, 'torn');
    await closeAll();
    const file = path.join(folder, '0000000001.log');
    fs.truncateSync(file, fs.statSync(file).size - 1);
    const again = openLog();
    await append(again, 'new');
    await closeAll();
    expect(recovered(openLog())).toEqual(['kept → 1', 'new → 1']);
  });

  test('cannot be given entries inside a message', async () => {
    const log = openLog();
    await append(log, 'real');
    await closeAll();
    const entry = fs.readFileSync(path.join(folder, '0000000001.log'));
    const again = openLog();
    await append(again, Buffer.concat([entry, entry]));
    await closeAll();
    const file = path.join(folder, '0000000002.log');
    const changed = fs.readFileSync(file);
    changed.writeUInt8(changed.readUInt8(13) ^ 1, 13);
    fs.writeFileSync(file, changed);
    expect(recovered(openLog())).toEqual(['real → 1']);
  });
});

describe('compaction', () => {
  const large = Buffer.alloc(1024 * 1024, 'x');
  const files = () => fs.readdirSync(folder).filter((name) => name.endsWith('.log'));

  test('deletes what nobody needs and keeps what somebody does', async () => {
    const log = openLog();
    const kept = await append(log, 'kept');
    const others: StoredMessage[] = [];
    for (let count = 0; count < 100; count++) others.push(await append(log, large));
    expect(files().length).toBeGreaterThan(3);
    for (const stored of others) log.settle(stored, 1);
    await log.settled();
    expect(files()).toHaveLength(1);
    expect(Buffer.concat(log.readSync(kept).content.body).toString()).toBe('kept');
    await closeAll();
    expect(recovered(openLog())).toEqual(['kept → 1']);
  });

  test('brings nothing back that was settled, in whatever order segments go', async () => {
    const log = openLog();
    const stored: StoredMessage[] = [];
    for (let count = 0; count < 160; count++) {
      const body = Buffer.concat([Buffer.from(`${count} `), large]);
      stored.push(await append(log, body, [1, 2]));
    }
    // The first segments keep half of their messages; the settlements are in the last ones.
    const alive = new Set<number>();
    for (const [index, message] of stored.entries()) {
      log.settle(message, 2);
      if (index < 70 && index % 2 === 0) alive.add(index);
      else log.settle(message, 1);
      if (index % 20 === 0) await log.settled();
    }
    await log.settled();
    for (let round = 0; round < 80; round++) {
      const message = await append(log, large);
      log.settle(message, 1);
    }
    await log.settled();
    await closeAll();
    const texts = recovered(openLog()).map((text) => `${text.split(' ')[0]}${text.slice(-4)}`);
    expect(texts).toEqual([...alive].map((index) => `${index} → 1`));
  });

  test('a settlement during a move is not lost', async () => {
    const log = openLog();
    const movable = await append(log, 'movable', [1, 2]);
    const others: StoredMessage[] = [];
    for (let count = 0; count < 40; count++) others.push(await append(log, large));
    for (const message of others) log.settle(message, 1);
    const deadline = performance.now() + 10_000;
    while (movable.deferred === undefined && performance.now() < deadline) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(movable.deferred).toEqual([]);
    log.settle(movable, 1);
    await log.settled();
    await closeAll();
    expect(recovered(openLog())).toEqual(['movable → 2']);
  });
});

describe('the topology log', () => {
  test('keeps every whole line before a cut', () => {
    const log = new TopologyLog(folder);
    log.rewrite([{ op: 'next-queue', id: 3 }]);
    log.append({ op: 'exchange-gone', name: 'ä' });
    log.append({ op: 'queue-gone', name: 'q' });
    log.close();
    const file = path.join(folder, 'topology.jsonl');
    const whole = fs.readFileSync(file);
    for (let length = 0; length <= whole.length; length++) {
      fs.writeFileSync(file, whole.subarray(0, length));
      const text = whole.subarray(0, length).toString();
      const lines = text.split('\n').length - 1;
      const count = new TopologyLog(folder).read().length;
      // A line that lacks nothing but its newline is whole.
      expect([lines, lines + 1]).toContain(count);
    }
  });
});

describe('the folder lock', () => {
  test('keeps a second broker out until the first lets go', () => {
    const lock = new FolderLock(folder);
    expect(() => new FolderLock(folder)).toThrow(/Another broker uses/);
    lock.release();
    new FolderLock(folder).release();
  });
});
