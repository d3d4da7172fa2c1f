import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendOf, runOf, streamOf } from '../../testing/chunk-runs.ts';
import type { ChunkStore, NewChunk, Segment } from '../chunks.ts';
import { openSqliteStore } from './sqlite-store.ts';

const PARTITION = { day: '2026-11-20', retentionClass: 'default' };
/** Sections of every way in which SQLite lays out a row: in a leaf, in overflow pages, both. */
const SIZES = [30, 400, 1900, 4000, 4100, 9000, 70_000];

describe('what is gone from a store on SQLite', () => {
  let folder: string;
  let store: ChunkStore;
  let segment: Segment;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'apiary-reclaim-'));
    store = openSqliteStore({ folder });
    segment = await store.openSegment('one');
  });

  afterEach(async () => {
    await segment.close();
    await store.close();
    await rm(folder, { recursive: true });
  });

  /** How often a word stands in the files as they are, the log of writes included. */
  async function occurrences(word: string): Promise<number> {
    let found = 0;
    for (const name of await readdir(folder)) {
      const bytes = await readFile(join(folder, name));
      for (let at = bytes.indexOf(word); at >= 0; at = bytes.indexOf(word, at + 1)) found++;
    }
    return found;
  }

  test('is in none of its files, and the disk has its room back', async () => {
    const chunks: NewChunk[] = [];
    for (let index = 0; index < 60; index++) {
      const from = index * 100;
      // Blocks are stored compressed; words that come once stand in them as they are.
      const lines = streamOf([`secret-word-${index} ${crypto.randomUUID()}`.padEnd(99, '.')]);
      const run = { ...runOf(lines, 0, 100), from, to: from + 100, startsMidRecord: false };
      await segment.append([appendOf([run])]);
      const chunk = chunkOf(`chunk-${index % 7}-${index}`, SIZES[index % SIZES.length] ?? 0);
      await segment.seal([chunk], index % 3 === 0 ? [index + 1] : []);
      chunks.push(chunk);
    }
    expect(await occurrences('secret-word')).toBeGreaterThan(60);
    const before = await store.sizes();
    // Some are rewritten one by one, so that rows move between pages; the rest goes at once.
    for (const { entry } of chunks.filter((_, index) => index % 2 === 0)) {
      await store.replace([entry.id], [chunkOf(`${entry.id}-new`, 300, 'harmless')]);
    }
    await store.dropPartition(PARTITION);
    await store.reclaim();
    expect(await occurrences('secret-word')).toBe(0);
    const after = await store.sizes();
    expect(after.freeBytes).toBe(0);
    expect(after.diskBytes).toBeLessThan((before.diskBytes ?? 0) / 4);
    expect(after.blockBytes).toBe(0);
    // The ranges stay.
    expect(after.ranges).toBe(1);
  });

  test('is in none of its files though neighbours stay', async () => {
    const kept: string[] = [];
    for (let index = 0; index < 200; index++) {
      const size = SIZES[(index * 5) % SIZES.length] ?? 0;
      const id = `${(index * 7919) % 200}`.padStart(3, '0');
      await segment.seal([chunkOf(id, size, index % 2 === 0 ? 'harmless' : 'secret-word')], []);
      if (index % 2 === 0) kept.push(id);
    }
    const { chunks } = await store.catalogue();
    for (const { id } of chunks) if (!kept.includes(id)) await store.replace([id], []);
    await store.reclaim();
    expect(await occurrences('secret-word')).toBe(0);
    for (const id of kept) {
      expect((await store.readSection(id, 0)).toString()).toContain('harmless');
    }
  });
});

function chunkOf(id: string, bytes: number, word = 'secret-word'): NewChunk {
  const body = Buffer.from(`${word} ${id} `.repeat(Math.ceil(bytes / 16)).slice(0, bytes));
  return {
    entry: {
      ...{ id, partition: PARTITION, format: 'test@1', records: 1 },
      ...{ rawBytes: 10, storedBytes: bytes, minTime: 1, maxTime: 2 },
      ...{ firstSequence: 1, lastSequence: 1 },
      sections: [{ name: 'part', bytes }],
    },
    sections: [body],
  };
}
