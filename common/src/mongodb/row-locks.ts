/**
 * Locks of rows for servers whose updates are not atomic (FerretDB v1): inserting a row of an id and
 * deleting one are, so a lock is a row that whoever inserts it holds. A holder that died is overtaken after
 * its lease; if it was merely asleep, the version that it compares tells it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { ROW_LOCK_LEASE_MS, ROW_LOCK_PAUSE_MS_MAX, ROW_LOCK_TRIES_MAX } from '../limits/mongodb.ts';
import { Turns } from '../turns.ts';
import type { Table } from './database.ts';

/** See the file's head. */
export class RowLocks {
  readonly #locks: Table;
  readonly #owner: string;
  /** Within this process one at a time asks for a row's lock. */
  readonly #turns = new Turns();

  /** @param owner told apart from the owners of other processes */
  constructor(locks: Table, owner: string) {
    this.#locks = locks;
    this.#owner = owner;
  }

  /** Runs `work` while nobody else holds the row. @throws AppError `store-busy`, or what `work` threw */
  hold<R>(id: string, work: () => Promise<R>): Promise<R> {
    return this.#turns.take(id, async () => {
      await this.#lock(id);
      try {
        return await work();
      } finally {
        // What was done is done; a lock that stays is overtaken after its lease.
        await this.#locks.delete(id).catch(() => false);
      }
    });
  }

  async #lock(id: string): Promise<void> {
    for (let attempt = 1; attempt <= ROW_LOCK_TRIES_MAX; attempt++) {
      const untilMs = Date.now() + ROW_LOCK_LEASE_MS;
      if (await this.#locks.insert({ _id: id, version: untilMs, owner: this.#owner })) return;
      const other = await this.#locks.get(id);
      if (other && other.version < Date.now()) await this.#locks.delete(id, other.version);
      else if (other) await sleep(Math.random() * Math.min(2 * attempt, ROW_LOCK_PAUSE_MS_MAX));
    }
    throw new AppError('store-busy', `the row ${id} was locked by others for too long`);
  }
}
