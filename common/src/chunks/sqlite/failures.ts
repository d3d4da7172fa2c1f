import { AppError } from '../../errors.ts';

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** The primary result code of an error of SQLite, or undefined for any other error. */
export function sqliteCode(thrown: unknown): number | undefined {
  const code = property(thrown, 'errcode');
  return typeof code === 'number' ? code & 0xff : undefined;
}

/** True when another connection holds the lock. */
export function isBusy(thrown: unknown): boolean {
  return sqliteCode(thrown) === SQLITE_BUSY;
}

/** An error of SQLite as `store-full`, `store-corrupt` or `conflict`; others come back as they are. */
export function translateFailure(thrown: unknown): unknown {
  const cause = { cause: thrown };
  const systemCode = property(thrown, 'code');
  switch (sqliteCode(thrown)) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return new AppError('store-corrupt', 'chunks.sqlite is damaged.', cause);
    case SQLITE_BUSY:
      return new AppError('conflict', 'chunks.sqlite is locked by another process.', cause);
    case SQLITE_FULL:
      return storeFull(cause);
    default:
      return systemCode === 'ENOSPC' || systemCode === 'EDQUOT' ? storeFull(cause) : thrown;
  }
}

function storeFull(cause: { readonly cause: unknown }): AppError {
  return new AppError('store-full', 'No room for log data: free space on its disk.', cause);
}

function property(thrown: unknown, name: string): unknown {
  return typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, name) : undefined;
}
