/**
 * A database of a server that speaks MongoDB's protocol, as little of it as Apiary uses: rows by their id,
 * inserts that say whether the id was there, compare-and-set on a version. The one file that knows the
 * driver. Everything works on MongoDB and on FerretDB v1: no transactions, no change streams.
 *
 * Writes are acknowledged by a majority and its journals; reads see what a majority has.
 */
import {
  Binary,
  type Collection,
  type Db,
  type Filter,
  MongoBulkWriteError,
  MongoClient,
  MongoServerError,
} from 'mongodb';
import { AppError } from '../errors.ts';
import {
  MONGODB_CONNECTIONS_MAX,
  MONGODB_DELETES_AT_ONCE,
  MONGODB_ROW_MS_MAX,
  MONGODB_SELECTION_MS_MAX,
  MONGODB_TABLE_MS_MAX,
} from '../limits/mongodb.ts';
import { newId } from '../random.ts';
import { asking, translate, within } from './requests.ts';
import { RowLocks } from './row-locks.ts';

/** A stored row. Values are what BSON knows; bytes are written as {@link bytesValue} makes them. */
export interface Row {
  readonly _id: string;
  /** Grows by one with each replacement. */
  readonly version: number;
  readonly [field: string]: unknown;
}

/** Fields by which rows are found: equality, or any of a list. */
export type RowFilter = Readonly<Record<string, unknown>>;

/** Rows of one name. */
export interface Table {
  get(id: string): Promise<Row | undefined>;
  /** By id, at most `limit`, those with an id greater than `after`. */
  find(filter: RowFilter, page: { readonly after: string; readonly limit: number }): Promise<Row[]>;
  count(filter: RowFilter): Promise<number>;
  /** False, and nothing is written, if there is a row of that id. */
  insert(row: Row): Promise<boolean>;
  /** Inserts each row whose id is not there, and says which ids were. */
  insertAll(rows: readonly Row[]): Promise<Set<string>>;
  /** Writes `row` whatever is there; not for rows that several write. */
  put(row: Row): Promise<void>;
  /** Writes `row` in the place of exactly the version before its own; false if that is not there. */
  replace(row: Row): Promise<boolean>;
  /** False if it is not there, or there in another version than the one that is wanted. */
  delete(id: string, version?: number): Promise<boolean>;
  /** Deletes those that are there, in their order, in one request for MONGODB_DELETES_AT_ONCE of them. */
  deleteAll(ids: readonly string[]): Promise<void>;
  drop(): Promise<void>;
}

/** An open database. */
export interface Database {
  /** Opens a table, making it and indexes on these fields where they are missing. */
  table(name: string, indexes?: readonly string[]): Promise<Table>;
  tableNames(): Promise<string[]>;
  /** Removes everything. */
  drop(): Promise<void>;
  close(): Promise<void>;
}

/** Bytes as a value of a row. */
export function bytesValue(bytes: Uint8Array): unknown {
  return new Binary(bytes);
}

/** The bytes of a value that {@link bytesValue} made; undefined for any other. */
export function bytesOf(value: unknown): Buffer | undefined {
  if (Buffer.isBuffer(value)) return value;
  return value instanceof Binary ? Buffer.from(value.value()) : undefined;
}

/** What may be chosen. */
export interface DatabaseOptions {
  /** How long the server may take over a few rows; default MONGODB_ROW_MS_MAX. */
  readonly rowMsMax?: number;
}

/** Bounds of the driver's own waits. */
const WAITS = {
  serverSelectionTimeoutMS: MONGODB_SELECTION_MS_MAX,
  waitQueueTimeoutMS: MONGODB_ROW_MS_MAX,
  /** What nobody waits for any more does not keep its connection for ever. */
  socketTimeoutMS: MONGODB_TABLE_MS_MAX,
} as const;

/**
 * Connects to a server or cluster.
 *
 * @param url `mongodb://…/DATABASE`; without a database's name it is `apiary`
 * @throws AppError `setting-invalid`, `store-unreachable`
 */
