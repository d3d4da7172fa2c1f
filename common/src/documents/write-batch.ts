import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors.ts';
import { DOCUMENT_WRITES_PER_COMMIT_MAX, DOCUMENT_WRITES_WAITING_MAX } from '../limits.ts';
import { translateSqliteError } from './sqlite-errors.ts';

interface Waiting {
  /** Runs inside the transaction; an AppError thrown here means that it changed nothing. */
  readonly run: () => void;
  /** Runs after the commit. */
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: writes that are asked for in one turn of the event loop share one transaction and so
 * one fsync. A bulk of a thousand documents costs what one costs; each write still succeeds or fails
 * by itself.
 */
export class WriteBatch {
  readonly #database: DatabaseSync;
  #waiting: Waiting[] = [];
  #scheduled: NodeJS.Immediate | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * Runs `write` in the next transaction and resolves with its result once that is on disk.
   *
   * @throws AppError what `write` threw; `too-many`; `store-busy`; `store-full`
   */
  async add<R>(write: () => R): Promise<R> {
    if (this.#waiting.length >= DOCUMENT_WRITES_WAITING_MAX) {
      throw new AppError('too-many', 'too many document writes wait for the disk');
    }
    return await new Promise<R>((resolve, reject) => {
      let outcome: { result: R } | undefined;
      this.#waiting.push({
        run: () => {
          outcome = { result: write() };
        },
        resolve: () => outcome && resolve(outcome.result),
        reject,
      });
      this.#schedule();
    });
  }

  /** One transaction for each turn of the event loop, so that a large bulk keeps nobody else waiting. */
  #schedule(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined;
      this.#commitNext();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  /** Commits all that waits, now. */
  flush(): void {
    if (this.#scheduled) clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    while (this.#waiting.length > 0) this.#commitNext();
  }

  #commitNext(): void {
    const writes = this.#waiting.splice(0, DOCUMENT_WRITES_PER_COMMIT_MAX);
    const done: Waiting[] = [];
    const refused: [Waiting, AppError][] = [];
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const write of writes) {
        try {
          write.run();
          done.push(write);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          refused.push([write, error]);
        }
      }
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      for (const write of writes) write.reject(translateSqliteError(error));
      return;
    }
    for (const write of done) write.resolve();
    for (const [write, error] of refused) write.reject(error);
  }
}
