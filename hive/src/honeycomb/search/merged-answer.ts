import type { SearchPart } from '@apiary/common/messages/actions/honeycomb.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { merge, positionOfRecord, type RecordStream } from './merge.ts';
import { parseOrThrow, type Request, recordParts } from './part-search.ts';
import { formatCursor, parseCursor } from './position.ts';
import type { Totals } from './totals.ts';

const PART_RECORDS = 100;
/** Why parts end. Given, as the reason that is made otherwise is an error with a stack. */
const OVER = 'the answer is over';

/**
 * One answer of several parts of a search, each of which gives its records in order and its counts into `totals`. A part
 * that ends with more behind it was full: nothing may come after its last record, as what it did not give would be before.
 *
 * @param open begins the parts; its signal is aborted when the answer is over
 * @throws AppError `query-syntax`, `request-invalid`, and what a part throws
 */
export async function* mergedAnswer(
  request: Request,
  totals: Totals,
  signal: AbortSignal | undefined,
  open: (signal: AbortSignal) => readonly RecordStream[],
): AsyncGenerator<SearchPart> {
  const began = performance.now();
  // A query or cursor that is none is told before anybody is asked.
  parseOrThrow(request.query);
  if (request.cursor !== undefined) parseCursor(request.cursor);
  const ending = new AbortController();
  const streams = open(signal ? AbortSignal.any([signal, ending.signal]) : ending.signal);
  let given = 0;
  let last: LogRecord | undefined;
  let waiting: LogRecord[] = [];
  totals.isFull = request.limit === 0;
  try {
    for await (const record of merge(streams, request.order)) {
      if (given >= request.limit || totals.hasMore) {
        totals.hasMore = true;
        continue;
      }
      given++;
      totals.isFull = given >= request.limit;
      last = record;
      waiting.push(record);
      if (waiting.length < PART_RECORDS && given < request.limit) continue;
      yield* recordParts(waiting);
      waiting = [];
    }
  } finally {
    ending.abort(OVER);
  }
  yield* recordParts(waiting);
  yield totals.counts();
  const next = totals.hasMore && last ? { next: formatCursor(positionOfRecord(last)) } : {};
  const elapsedMs = performance.now() - began;
  yield { type: 'done', total: totals.total, ...next, elapsedMs, missing: totals.missing };
}
