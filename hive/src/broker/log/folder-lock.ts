import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '@apiary/common/errors.ts';

/**
 * Keeps other processes out of a data folder. Node has no file locks of its own; SQLite's exclusive
 * transaction is one, and the kernel drops it with the process, however that ends.
 */
export class FolderLock {
  readonly #database: DatabaseSync;

  /** @throws AppError `store-in-use` or `folder-unusable`. */
  constructor(folder: string) {
    try {
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      this.#database = new DatabaseSync(path.join(folder, 'broker.lock'));
    } catch (error) {
      throw new AppError('folder-unusable', `The broker cannot write to ${folder}.`, {
        cause: error,
      });
    }
    try {
      this.#database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      this.#database.close();
      throw new AppError('store-in-use', `Another broker uses ${folder}.`, { cause: error });
    }
  }

  release(): void {
    this.#database.close();
  }
}
