/** The lines before and after a line in its own file. */
import { contextSchema } from '@apiary/common/messages/analysis.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { callApi } from './http.ts';

/**
 * `count` lines each way in the file's order, the line itself among them.
 * @throws AppError; the signal's reason when aborted
 */
export async function linesAround(
  record: LogRecord,
  count: number,
  signal: AbortSignal,
): Promise<LogRecord[]> {
  const body = { id: record.id, time: record.time, before: count, after: count };
  const request = { method: 'POST', body, signal } as const;
  return (await callApi('/api/search/context', contextSchema, request)).records;
}
