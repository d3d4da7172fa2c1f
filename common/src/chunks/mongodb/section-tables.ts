import { crc32 } from 'node:zlib';
import { AppError } from '../../errors.ts';
import { SECTIONS_AT_ONCE_BYTES_MAX } from '../../limits/mongodb.ts';
import { bytesOf, bytesValue, type Database, type Table } from '../../mongodb/database.ts';
import type { ChunkEntry, NewChunk, Partition } from '../chunks.ts';
import { partitionKey } from '../partition.ts';

/**
 * The sections of chunks, a table for each partition, so that retention drops whole tables. A section that no
 * entry of the catalogue names is nobody's, and goes with its partition. A partition that was dropped and has
 * chunks again has another *room*, a table of its own: whoever drops the former one late harms nothing.
 */
export class SectionTables {
  readonly #database: Database;
  readonly #prefix: string;
  readonly #tables = new Map<string, Promise<Table>>();

  constructor(database: Database, prefix: string) {
    this.#database = database;
    this.#prefix = prefix;
  }

  /** Writes all sections of a chunk that is in no catalogue yet, several in one request. */
  async write({ entry, sections }: NewChunk, room: number): Promise<void> {
    const table = await this.#table(entry.partition, room);
    for (const some of batchesOf(sections)) {
      const rows = some.map(({ index, body }) => ({
        ...{ _id: idOf(entry.id, index), version: 1 },
        ...{ checksum: crc32(body), body: bytesValue(body) },
      }));
      const there = await table.insertAll(rows);
      // Of an attempt that failed half way.
      for (const row of rows) if (there.has(row._id)) await table.put(row);
    }
  }

  /** @throws AppError `not-found`, `store-corrupt` */
  async read({ id, partition }: ChunkEntry, index: number, room: number): Promise<Buffer> {
    const row = await (await this.#table(partition, room)).get(idOf(id, index));
    const body = bytesOf(row?.body);
    if (!body) throw new AppError('not-found', `Chunk ${id} has no section ${index} any more.`);
    if (crc32(body) !== row?.checksum) {
      throw new AppError('store-corrupt', `Section ${index} of ${id} does not match its checksum.`);
    }
    return body;
  }

  /** Deletes the sections of a chunk that was replaced, or came to nothing. */
  async delete({ id, partition, sections }: ChunkEntry, room: number): Promise<void> {
    const table = await this.#table(partition, room);
    await table.deleteAll([...sections.keys()].map((index) => idOf(id, index)));
  }

  /** Drops the rooms that partitions had before they were dropped; what was killed over it is made up for. */
  async sweep(rooms: ReadonlyMap<string, number>): Promise<void> {
    for (const name of await this.#database.tableNames()) {
      const [, former = '0', key = ''] = ROOM.exec(name.slice(this.#prefix.length)) ?? [];
      const room = rooms.get(key.replace('.', '/'));
      if (!name.startsWith(this.#prefix) || room === undefined || Number(former) >= room) continue;
      this.#tables.delete(name);
      await (await this.#database.table(name)).drop();
    }
  }

  async #table(partition: Partition, room: number): Promise<Table> {
    const key = partitionKey(partition).replaceAll(/[^\w-]/g, '.');
    const name = [this.#prefix, ...(room > 0 ? [room] : []), key].join('.');
    const known = this.#tables.get(name);
    if (known) return await known;
    const table = this.#database.table(name);
    this.#tables.set(name, table);
    return await table;
  }
}

/** What follows the prefix in the name of a table: its room, its partition's day and class. */
const ROOM = /^\.(?:(\d+)\.)?(\d{4}-\d\d-\d\d\.[\w-]+)$/;

interface NumberedSection {
  readonly index: number;
  readonly body: Uint8Array;
}

/** Sections in order, by what goes into one request; one that is larger than that has its own. */
function* batchesOf(sections: readonly Uint8Array[]): Generator<readonly NumberedSection[]> {
  let batch: NumberedSection[] = [];
  let bytes = 0;
  for (const [index, body] of sections.entries()) {
    if (batch.length > 0 && bytes + body.length > SECTIONS_AT_ONCE_BYTES_MAX) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push({ index, body });
    bytes += body.length;
  }
  if (batch.length > 0) yield batch;
}

function idOf(chunk: string, index: number): string {
  return `${chunk}/${index}`;
}
