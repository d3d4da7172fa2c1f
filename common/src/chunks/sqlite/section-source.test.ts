import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import type { ChunkEntry } from '../chunks.ts';
import { openSectionSource } from './section-source.ts';
import { openSqliteStore } from './sqlite-store.ts';

const ENTRY: ChunkEntry = {
  ...{ id: 'chunk-1', partition: { day: '2026-11-20', retentionClass: 'default' } },
  ...{ format: 'plain@1', records: 3, rawBytes: 9, storedBytes: 4, minTime: 1, maxTime: 2 },
  ...{ firstSequence: 1, lastSequence: 1, sections: [{ name: 'body', bytes: 4 }] },
};

test('a thread reads entries and sections of chunks beside the store that writes them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'apiary-sections-'));
  const store = openSqliteStore({ folder });
  const source = openSectionSource(folder);
  await store.replace([], [{ entry: ENTRY, sections: [Buffer.from('four')] }]);
  expect(source.entry('chunk-1')).toEqual(ENTRY);
  expect(await source.readSection('chunk-1', 0)).toEqual(Buffer.from('four'));
  await store.replace(['chunk-1'], []);
  expect(() => source.entry('chunk-1')).toThrow(expect.objectContaining({ code: 'not-found' }));
  source.close();
  await store.close();
  await rm(folder, { recursive: true });
});

test('a section that was damaged on disk is refused by everybody who reads it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'apiary-sections-'));
  const store = openSqliteStore({ folder });
  await store.replace([], [{ entry: ENTRY, sections: [Buffer.from('four')] }]);
  const database = new DatabaseSync(join(folder, 'chunks.sqlite'));
  database.prepare('UPDATE sections SET body = ?').run(Buffer.from('foul'));
  database.close();
  const source = openSectionSource(folder);
  const isCorrupt = expect.objectContaining({ code: 'store-corrupt' });
  expect(() => source.sectionAtHand('chunk-1', 0)).toThrow(isCorrupt);
  await expect(source.readSection('chunk-1', 0)).rejects.toEqual(isCorrupt);
  await expect(store.readSection('chunk-1', 0)).rejects.toEqual(isCorrupt);
  source.close();
  await store.close();
  await rm(folder, { recursive: true });
});
