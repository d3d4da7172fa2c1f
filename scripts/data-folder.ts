import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { AppError } from '@apiary/common/errors.ts';
import { makeFolder } from '@apiary/common/make-folder.ts';

/** The checkout's root; this code may run from a bundle deeper in it. */
export const projectRoot = rootAbove(dirname(fileURLToPath(import.meta.url)));

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'package-lock.json'))) return folder;
  const above = dirname(folder);
  return above === folder ? folder : rootAbove(above);
}

/** Where `up` keeps its data unless `--data` says otherwise. */
export function defaultDataFolder(): string {
  return join(projectRoot, '.apiary');
}

/**
 * Makes the folder (0700) if it is missing and checks that it can be written.
 *
 * @throws AppError `folder-unusable`
 */
export function prepareFolder(folder: string): void {
  try {
    makeFolder(folder);
    chmodSync(folder, 0o700);
    accessSync(folder, constants.W_OK);
    const probe = join(folder, '.writable');
    writeFileSync(probe, '');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('folder-unusable', `${folder} cannot be written: ${reason}`, {
      cause: error,
    });
  }
}

/** A lock that ends with its process, however that ends. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes a folder for one process: an exclusive transaction that is never committed; the system lets
 * go of its file lock when the process ends.
 *
 * @throws AppError `store-in-use` when another live process has it
 */
export function lockFolder(folder: string): FolderLock {
  const database = new DatabaseSync(join(folder, 'up.lock'), { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw new AppError(
      'store-in-use',
      `${folder} is in use by another ./apiary up; stop that one or give another --data`,
      { cause: error },
    );
  }
  return { release: () => database.close() };
}

/** Reads a JSON file, or makes it (0600) from `make` where it is missing. */
export function readOrMake<T>(file: string, make: () => T): T {
  // Written by this very function.
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as T;
  const made = make();
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(made)}\n`, { mode: 0o600 });
  return made;
}
