/** Fields, series, patterns and context over HTTP: one JSON document, or the parts as they are known. */
import { AppError } from '@apiary/common/errors.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Searches } from '../searches.ts';
import type { ApiCall, Handlers } from './handler.ts';
import { streamParts, wantsParts } from './parts.ts';

const { fields, series, patterns } = honeycombActions;

/** Each part but the last is a whole answer so far. */
type Part<T extends string> = { readonly type: T } | Done;

interface Done {
  readonly type: 'done';
  readonly total: number;
  readonly read: number;
  readonly sampled: boolean;
  readonly elapsedMs: number;
  readonly missing: string[];
}

/** What is told of a result. */
export function analysisHandlers(
  searches: Searches,
): Handlers<'fields' | 'series' | 'patterns' | 'context'> {
  return {
    fields: (call) => answer(searches.stream(fields, call.body, call), call, 'fields'),
    series: (call) => answer(searches.stream(series, call.body, call), call, 'series'),
    patterns: (call) => answer(searches.stream(patterns, call.body, call), call, 'patterns'),
    context: async (call) => await searches.context(call.body, call.actor),
  };
}

async function answer<T extends 'fields' | 'series' | 'patterns', P extends Part<T>>(
  parts: AsyncGenerator<P>,
  call: Pick<ApiCall, 'request' | 'response' | 'signal'>,
  type: T,
) {
  if (wantsParts(call.request)) {
    await streamParts(parts, call);
    return undefined;
  }
  let last: Extract<P, { type: T }> | undefined;
  let done: Done | undefined;
  for await (const part of parts) {
    // The two kinds of parts that there are.
    if (part.type === type) last = part as Extract<P, { type: T }>;
    else done = part as Done;
  }
  if (!last || !done) throw new AppError('internal', 'The answer ended before its end.');
  return { ...last, ...done };
}
