/**
 * Documents in one SQLite file (`node:sqlite`): WAL, an fsync at each commit, and a busy timeout, so that
 * the processes of one machine share it.
 */
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors.ts';
import { SQLITE_BUSY_TIMEOUT_MS, SQLITE_RETRY_MS } from '../limits.ts';
import { isProperName } from './check.ts';
import type {
  Collection,
  CollectionDefinition,
  DocumentChange,
  Documents,
  Identified,
} from './documents.ts';
import { SqliteCollection, tableSql } from './sqlite-collection.ts';
import { isBusy, translateSqliteError } from './sqlite-errors.ts';
import { WriteBatch } from './write-batch.ts';

/**
 * Opens the file, making it where it is missing; its folder must be there.
 *
 * @throws AppError `folder-unusable`, `store-corrupt`, `store-busy`
 */
export function openSqliteDocuments(path: string): Documents {
  try {
    const database = new DatabaseSync(path, { timeout: SQLITE_BUSY_TIMEOUT_MS });
    useWriteAheadLog(database);
    database.exec('PRAGMA synchronous = FULL');
    return new SqliteDocuments(database);
  } catch (error) {
    throw translateSqliteError(error);
  }
}

/**
 * Two that open a new file at once both find it without the mode, and SQLite refuses one of them without
 * waiting, as it does with locks that would wait for one another: that one looks again.
 */
function useWriteAheadLog(database: DatabaseSync): void {
  const giveUpMs = performance.now() + SQLITE_BUSY_TIMEOUT_MS;
  for (;;) {
    const mode = database.prepare('PRAGMA journal_mode').get()?.journal_mode;
    if (mode === 'wal') return;
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SQLITE_RETRY_MS);
    }
  }
}

class SqliteDocuments implements Documents {
  readonly #database: DatabaseSync;
  readonly #writes: WriteBatch;
  readonly #listeners = new Set<(change: DocumentChange) => void>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#writes = new WriteBatch(database);
  }

  async collection<T extends Identified>(
    definition: CollectionDefinition<T>,
  ): Promise<Collection<T>> {
    const { name, indexes } = definition;
    if (!isProperName(definition)) {
      throw new AppError('request-invalid', `${name} or an index of it has no proper name`);
    }
    await this.#writes.add(() => this.#database.exec(tableSql(name, indexes)));
    return new SqliteCollection(definition, {
      database: this.#database,
      writes: this.#writes,
      changed: (change) => {
        for (const listener of this.#listeners) listener(change);
      },
    });
  }

  onChange(listener: (change: DocumentChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    if (!this.#database.isOpen) return;
    this.#writes.flush();
    this.#database.close();
  }
}
