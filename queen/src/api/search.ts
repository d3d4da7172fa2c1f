/**
 * Searching over HTTP: one JSON document, or NDJSON, one part a line as it is known. A failure
 * after the first line is a last line `{"type": "failed", "error": problem}`.
 */
import { once } from 'node:events';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { SEARCH_JSON_BYTES_MAX } from '@apiary/common/limits.ts';
import type { SearchPart } from '@apiary/common/messages/actions/honeycomb.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { problemOf } from '../problem.ts';
import type { Routes, SearchAnswer } from '../routes.ts';
import type { Searches } from '../searches.ts';
import type { ApiCall, Handlers } from './handler.ts';

const NDJSON = 'application/x-ndjson';

/** Searching. */
export function searchHandlers(searches: Searches): Handlers<'search'> {
  return {
    search: async (call) => {
      const parts = searches.run(call.body, call.actor, call.signal);
      const accepted = call.request.accepts(['application/json', NDJSON]);
      if (accepted !== NDJSON) return await collect(parts);
      await stream(parts, call);
      return undefined;
    },
  };
}

async function collect(parts: AsyncIterable<SearchPart>): Promise<SearchAnswer> {
  const records: LogRecord[] = [];
  let bytes = 0;
  let answer: SearchAnswer = { total: 0, hosts: 0, records, elapsedMs: 0, missing: [] };
  for await (const part of parts) {
    if (part.type === 'records') {
      for (const record of part.records) bytes += record.body.length;
      if (bytes > SEARCH_JSON_BYTES_MAX) {
        throw new AppError(
          'too-large',
          `These records are too long for one document: ask for fewer, or accept ${NDJSON}.`,
        );
      }
      records.push(...part.records);
    } else {
      const { type: _type, ...facts } = part;
      answer = { ...answer, ...facts };
    }
  }
  return answer;
}

async function stream(
  parts: AsyncGenerator<SearchPart>,
  { response, signal }: ApiCall<Routes['search']>,
): Promise<void> {
  // The first part is awaited before anything is sent, so that a refused query is a plain problem.
  let next = await parts.next();
  response.status(200).type(NDJSON).set({ 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
  try {
    while (!next.done) {
      const flowing = response.write(`${JSON.stringify(next.value)}\n`);
      if (!flowing) await once(response, 'drain', { signal });
      next = await parts.next();
    }
  } catch (error) {
    if (signal.aborted) return;
    response.write(`${JSON.stringify({ type: 'failed', error: problemOf(toAppError(error)) })}\n`);
  } finally {
    await parts.return(undefined);
    response.end();
  }
}
