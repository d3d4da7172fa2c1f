import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { AppError } from '../errors.ts';
import { DOCUMENTS_PAGE_MAX } from '../limits.ts';
import { checkRead, checkWritten } from './check.ts';
import type {
  Collection,
  CollectionDefinition,
  DocumentChange,
  Filter,
  Identified,
  Page,
  Versioned,
} from './documents.ts';
import { translateSqliteError } from './sqlite-errors.ts';
import { fieldExpression, filterSql } from './sqlite-filter.ts';
import type { WriteBatch } from './write-batch.ts';

/** What a collection needs of its database. */
export interface SqliteCollectionHost {
  readonly database: DatabaseSync;
  readonly writes: WriteBatch;
  /** Called after the commit of each write. */
  readonly changed: (change: DocumentChange) => void;
}

/** The statements that make a collection's table and indexes where they are missing. */
export function tableSql(name: string, indexes: readonly string[]): string {
  const table = `CREATE TABLE IF NOT EXISTS "${name}" (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;`;
  const rows = indexes.map(
    (field) =>
      `CREATE INDEX IF NOT EXISTS "${name}.${field}" ON "${name}" (${fieldExpression(field)});`,
  );
  return [table, ...rows].join('\n');
}

/** One table: id, version, and the document as JSON. */
export class SqliteCollection<T extends Identified> implements Collection<T> {
  readonly name: string;
  readonly #definition: CollectionDefinition<T>;
  readonly #host: SqliteCollectionHost;
  readonly #statements = new Map<string, StatementSync>();

  constructor(definition: CollectionDefinition<T>, host: SqliteCollectionHost) {
    this.name = definition.name;
    this.#definition = definition;
    this.#host = host;
  }

  async get(id: string): Promise<Versioned<T> | undefined> {
    return this.#reading(() => this.#read(id));
  }

  async find(filter: Filter<T> = {}, page: Page = {}): Promise<Versioned<T>[]> {
    const { sql, parameters } = filterSql(this.#definition, filter);
    const limit = Math.min(page.limit ?? DOCUMENTS_PAGE_MAX, DOCUMENTS_PAGE_MAX);
    const text = `SELECT id, version, body FROM "${this.name}" WHERE id > ?${sql} ORDER BY id LIMIT ?`;
    return this.#reading(() => {
      const rows = this.#prepare(text).all(page.after ?? '', ...parameters, limit);
      return rows.map((row) => this.#fromRow(row));
    });
  }

  async count(filter: Filter<T> = {}): Promise<number> {
    const { sql, parameters } = filterSql(this.#definition, filter);
    const text = `SELECT count(*) AS count FROM "${this.name}" WHERE true${sql}`;
    return this.#reading(() => Number(this.#prepare(text).get(...parameters)?.count));
  }

  async insert(document: T): Promise<Versioned<T>> {
    const checked = checkWritten(this.#definition, document);
    return await this.#write(checked.id, 'written', () => {
      const { changes } = this.#prepare(
        `INSERT INTO "${this.name}" (id, version, body) VALUES (?, 1, ?) ON CONFLICT DO NOTHING`,
      ).run(checked.id, JSON.stringify(checked));
      if (changes === 0) throw new AppError('already-exists', `${this.#of(checked.id)} exists`);
      return { document: checked, version: 1 };
    });
  }

  async replace(document: T, version: number): Promise<Versioned<T>> {
    const checked = checkWritten(this.#definition, document);
    return await this.#write(checked.id, 'written', () => this.#replaceNow(checked, version));
  }

  async put(document: T): Promise<Versioned<T>> {
    const checked = checkWritten(this.#definition, document);
    return await this.#write(checked.id, 'written', () => this.#putNow(checked));
  }

  async update(
    id: string,
    change: (document: T | undefined) => T | undefined,
  ): Promise<Versioned<T> | undefined> {
    // The transaction holds the write lock from its beginning, so what is read here is what is replaced.
    const outcome = await this.#host.writes.add(() => {
      const before = this.#read(id);
      const wanted = this.#asRefusal(() => change(before?.document));
      if (wanted === undefined) return { after: before, wrote: false };
      const checked = checkWritten(this.#definition, wanted);
      if (checked.id !== id) {
        throw new AppError('request-invalid', `${this.#of(id)}: an update cannot change the id`);
      }
      const after = before ? this.#replaceNow(checked, before.version) : this.#putNow(checked);
      return { after, wrote: true };
    });
    if (outcome.wrote) this.#host.changed({ collection: this.name, id, kind: 'written' });
    return outcome.after;
  }

  async delete(id: string, version?: number): Promise<boolean> {
    const deleted = await this.#host.writes.add(() => {
      const condition = version === undefined ? '' : ' AND version = ?';
      const statement = this.#prepare(`DELETE FROM "${this.name}" WHERE id = ?${condition}`);
      const { changes } = version === undefined ? statement.run(id) : statement.run(id, version);
      if (changes === 0 && this.#read(id)) throw this.#conflict(id);
      return changes !== 0;
    });
    if (deleted) this.#host.changed({ collection: this.name, id, kind: 'deleted' });
    return deleted;
  }

  async #write(
    id: string,
    kind: DocumentChange['kind'],
    write: () => Versioned<T>,
  ): Promise<Versioned<T>> {
    const written = await this.#host.writes.add(write);
    this.#host.changed({ collection: this.name, id, kind });
    return written;
  }

  #replaceNow(document: T, version: number): Versioned<T> {
    const { changes } = this.#prepare(
      `UPDATE "${this.name}" SET version = version + 1, body = ? WHERE id = ? AND version = ?`,
    ).run(JSON.stringify(document), document.id, version);
    if (changes === 0) throw this.#conflict(document.id);
    return { document, version: version + 1 };
  }

  #putNow(document: T): Versioned<T> {
    const row = this.#prepare(
      `INSERT INTO "${this.name}" (id, version, body) VALUES (?, 1, ?)
       ON CONFLICT (id) DO UPDATE SET version = version + 1, body = excluded.body RETURNING version`,
    ).get(document.id, JSON.stringify(document));
    return { document, version: Number(row?.version) };
  }

  /** A caller's own exception refuses its write alone, not the others of the transaction. */
  #asRefusal<R>(run: () => R): R {
    try {
      return run();
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw new AppError('internal', `${this.name}: a change failed`, { cause: error });
    }
  }

  #read(id: string): Versioned<T> | undefined {
    const text = `SELECT id, version, body FROM "${this.name}" WHERE id = ?`;
    const row = this.#prepare(text).get(id);
    return row && this.#fromRow(row);
  }

  #reading<R>(read: () => R): R {
    try {
      return read();
    } catch (error) {
      throw translateSqliteError(error);
    }
  }

  #fromRow(row: Record<string, unknown>): Versioned<T> {
    const document = checkRead(this.#definition, String(row.id), String(row.body));
    return { document, version: Number(row.version) };
  }

  #prepare(text: string): StatementSync {
    const known = this.#statements.get(text);
    if (known) return known;
    const statement = this.#host.database.prepare(text);
    this.#statements.set(text, statement);
    return statement;
  }

  #of(id: string): string {
    return `${this.name}/${id}`;
  }

  #conflict(id: string): AppError {
    return new AppError('conflict', `${this.#of(id)} was changed meanwhile`);
  }
}
