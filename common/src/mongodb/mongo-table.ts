/** A table of MongoDB as it is: each operation is one request, or a few where there are many rows. */
import {
  type Collection,
  type CommandOperationOptions,
  type Filter,
  MongoBulkWriteError,
  MongoServerError,
} from 'mongodb';
import { MONGODB_DELETES_AT_ONCE } from '../limits/mongodb.ts';
import type { Row, RowFilter, Table } from './database.ts';
import { type Requests, translate } from './requests.ts';

/** How long each answer may take. */
export interface AnswerBounds {
  /** Of a few rows. */
  readonly rowMsMax: number;
  /** Of what goes through a table. */
  readonly tableMsMax: number;
}

/** See the file's head. */
export class MongoTable implements Table {
  readonly #rows: Collection<Row>;
  readonly #requests: Requests;
  readonly #bounds: AnswerBounds;

  constructor(rows: Collection<Row>, requests: Requests, bounds: AnswerBounds) {
    this.#rows = rows;
    this.#requests = requests;
    this.#bounds = bounds;
  }

  async index(fields: readonly string[]): Promise<void> {
    await this.#long('index', async (until) => {
      for (const field of fields) await this.#rows.createIndex({ [field]: 1 }, until);
    });
  }

  async get(id: string): Promise<Row | undefined> {
    const ask = (until: CommandOperationOptions) => this.#rows.findOne({ _id: id }, until);
    return (await this.#short('get', ask)) ?? undefined;
  }

  async find(
    filter: RowFilter,
    { after, limit }: { readonly after: string; readonly limit: number },
  ): Promise<Row[]> {
    const wanted = { ...conditions(filter), ...(after === '' ? {} : { _id: { $gt: after } }) };
    return await this.#long('find', (until) =>
      this.#rows.find(wanted, until).sort({ _id: 1 }).limit(limit).toArray(),
    );
  }

  async count(filter: RowFilter): Promise<number> {
    return await this.#long('count', (until) =>
      this.#rows.countDocuments(conditions(filter), until),
    );
  }

  async insert(row: Row): Promise<boolean> {
    return await this.#short('insert', async (until) => {
      try {
        await this.#rows.insertOne(row, until);
        return true;
      } catch (error) {
        if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return false;
        throw error;
      }
    });
  }

  async insertAll(rows: readonly Row[]): Promise<Set<string>> {
    try {
      await this.#requests.once('insertAll', this.#bounds.rowMsMax, (until) =>
        this.#rows.insertMany([...rows], { ...until, ordered: false }),
      );
      return new Set();
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError)) throw translate(error);
      const failed = [error.writeErrors].flat();
      if (failed.length === 0 || failed.some(({ code }) => code !== DUPLICATE_KEY)) {
        throw translate(error);
      }
      return new Set(failed.map(({ index }) => rows[index]?._id ?? ''));
    }
  }

  async put(row: Row): Promise<void> {
    await this.#short('put', async (until) => {
      try {
        await this.#rows.replaceOne({ _id: row._id }, row, { ...until, upsert: true });
      } catch (error) {
        // Two that both found none.
        if (!(error instanceof MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
        await this.#rows.replaceOne({ _id: row._id }, row, until);
      }
    });
  }

  async replace(row: Row): Promise<boolean> {
    const before = { _id: row._id, version: row.version - 1 };
    const { matchedCount } = await this.#short('replace', (until) =>
      this.#rows.replaceOne(before, row, until),
    );
    return matchedCount === 1;
  }

  async delete(id: string, version?: number): Promise<boolean> {
    const wanted = version === undefined ? { _id: id } : { _id: id, version };
    const { deletedCount } = await this.#short('delete', (until) =>
      this.#rows.deleteOne(wanted, until),
    );
    return deletedCount === 1;
  }

  async deleteAll(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += MONGODB_DELETES_AT_ONCE) {
      // FerretDB reads the whole table for a list of ids, and looks up each of these.
      const some = ids.slice(at, at + MONGODB_DELETES_AT_ONCE);
      const deletes = some.map((id) => ({ deleteOne: { filter: { _id: id } } }));
      await this.#long('deleteAll', (until) => this.#rows.bulkWrite(deletes, until));
    }
  }

  async drop(): Promise<void> {
    await this.#long('drop', (until) => this.#rows.drop(until));
  }

  /** For a few rows. */
  async #short<R>(
    operation: string,
    ask: (until: CommandOperationOptions) => Promise<R>,
  ): Promise<R> {
    return await this.#requests.asking(operation, this.#bounds.rowMsMax, ask);
  }

  /** For what goes through a table. */
  async #long<R>(
    operation: string,
    ask: (until: CommandOperationOptions) => Promise<R>,
  ): Promise<R> {
    return await this.#requests.asking(operation, this.#bounds.tableMsMax, ask);
  }
}

const DUPLICATE_KEY = 11_000;

function conditions(filter: RowFilter): Filter<Row> {
  return Object.fromEntries(
    Object.entries(filter).map(([field, wanted]) => [
      field,
      Array.isArray(wanted) ? { $in: wanted } : wanted,
    ]),
  );
}
