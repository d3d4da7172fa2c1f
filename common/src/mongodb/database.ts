/**
 * A database of a server that speaks MongoDB's protocol, as little of it as Apiary uses: rows by their id,
 * inserts that say whether the id was there, compare-and-set on a version. The one file that knows the
 * driver. Everything works on MongoDB and on FerretDB v1: no transactions, no change streams.
 *
 * Writes are acknowledged by a majority and its journals; reads see what a majority has.
 */
import { Binary, type Db, MongoClient } from 'mongodb';
import { AppError } from '../errors.ts';
import {
  MONGODB_CONNECTIONS_MAX,
  MONGODB_ROW_MS_MAX,
  MONGODB_SELECTION_MS_MAX,
  MONGODB_TABLE_MS_MAX,
} from '../limits/mongodb.ts';
import { newId } from '../random.ts';
import type { OnLate } from './late-requests.ts';
import { endingLostWrites } from './lost-connections.ts';
import { type AnswerBounds, MongoTable } from './mongo-table.ts';
import { PoolCounts, type PoolState } from './pool-counts.ts';
import { Requests, translate } from './requests.ts';
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
  /** The connections to it now. */
  pool(): PoolState;
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

/** What may be chosen; the bounds are MONGODB_ROW_MS_MAX and MONGODB_TABLE_MS_MAX by default. */
export interface DatabaseOptions extends Partial<AnswerBounds> {
  /** Told of each request that was not answered in time. */
  readonly onLate?: OnLate | undefined;
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
  options: DatabaseOptions = {},
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
  const { onLate = () => undefined, ...given } = options;
  const bounds = { rowMsMax: MONGODB_ROW_MS_MAX, tableMsMax: MONGODB_TABLE_MS_MAX, ...given };
  const pool = new PoolCounts(client);
  try {
    await endingLostWrites(() => client.connect());
    const database = new MongoDatabase(client, name, { bounds, onLate, pool });
    await database.greet();
    return database;
  } catch (error) {
    await client.close();
    throw translate(error);
  }
}

/** What {@link MongoDatabase} is told. */
interface HowToAsk {
  readonly bounds: AnswerBounds;
  readonly onLate: OnLate;
  readonly pool: PoolCounts;
}

class MongoDatabase implements Database {
  readonly #client: MongoClient;
  readonly #db: Db;
  readonly #how: HowToAsk;
  readonly #requests: Requests;
  #updatesAreAtomic = false;

  constructor(client: MongoClient, name: string, how: HowToAsk) {
    this.#client = client;
    this.#db = client.db(name);
    this.#how = how;
    this.#requests = this.#requestsOf('');
  }

  /** Asks what kind of server it is. */
  async greet(): Promise<void> {
    const server = await this.#requests.asking('greet', MONGODB_ROW_MS_MAX, (until) =>
      this.#db.admin().command({ buildInfo: 1 }, until),
    );
    // FerretDB v1 reads, changes and writes a row without keeping others from it meanwhile.
    this.#updatesAreAtomic = !('ferretdbVersion' in server);
  }

  async table(name: string, indexes: readonly string[] = []): Promise<Table> {
    const rows = this.#rows(name);
    if (indexes.length > 0) await rows.index(indexes);
    if (this.#updatesAreAtomic) return rows;
    const locks = this.#rows(`${name}.locks`);
    return new LockingTable(rows, new RowLocks(locks, newId()), () => locks.drop());
  }

  async tableNames(): Promise<string[]> {
    return await this.#requests.asking('tableNames', this.#how.bounds.tableMsMax, async (until) => {
      const found = await this.#db.listCollections({}, { ...until, nameOnly: true }).toArray();
      return found.map(({ name }) => name);
    });
  }

  async drop(): Promise<void> {
    await this.#requests.asking('dropAll', this.#how.bounds.tableMsMax, (until) =>
      this.#db.dropDatabase(until),
    );
  }

  pool(): PoolState {
    return this.#how.pool.now();
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #rows(name: string): MongoTable {
    const rows = this.#db.collection<Row>(name);
    return new MongoTable(rows, this.#requestsOf(name), this.#how.bounds);
  }

  #requestsOf(table: string): Requests {
    const { pool, onLate } = this.#how;
    return new Requests(table, { pool, onLate });
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
