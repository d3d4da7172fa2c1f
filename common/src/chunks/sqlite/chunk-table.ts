import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { AppError } from '../../errors.ts';
import { entrySchema } from '../chunk-entry.ts';
import type { ChunkEntry, NewChunk, Partition } from '../chunks.ts';

/** The catalogue and the sections of its chunks. Writes happen within a transaction of the caller. */
export class ChunkTable {
  readonly #entries: StatementSync;
  readonly #entry: StatementSync;
  readonly #put: StatementSync;
  readonly #putSection: StatementSync;
  readonly #section: StatementSync;
  readonly #delete: StatementSync;
  readonly #deleteSections: StatementSync;
  readonly #ofPartition: StatementSync;

  constructor(database: DatabaseSync) {
    this.#entries = database.prepare('SELECT entry FROM chunks ORDER BY id');
    this.#entry = database.prepare('SELECT entry FROM chunks WHERE id = ?');
    this.#put = database.prepare('INSERT INTO chunks VALUES (?, ?, ?, ?)');
    this.#putSection = database.prepare('INSERT INTO sections VALUES (?, ?, ?, ?)');
    this.#section = database.prepare(
      'SELECT body, checksum FROM sections WHERE chunk = ? AND position = ?',
    );
    this.#delete = database.prepare('DELETE FROM chunks WHERE id = ?');
    this.#deleteSections = database.prepare('DELETE FROM sections WHERE chunk = ?');
    this.#ofPartition = database.prepare('SELECT id FROM chunks WHERE day = ? AND class = ?');
  }

  entries(): ChunkEntry[] {
    return this.#entries.all().map(entryOf);
  }

  /** @throws AppError `not-found` when there is no such chunk */
  entry(id: string): ChunkEntry {
    const row = this.#entry.get(id);
    if (!row) throw gone(id);
    return entryOf(row);
  }

  /** Writes the sections first, then the row that makes them a chunk. */
  insert({ entry, sections }: NewChunk): void {
    for (const [position, body] of sections.entries()) {
      this.#putSection.run(entry.id, position, crc32(body), body);
    }
    const { day, retentionClass } = entry.partition;
    this.#put.run(entry.id, day, retentionClass, JSON.stringify(entry));
  }

  /** @throws AppError `not-found` when there is no such chunk */
  remove(id: string): void {
    if (this.#delete.run(id).changes === 0) throw gone(id);
    this.#deleteSections.run(id);
  }

  /** @throws AppError `not-found`, `store-corrupt` */
  section(chunk: string, position: number): Buffer {
    const row = this.#section.get(chunk, position);
    if (!(row?.body instanceof Uint8Array)) throw gone(chunk);
    if (crc32(row.body) !== row.checksum) {
      throw new AppError(
        'store-corrupt',
        `Section ${position} of chunk ${chunk} does not match its checksum.`,
      );
    }
    return Buffer.from(row.body.buffer, row.body.byteOffset, row.body.byteLength);
  }

  idsOf({ day, retentionClass }: Partition): string[] {
    return this.#ofPartition.all(day, retentionClass).map((row) => String(row.id));
  }
}

function entryOf(row: Record<string, SQLOutputValue>): ChunkEntry {
  return entrySchema.parse(JSON.parse(String(row.entry)));
}

function gone(id: string): AppError {
  return new AppError('not-found', `Chunk ${id} is not in the catalogue.`);
}
