/**
 * Answers in parts: NDJSON, one part a line as it is known. A failure after the first line is a last line
 * `{"type": "failed", "error": problem}`.
 */
import { once } from 'node:events';
import { toAppError } from '@apiary/common/errors.ts';
import type { Request } from 'express';
import { problemOf } from '../problem.ts';
import type { ApiCall } from './handler.ts';

/** The content type of parts. */
export const NDJSON = 'application/x-ndjson';

/** True if the client asked for parts. */
export function wantsParts(request: Request): boolean {
  return request.accepts(['application/json', NDJSON]) === NDJSON;
}

/** Answers with the parts. */
export async function streamParts(
  parts: AsyncGenerator<unknown>,
  { response, signal }: Pick<ApiCall, 'response' | 'signal'>,
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

/** Answers with the parts as they are known where the client asked for them, else with the last one. */
export async function answerInParts<P>(
  parts: AsyncGenerator<P>,
  call: Pick<ApiCall, 'request' | 'response' | 'signal'>,
): Promise<P | undefined> {
  if (wantsParts(call.request)) {
    await streamParts(parts, call);
    return undefined;
  }
  let last: P | undefined;
  for await (const part of parts) last = part;
  return last;
}
