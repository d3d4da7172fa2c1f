import { crc32 } from 'node:zlib';
import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import { REPLACED_SECTIONS_MS } from '../../limits/mongodb.ts';
import { bytesOf, bytesValue, type Database, type Table } from '../../mongodb/database.ts';
import type { ChunkEntry, NewChunk, Partition } from '../chunks.ts';
import { partitionKey } from '../partition.ts';

/**
 * The sections of chunks, a table for each partition, so that retention drops whole tables. A section that no
 * entry of the catalogue names is nobody's, and goes with its partition.
 */
export class SectionTables {
  readonly #database: Database;
  readonly #prefix: string;
  readonly #clock: Clock;
  readonly #tables = new Map<string, Promise<Table>>();
  readonly #deletions = new Set<() => void>();

  constructor(database: Database, prefix: string, clock: Clock) {
    this.#database = database;
    this.#prefix = prefix;
    this.#clock = clock;
  }

  /** Writes all sections of a chunk that is in no catalogue yet. */
  async write({ entry, sections }: NewChunk): Promise<void> {
    const table = await this.#table(entry.partition);
    for (const [index, body] of sections.entries()) {
      const row = { _id: idOf(entry.id, index), version: 1 };
      await table.put({ ...row, checksum: crc32(body), body: bytesValue(body) });
    }
  }

  /** @throws AppError `not-found`, `store-corrupt` */
  async read({ id, partition }: ChunkEntry, index: number): Promise<Buffer> {
    const row = await (await this.#table(partition)).get(idOf(id, index));
    const body = bytesOf(row?.body);
    if (!body) throw new AppError('not-found', `Chunk ${id} has no section ${index} any more.`);
    if (crc32(body) !== row?.checksum) {
      throw new AppError('store-corrupt', `Section ${index} of ${id} does not match its checksum.`);
    }
    return body;
  }

  /** Deletes the sections of a chunk that was replaced, once queries that began before are over. */
  deleteLater({ id, partition, sections }: ChunkEntry): void {
    const cancel = this.#clock.after(REPLACED_SECTIONS_MS, () => {
      this.#deletions.delete(cancel);
      void this.#delete(partition, id, sections.length).catch(() => undefined);
    });
    this.#deletions.add(cancel);
  }

  /** Drops a partition's table. */
  async drop(partition: Partition): Promise<void> {
    const table = await this.#table(partition);
    this.#tables.delete(partitionKey(partition));
    await table.drop();
  }

  close(): void {
    for (const cancel of this.#deletions) cancel();
    this.#deletions.clear();
  }

  async #delete(partition: Partition, id: string, count: number): Promise<void> {
    const table = await this.#table(partition);
    for (let index = 0; index < count; index++) await table.delete(idOf(id, index));
  }

  async #table(partition: Partition): Promise<Table> {
    const key = partitionKey(partition);
    const known = this.#tables.get(key);
    if (known) return await known;
    const name = `${this.#prefix}.${key.replaceAll(/[^\w-]/g, '.')}`;
    const table = this.#database.table(name);
    this.#tables.set(key, table);
    return await table;
  }
}

function idOf(chunk: string, index: number): string {
  return `${chunk}/${index}`;
}
