import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../errors.ts';
import { isBusy } from './failures.ts';

/**
 * Takes the folder for this process: an exclusive transaction in a database of its own, held open. The
 * operating system lets go of it when the process dies, however it dies.
 *
 * @returns gives it back; safe to call twice
 * @throws AppError `store-in-use`
 */
export function takeLease(folder: string): () => void {
  const lock = new DatabaseSync(join(folder, 'chunks.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new AppError(
      'store-in-use',
      `Another process writes log data in ${folder}: stop it first.`,
      {
        cause: error,
      },
    );
  }
  return () => {
    if (lock.isOpen) lock.close();
  };
}
