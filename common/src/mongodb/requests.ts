/**
 * Requests to a server with MongoDB's protocol: each has a time by which it is answered, is asked again where the server
 * was too busy, and fails with an error that a person can act on. The driver bounds the search for a server, not the wait
 * for an answer or for a connection: behind a network that swallows packets these last for ever. A request that is late is
 * told, with the state of the pool, and its connection is closed: it takes nobody's place.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type CommandOperationOptions, MongoError, MongoServerError } from 'mongodb';
import { AppError } from '../errors.ts';
import { MONGODB_BUSY_PAUSE_MS, MONGODB_BUSY_TRIES_MAX } from '../limits/mongodb.ts';
import type { OnLate } from './late-requests.ts';
import { endingLostWrites } from './lost-connections.ts';
import type { PoolCounts, PoolState } from './pool-counts.ts';

/** A request that was not answered in time. */
export interface LateRequest {
  /** What of a {@link Table} was asked for, e.g. `insertAll`. */
  readonly operation: string;
  readonly table: string;
  readonly waitedMs: number;
  /** The driver's connections, this request's among them. */
  readonly pool: PoolState;
}

/** Requests for one table. */
export class Requests {
  readonly #table: string;
  readonly #pool: PoolCounts;
  readonly #onLate: OnLate;

  constructor(table: string, told: { readonly pool: PoolCounts; readonly onLate: OnLate }) {
    this.#table = table;
    this.#pool = told.pool;
    this.#onLate = told.onLate;
  }

  /**
   * Asks, again where the server is too busy.
   *
   * @param msMax for each answer
   * @param ask is given what ends the request, for the driver
   * @throws AppError `store-unreachable`, `store-full`, `internal`: {@link translate}
   */
  async asking<R>(
    operation: string,
    msMax: number,
    ask: (until: CommandOperationOptions) => Promise<R>,
  ): Promise<R> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.once(operation, msMax, ask);
      } catch (error) {
        if (!isBusy(error) || tries >= MONGODB_BUSY_TRIES_MAX) throw translate(error);
        await sleep(Math.random() * MONGODB_BUSY_PAUSE_MS);
      }
    }
  }

  /** Asks once. What becomes of a request that is late is not known. @throws AppError `store-unreachable` when it is */
  async once<R>(
    operation: string,
    msMax: number,
    ask: (until: CommandOperationOptions) => Promise<R>,
  ): Promise<R> {
    const done = this.#pool.request();
    const late = Promise.withResolvers<never>();
    const end = new AbortController();
    const timer = setTimeout(() => {
      const what = `MongoDB has not answered a request for ${Math.round(msMax / 1000)} s.`;
      const error = new AppError('store-unreachable', what);
      const pool = this.#pool.now();
      this.#onLate({ operation, table: this.#table, waitedMs: msMax, pool });
      late.reject(error);
      end.abort(error);
    }, msMax);
    // The driver's types name it for reads only; it takes it for whatever it asks.
    const until = { signal: end.signal } as CommandOperationOptions;
    try {
      return await Promise.race([endingLostWrites(() => ask(until)), late.promise]);
    } finally {
      clearTimeout(timer);
      done();
    }
  }
}

/** FerretDB on SQLite, where another write took too long: nothing of this one was done. */
function isBusy(error: unknown): boolean {
  return error instanceof MongoError && error.message.includes('SQLITE_BUSY');
}

/** Codes of MongoDB (https://www.mongodb.com/docs/manual/reference/error-codes/) that mean a full disk or quota. */
const FULL_CODES: ReadonlySet<number> = new Set([14_031, 8_000]);

/** Codes that an election, a shut-down or a slow majority brings: host unreachable, not primary, interrupted, … */
const PASSING_CODES: ReadonlySet<number> = new Set([
  6, 7, 64, 89, 91, 134, 189, 262, 9_001, 10_058, 10_107, 11_600, 11_602, 13_435, 13_436,
]);

/** What the driver threw → an {@link AppError} where a person can act on it, else as it was. */
export function translate(error: unknown): unknown {
  if (!(error instanceof MongoError)) return error;
  const cause = { cause: error };
  if (isBusy(error)) {
    return new AppError('store-unreachable', 'The database is too busy with other writes.', cause);
  }
  // A bulk write bears whatever ended it, the loss of its connection included, which has no code.
  const code = error instanceof MongoServerError ? error.code : undefined;
  if (typeof code === 'number' && !PASSING_CODES.has(code)) {
    if (FULL_CODES.has(code)) {
      return new AppError('store-full', 'The disk of MongoDB is full: make room.', cause);
    }
    return new AppError('internal', `MongoDB refused: ${error.message}`, cause);
  }
  return new AppError('store-unreachable', `MongoDB does not answer: ${error.message}`, cause);
}
