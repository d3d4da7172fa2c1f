import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ManualClock } from '../clock.ts';
import { CACHE_RETRY_MS } from '../limits.ts';
import { createSilentLogger } from '../log.ts';
import { createMemoryBus, MemoryBus } from '../testing/memory-bus.ts';
import { announceChanges } from './announce.ts';
import { CachedCollection } from './cached-collection.ts';
import type { Collection, Documents } from './documents.ts';
import { openDocuments } from './open.ts';

interface Note {
  readonly id: string;
  readonly text: string;
}
const NOTES = {
  name: 'notes',
  schema: z.object({ id: z.string(), text: z.string() }),
  indexes: [],
};

describe('cached collection', () => {
  let folder: string;
  let writer: Documents;
  let reader: Documents;
  let notes: Collection<Note>;
  const clock = new ManualClock();
  const { bus: writerBus, broker } = createMemoryBus({ clock });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'apiary-cache-'));
    writer = await openDocuments(`sqlite:${folder}`);
    reader = await openDocuments(`sqlite:${folder}`);
    announceChanges(writer, writerBus);
    notes = await writer.collection(NOTES);
  });

  afterEach(async () => {
    await writer.close();
    await reader.close();
    await rm(folder, { recursive: true });
  });

  async function openCache(bus: MemoryBus) {
    const context = { bus, documents: reader, clock, log: createSilentLogger() };
    return await CachedCollection.open<Note>(context, NOTES);
  }

  async function settle(cache: CachedCollection<Note>): Promise<void> {
    await broker.settled();
    await cache.settled();
  }

  test('all is read at first, and each change once it is announced', async () => {
    await notes.insert({ id: 'a', text: '1' });
    const cache = await openCache(new MemoryBus(broker));
    const seen: unknown[] = [];
    cache.onChange((id, note) => seen.push([id, note?.text]));
    expect(cache.get('a')?.text).toBe('1');
    await notes.put({ id: 'a', text: '2' });
    await notes.insert({ id: 'b', text: '3' });
    await settle(cache);
    await notes.delete('a');
    await settle(cache);
    expect([...cache.values()]).toEqual([{ id: 'b', text: '3' }]);
    expect(seen).toEqual([
      ['a', '2'],
      ['b', '3'],
      ['a', undefined],
    ]);
    await cache.close();
  });

  test('what changed while the bus was away is read when it is back', async () => {
    const bus = new MemoryBus(broker);
    await notes.insert({ id: 'gone', text: '1' });
    const cache = await openCache(bus);
    bus.cut();
    await notes.delete('gone');
    await notes.insert({ id: 'new', text: '2' });
    await broker.settled();
    expect(cache.get('gone')).toBeDefined();
    bus.restore();
    await settle(cache);
    expect([...cache.values()]).toEqual([{ id: 'new', text: '2' }]);
    await cache.close();
  });

  test('a read that failed is tried again later', async () => {
    const cache = await openCache(new MemoryBus(broker));
    const loose = await writer.collection<{ id: string }>({
      ...NOTES,
      schema: z.looseObject({ id: z.string() }),
    });
    await loose.insert({ id: 'broken' });
    await settle(cache);
    await notes.put({ id: 'broken', text: 'mended' });
    await notes.delete('broken');
    await notes.insert({ id: 'fine', text: '1' });
    clock.advance(CACHE_RETRY_MS);
    await settle(cache);
    expect([...cache.values()].map(({ id }) => id)).toEqual(['fine']);
    await cache.close();
  });

  test('a closed cache stays as it is', async () => {
    const cache = await openCache(new MemoryBus(broker));
    await cache.close();
    await notes.insert({ id: 'late', text: '1' });
    await settle(cache);
    expect(cache.size).toBe(0);
  });
});
