/** Queries that were asked in this browser, newest first. */
import { QUERY_HISTORY_MAX } from '@apiary/common/limits.ts';
import { z } from 'zod';

const KEY = 'apiary-query-history';
const schema = z.array(z.string().max(16_384));

/** The queries; empty where storage is blocked or holds something else. */
export function readHistory(storage: Storage): readonly string[] {
  try {
    const parsed = schema.safeParse(JSON.parse(storage.getItem(KEY) ?? '[]'));
    return parsed.success ? parsed.data : [];
  } catch {
    return [];
  }
}

/** Puts a query first; the same one further down goes. */
export function remember(storage: Storage, query: string): void {
  if (query.trim() === '') return;
  const others = readHistory(storage).filter((other) => other !== query);
  try {
    storage.setItem(KEY, JSON.stringify([query, ...others].slice(0, QUERY_HISTORY_MAX)));
  } catch {
    // Storage is full or blocked: the history is a convenience.
  }
}
