/**
 * Exporting: all lines of a query as one file, page by page from the store, at the pace of the one who
 * takes them. What cannot be whole is cut off in the middle, so that nobody takes a part for all.
 */
import { once } from 'node:events';
import type { Clock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import { EXPORTS_MAX } from '@apiary/common/limits/screens.ts';
import { SEARCH_LIMIT_MAX } from '@apiary/common/limits.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { EXPORT_WRITERS } from '../export-format.ts';
import type { Routes } from '../routes.ts';
import type { Searches } from '../searches.ts';
import type { ApiCall, Handlers } from './handler.ts';

type Call = ApiCall<Routes['exportLines']>;

/** Exporting. */
export function exportHandlers(searches: Searches, clock: Clock): Handlers<'exportLines'> {
  let running = 0;
  return {
    exportLines: async (call) => {
      if (running >= EXPORTS_MAX) {
        throw new AppError('too-many', `${EXPORTS_MAX} exports run already; try again shortly.`);
      }
      running += 1;
      try {
        await write(call, pages(searches, call, clock.now()), clock.now());
      } catch (error) {
        if (!call.signal.aborted) throw error;
      } finally {
        running -= 1;
      }
      return undefined;
    },
  };
}

async function write(
  { query, response, signal }: Call,
  parts: AsyncGenerator<readonly LogRecord[]>,
  nowMs: number,
): Promise<void> {
  const writer = EXPORT_WRITERS[query.format];
  // The first lines are awaited before anything is sent, so that a refusal is a plain problem.
  let next = await parts.next();
  const name = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-');
  response
    .status(200)
    .type(writer.type)
    .set({
      'Cache-Control': 'no-store',
      'Content-Disposition': `attachment; filename="apiary-${name}.${writer.extension}"`,
      'X-Accel-Buffering': 'no',
    });
  response.write(writer.head);
  try {
    while (!next.done) {
      const flowing = response.write(next.value.map(writer.write).join(''));
      if (!flowing) await once(response, 'drain', { signal });
      next = await parts.next();
    }
  } finally {
    await parts.return(undefined);
  }
  response.end();
}

/** Lines that come after `nowMs` are not waited for: an export has an end. */
async function* pages(
  searches: Searches,
  { query, actor, signal }: Call,
  nowMs: number,
): AsyncGenerator<readonly LogRecord[]> {
  const { format: _format, limit, to = nowMs, ...request } = query;
  let left = limit;
  let cursor: string | undefined;
  do {
    const page = { ...request, to, limit: Math.min(left, SEARCH_LIMIT_MAX) };
    const asked = cursor === undefined ? page : { ...page, cursor };
    cursor = undefined;
    for await (const part of searches.run(asked, actor, signal)) {
      if (part.type === 'records') {
        left -= part.records.length;
        yield part.records;
      } else if (part.type === 'done') {
        cursor = part.next;
        mustBeWhole(part.missing);
      }
    }
  } while (cursor !== undefined && left > 0);
}

function mustBeWhole(missing: readonly string[]): void {
  if (missing.length === 0) return;
  throw new AppError('component-missing', `The export is not whole: ${missing.join('; ')}.`);
}