export async function connectDatabase(
  url: string,
  { rowMsMax = MONGODB_ROW_MS_MAX }: DatabaseOptions = {},
): Promise<Database> {
  let client: MongoClient;
  let name: string;
  try {
    const { pathname, searchParams } = new URL(url.replace(/,[^/]*/, ''));
    name = decodeURIComponent(pathname.slice(1)) || 'apiary';
    client = new MongoClient(url, {
      appName: 'apiary',
      writeConcern: { w: 'majority', journal: true },
      readConcern: { level: 'majority' },
      promoteBuffers: true,
      ignoreUndefined: true,
      maxPoolSize: MONGODB_CONNECTIONS_MAX,
      // What the address itself says goes first.
      ...Object.fromEntries(Object.entries(WAITS).filter(([name]) => !searchParams.has(name))),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('setting-invalid', `store: ${reason}`, { cause: error });
  }
  try {
    await client.connect();
    const server = await client.db(name).admin().command({ buildInfo: 1 });
    // FerretDB v1 reads, changes and writes a row without keeping others from it meanwhile.
    const updatesAreAtomic = !('ferretdbVersion' in server);
    return new MongoDatabase(client, name, { updatesAreAtomic, rowMsMax });
  } catch (error) {
    await client.close();
    throw translate(error);
  }
}

class MongoDatabase implements Database {
  readonly #client: MongoClient;
  readonly #db: Db;
  readonly #updatesAreAtomic: boolean;
  readonly #rowMsMax: number;

  constructor(
    client: MongoClient,
    name: string,
    how: { readonly updatesAreAtomic: boolean; readonly rowMsMax: number },
  ) {
    this.#client = client;
    this.#db = client.db(name);
    this.#updatesAreAtomic = how.updatesAreAtomic;
    this.#rowMsMax = how.rowMsMax;
  }

  async table(name: string, indexes: readonly string[] = []): Promise<Table> {
    const rows = new MongoTable(this.#db.collection<Row>(name), this.#rowMsMax);
    if (indexes.length > 0) await rows.index(indexes);
    if (this.#updatesAreAtomic) return rows;
    const locks = new MongoTable(this.#db.collection<Row>(`${name}.locks`), this.#rowMsMax);
    return new LockingTable(rows, new RowLocks(locks, newId()), () => locks.drop());
  }

  async tableNames(): Promise<string[]> {
    return await asking(MONGODB_TABLE_MS_MAX, async () => {
      const found = await this.#db.listCollections({}, { nameOnly: true }).toArray();
      return found.map(({ name }) => name);
    });
  }

  async drop(): Promise<void> {
    await asking(MONGODB_TABLE_MS_MAX, () => this.#db.dropDatabase());
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

class MongoTable implements Table {
  readonly #rows: Collection<Row>;
  readonly #rowMsMax: number;

  constructor(rows: Collection<Row>, rowMsMax: number) {
    this.#rows = rows;
    this.#rowMsMax = rowMsMax;
  }

  async index(fields: readonly string[]): Promise<void> {
    await asking(MONGODB_TABLE_MS_MAX, async () => {
      for (const field of fields) await this.#rows.createIndex({ [field]: 1 });
    });
  }

  async get(id: string): Promise<Row | undefined> {
    return (await asking(this.#rowMsMax, () => this.#rows.findOne({ _id: id }))) ?? undefined;
  }

  async find(
    filter: RowFilter,
    { after, limit }: { readonly after: string; readonly limit: number },
  ): Promise<Row[]> {
    const wanted = { ...conditions(filter), ...(after === '' ? {} : { _id: { $gt: after } }) };
    return await asking(MONGODB_TABLE_MS_MAX, () =>
      this.#rows.find(wanted).sort({ _id: 1 }).limit(limit).toArray(),
    );
  }

  async count(filter: RowFilter): Promise<number> {
    return await asking(MONGODB_TABLE_MS_MAX, () => this.#rows.countDocuments(conditions(filter)));
  }

  async insert(row: Row): Promise<boolean> {
    return await asking(this.#rowMsMax, async () => {
      try {
        await this.#rows.insertOne(row);
        return true;
      } catch (error) {
        if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return false;
        throw error;
      }
    });
  }

  async insertAll(rows: readonly Row[]): Promise<Set<string>> {
    try {
      await within(this.#rowMsMax, () => this.#rows.insertMany([...rows], { ordered: false }));
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
    await asking(this.#rowMsMax, async () => {
      try {
        await this.#rows.replaceOne({ _id: row._id }, row, { upsert: true });
      } catch (error) {
        // Two that both found none.
        if (!(error instanceof MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
        await this.#rows.replaceOne({ _id: row._id }, row);
      }
    });
  }

  async replace(row: Row): Promise<boolean> {
    const before = { _id: row._id, version: row.version - 1 };
    const { matchedCount } = await asking(this.#rowMsMax, () => this.#rows.replaceOne(before, row));
    return matchedCount === 1;
  }

  async delete(id: string, version?: number): Promise<boolean> {
    const wanted = version === undefined ? { _id: id } : { _id: id, version };
    const { deletedCount } = await asking(this.#rowMsMax, () => this.#rows.deleteOne(wanted));
    return deletedCount === 1;
  }

  async deleteAll(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += MONGODB_DELETES_AT_ONCE) {
      // FerretDB reads the whole table for a list of ids, and looks up each of these.
      const some = ids.slice(at, at + MONGODB_DELETES_AT_ONCE);
      const deletes = some.map((id) => ({ deleteOne: { filter: { _id: id } } }));
      await asking(MONGODB_TABLE_MS_MAX, () => this.#rows.bulkWrite(deletes));
    }
  }

  async drop(): Promise<void> {
    await asking(MONGODB_TABLE_MS_MAX, () => this.#rows.drop());
  }
}

/** A table whose rows are locked while they are compared and set. */
class LockingTable implements Table {
  readonly #rows: MongoTable;
  readonly #locks: RowLocks;
  readonly #dropLocks: () => Promise<void>;

  constructor(rows: MongoTable, locks: RowLocks, dropLocks: () => Promise<void>) {
    this.#rows = rows;
    this.#locks = locks;
    this.#dropLocks = dropLocks;
  }

  get(id: string): Promise<Row | undefined> {
    return this.#rows.get(id);
  }

  find(filter: RowFilter, page: { readonly after: string; readonly limit: number }) {
    return this.#rows.find(filter, page);
  }

  count(filter: RowFilter): Promise<number> {
    return this.#rows.count(filter);
  }

  insert(row: Row): Promise<boolean> {
    return this.#rows.insert(row);
  }

  insertAll(rows: readonly Row[]): Promise<Set<string>> {
    return this.#rows.insertAll(rows);
  }

  put(row: Row): Promise<void> {
    return this.#rows.put(row);
  }

  replace(row: Row): Promise<boolean> {
    return this.#locks.hold(row._id, () => this.#rows.replace(row));
  }

  delete(id: string, version?: number): Promise<boolean> {
    // Whoever compares and sets it meanwhile came before.
    if (version === undefined) return this.#rows.delete(id);
    return this.#locks.hold(id, () => this.#rows.delete(id, version));
  }

  deleteAll(ids: readonly string[]): Promise<void> {
    return this.#rows.deleteAll(ids);
  }

  async drop(): Promise<void> {
    await this.#rows.drop();
    await this.#dropLocks();
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
