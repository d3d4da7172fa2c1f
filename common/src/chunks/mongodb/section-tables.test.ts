/** How sections are written, over a table in memory. */
import { expect, test } from '@jest/globals';
import { SECTIONS_AT_ONCE_BYTES_MAX } from '../../limits/mongodb.ts';
import type { Database, Row } from '../../mongodb/database.ts';
import { MemoryTable } from '../../testing/memory-table.ts';
import type { NewChunk } from '../chunks.ts';
import { SectionTables } from './section-tables.ts';

/** Tells how many rows came with each request. */
class CountingTable extends MemoryTable {
  readonly requests: number[] = [];

  override async insertAll(rows: readonly Row[]): Promise<Set<string>> {
    this.requests.push(rows.length);
    return await super.insertAll(rows);
  }
}

function newPlace() {
  const table = new CountingTable();
  const database: Database = {
    table: async () => table,
    tableNames: async () => [],
    drop: async () => undefined,
    pool: () => ({ open: 0, taken: 0, requests: 0 }),
    close: async () => undefined,
  };
  return { table, sections: new SectionTables(database, 'log.sections') };
}

function chunkOf(sections: readonly Uint8Array[]): NewChunk {
  const entry = {
    ...{ id: 'chunk', format: 'test@1', records: 1, rawBytes: 1, storedBytes: 1 },
    partition: { day: '2026-01-10', retentionClass: 'default' },
    ...{ minTime: 0, maxTime: 0, firstSequence: 1, lastSequence: 1 },
    sections: sections.map(({ length }, index) => ({ name: `s${index}`, bytes: length })),
  };
  return { entry, sections };
}

test('many sections are written in one request, in several where they are large', async () => {
  const { table, sections } = newPlace();
  const small = Array.from({ length: 60 }, (_, index) => Buffer.from(`section ${index}`));
  const large = Buffer.alloc(SECTIONS_AT_ONCE_BYTES_MAX + 1, 1);
  const chunk = chunkOf([...small, large, Buffer.from('last')]);
  await sections.write(chunk, 0);
  expect(table.requests).toEqual([60, 1, 1]);
  expect(await sections.read(chunk.entry, 59, 0)).toEqual(Buffer.from('section 59'));
  expect((await sections.read(chunk.entry, 60, 0)).equals(large)).toBe(true);
});

test('what an attempt left that failed is written over', async () => {
  const { sections } = newPlace();
  await sections.write(chunkOf([Buffer.from('old')]), 0);
  const chunk = chunkOf([Buffer.from('new'), Buffer.from('more')]);
  await sections.write(chunk, 0);
  expect(await sections.read(chunk.entry, 0, 0)).toEqual(Buffer.from('new'));
  expect(await sections.read(chunk.entry, 1, 0)).toEqual(Buffer.from('more'));
});
