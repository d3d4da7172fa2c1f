/** Searching over HTTP: one JSON document, or its parts as they are known. */
import { AppError } from '@apiary/common/errors.ts';
import { SEARCH_JSON_BYTES_MAX } from '@apiary/common/limits.ts';
import type { SearchPart } from '@apiary/common/messages/actions/honeycomb.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import type { SearchAnswer } from '../routes.ts';
import type { Searches } from '../searches.ts';
import type { Handlers } from './handler.ts';
import { NDJSON, streamParts, wantsParts } from './parts.ts';

/** Searching. */
export function searchHandlers(searches: Searches): Handlers<'search'> {
  return {
    search: async (call) => {
      const parts = searches.run(call.body, call.actor, call.signal);
      if (!wantsParts(call.request)) return await collect(parts);
      await streamParts(parts, call);
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
