/**
 * Logs of rows, each with a name: row `<name>@<n>` follows row `<name>@<n-1>`, and of those who want to write
 * row n exactly one does, because an id can be inserted once. That is how things are compared and set here: it
 * is the same on MongoDB and on FerretDB v1, whose updates are not atomic.
 *
 * Every so often a row bears the whole state, and the log's head is raised to it; rows before the head may
 * go, some time later. Whoever has not looked for long therefore looks at the head: the row that it just
 * wrote may have been there before, and be gone.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../clock.ts';
import { toAppError } from '../../errors.ts';
import {
  ROW_LOG_DELETE_MS,
  ROW_LOG_RETRY_MS,
  ROW_LOG_TRUST_MS,
  ROW_LOG_UNSURE_MS_MAX,
} from '../../limits/mongodb.ts';
import type { Row, Table } from '../../mongodb/database.ts';

/** Rows that are read at once, at most; the first that is missing ends the log. */
const WINDOW = 8;
const HEAD_TRIES_MAX = 20;

/** A row of a log; `by` tells whose it is. */
export interface LogRow extends Row {
  readonly by: string;
}

/** A log as it was read: its rows from the head on. */
export interface LoadedLog {
  /** The number of the first row in `rows`; it bears the state, unless it is 1. */
  readonly first: number;
  readonly rows: readonly Row[];
}

/** The id of a row. */
export function rowId(name: string, number: number): string {
  return `${name}@${number}`;
}

/** See the file's head. */
export class RowLogs {
  readonly #rows: Table;
  readonly #heads: Table;
  readonly #clock: Clock;
  readonly #deletions = new Set<() => void>();

  constructor(tables: { readonly rows: Table; readonly heads: Table; readonly clock: Clock }) {
    this.#rows = tables.rows;
    this.#heads = tables.heads;
    this.#clock = tables.clock;
  }

  /** All of a log that is needed to know its state. */
  async load(name: string): Promise<LoadedLog> {
    for (let tries = 1; ; tries++) {
      const first = Math.max(await this.#head(name), 1);
      const rows = await this.read(name, first);
      // It may have been raised, and this row deleted, since it was read.
      if (rows.length > 0 || first === 1 || tries === HEAD_TRIES_MAX) return { first, rows };
    }
  }

  /** Rows from a number on. */
  async read(name: string, from: number): Promise<Row[]> {
    const next = await this.#rows.get(rowId(name, from));
    if (!next) return [];
    const rows = [next];
    // Mostly one row is new.
    for (let window = 1; ; window = Math.min(2 * window, WINDOW)) {
      const numbers = Array.from({ length: window }, (_, index) => from + rows.length + index);
      const found = await Promise.all(numbers.map((at) => this.#rows.get(rowId(name, at))));
      for (const row of found) {
        if (!row) return rows;
        rows.push(row);
      }
    }
  }

  async row(id: string): Promise<Row | undefined> {
    return await this.#rows.get(id);
  }

  /**
   * Inserts rows, asking until it is certain what became of each.
   *
   * @returns rows of others that were there before, by their ids; all others are written
   * @throws AppError `store-unreachable` when that could not be found out
   */
  async insert(rows: readonly LogRow[]): Promise<Map<string, Row>> {
    return await insertSurely(this.#rows, rows, this.#clock);
  }

  /**
   * True if a log's rows may have gone meanwhile, because it was last known at `knownMs`, and the head shows
   * that row `number` has.
   */
  async isBehind(name: string, number: number, knownMs: number): Promise<boolean> {
    if (this.#clock.now() - knownMs < ROW_LOG_TRUST_MS) return false;
    return (await this.#head(name)) > number;
  }

  /** Makes a row that bears the state the head, if no later one is. */
  async raise(name: string, number: number): Promise<void> {
    for (let tries = 0; tries < HEAD_TRIES_MAX; tries++) {
      const head = await this.#heads.get(name);
      if (Number(head?.first ?? 0) >= number) return;
      const row = { _id: name, version: (head?.version ?? 0) + 1, first: number };
      if (head ? await this.#heads.replace(row) : await this.#heads.insert(row)) return;
    }
  }

  /** Deletes rows before a head, once nobody trusts any more that they are not there. */
  deleteLater(ids: readonly string[]): void {
    const cancel = this.#clock.after(ROW_LOG_DELETE_MS, () => {
      this.#deletions.delete(cancel);
      void this.delete(ids).catch(() => undefined);
    });
    this.#deletions.add(cancel);
  }

  async delete(ids: readonly string[]): Promise<void> {
    await this.#rows.deleteAll(ids);
  }

  /** Deletes nothing any more; what was to be deleted stays, to no harm. */
  close(): void {
    for (const cancel of this.#deletions) cancel();
    this.#deletions.clear();
  }

  async #head(name: string): Promise<number> {
    return Number((await this.#heads.get(name))?.first ?? 0);
  }
}

/** See {@link RowLogs.insert}. */
export async function insertSurely(
  table: Table,
  rows: readonly LogRow[],
  clock: Clock,
): Promise<Map<string, Row>> {
  const others = new Map<string, Row>();
  const giveUpMs = clock.now() + ROW_LOG_UNSURE_MS_MAX;
  let left = rows;
  for (;;) {
    try {
      const there = await table.insertAll(left);
      const unsure: LogRow[] = [];
      for (const row of left) {
        if (!there.has(row._id)) continue;
        const found = await table.get(row._id);
        // It is there, but a majority does not have it yet.
        if (!found) unsure.push(row);
        else if (found.by !== row.by) others.set(row._id, found);
      }
      if (unsure.length === 0) return others;
      left = unsure;
      if (clock.now() > giveUpMs) throw new Error(`${unsure[0]?._id} comes and goes`);
    } catch (error) {
      if (toAppError(error).code !== 'store-unreachable' || clock.now() > giveUpMs) throw error;
    }
    await sleep(ROW_LOG_RETRY_MS);
  }
}
