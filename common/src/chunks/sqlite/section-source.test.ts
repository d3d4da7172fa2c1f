import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openSectionSource } from './section-source.ts';
import { openSqliteStore } from './sqlite-store.ts';

test('a thread reads entries and sections of chunks beside the store that writes them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'apiary-sections-'));
  const store = openSqliteStore({ folder });
  const source = openSectionSource(folder);
  const entry = {
    ...{ id: 'chunk-1', partition: { day: '2026-11-20', retentionClass: 'default' } },
    ...{ format: 'plain@1', records: 3, rawBytes: 9, storedBytes: 4, minTime: 1, maxTime: 2 },
    ...{ firstSequence: 1, lastSequence: 1, sections: [{ name: 'body', bytes: 4 }] },
  };
  await store.replace([], [{ entry, sections: [Buffer.from('four')] }]);
  expect(source.entry('chunk-1')).toEqual(entry);
  expect(await source.readSection('chunk-1', 0)).toEqual(Buffer.from('four'));
  await store.replace(['chunk-1'], []);
  expect(() => source.entry('chunk-1')).toThrow(expect.objectContaining({ code: 'not-found' }));
  source.close();
  await store.close();
  await rm(folder, { recursive: true });
});
