import { AppError, type ErrorCode } from '../errors.ts';

/** Primary result codes of SQLite (https://sqlite.org/rescode.html) that a person can act on. */
const CODES: Readonly<Record<number, readonly [code: ErrorCode, message: string]>> = {
  5: ['store-busy', 'another process held the documents file for longer than the busy timeout'],
  6: ['store-busy', 'the documents file is locked'],
  8: ['folder-unusable', 'the documents file cannot be written: give this user write permission'],
  11: ['store-corrupt', 'the documents file is damaged: restore it from a backup'],
  13: ['store-full', 'the disk with the documents file is full: make room'],
  14: ['folder-unusable', 'the documents file cannot be opened: check the data folder'],
  26: ['store-corrupt', 'the documents file is no SQLite database'],
};

/** True when another connection held a lock. */
export function isBusy(error: unknown): boolean {
  const translated = translateSqliteError(error);
  return translated instanceof AppError && translated.code === 'store-busy';
}

/** What SQLite threw → an {@link AppError} where a person can act on it, else as it was. */
export function translateSqliteError(error: unknown): unknown {
  const number =
    typeof error === 'object' && error && 'errcode' in error ? error.errcode : undefined;
  // Extended codes keep the primary one in their low byte.
  const known = typeof number === 'number' ? CODES[number & 0xff] : undefined;
  return known ? new AppError(known[0], known[1], { cause: error }) : error;
}
