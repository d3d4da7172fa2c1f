/** The lines before and after a line in its own file. */

import { formatFieldValue } from '@apiary/common/query/format.ts';
import { type LogRecord, recordSchema } from '@apiary/common/record.ts';
import { z } from 'zod';
import { callApi } from './http.ts';

const answerSchema = z.object({ records: z.array(recordSchema) });
/** Lines of the same millisecond that may stand beside the line. */
const SAME_TIME_MAX = 50;

/**
 * `count` lines each way, oldest first, the line itself among them.
 * @throws AppError; the signal's reason when aborted
 */
export async function linesAround(
  record: LogRecord,
  count: number,
  signal: AbortSignal,
): Promise<LogRecord[]> {
  const host = formatFieldValue('host', record.host);
  const query = `${host} AND ${formatFieldValue('file', record.file)}`;
  const limit = count + SAME_TIME_MAX;
  const ask = async (body: object) => {
    const request = { method: 'POST', body: { query, limit, ...body }, signal } as const;
    return (await callApi('/api/search', answerSchema, request)).records;
  };
  const [before, after] = await Promise.all([
    ask({ to: record.time + 1, order: 'newest' }),
    ask({ from: record.time, order: 'oldest' }),
  ]);
  const all = new Map([...before, ...after, record].map((line) => [line.id, line]));
  const ordered = [...all.values()].sort((a, b) => a.time - b.time || offsetOf(a) - offsetOf(b));
  const at = ordered.findIndex((line) => line.id === record.id);
  return ordered.slice(Math.max(0, at - count), at + count + 1);
}

/** A record's id ends in its byte offset in the stream. */
function offsetOf(record: LogRecord): number {
  return Number(record.id.slice(record.id.lastIndexOf(':') + 1));
}
