/** The pattern that a line follows, as the lines up to it show it. */
import { STAMP_WORDS_MAX } from '@apiary/common/limits.ts';
import type { Pattern } from '@apiary/common/messages/analysis.ts';
import { compileLinePattern } from '@apiary/common/query/line-pattern.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { patternsOf } from './search-analysis.ts';

/** How far back lines are compared with it: enough to see what varies. */
const COMPARED_MS = 3_600_000;

/**
 * The query of a line's pattern, among the lines that `query` finds.
 * @throws AppError; the signal's reason when aborted
 */
export async function samePattern(
  record: LogRecord,
  query: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { time } = record;
  const range = { kind: 'between', fromMs: time - COMPARED_MS, toMs: time + 1 } as const;
  const { patterns } = await patternsOf({ query, range }, Date.now(), signal);
  return patternFor(record.body, patterns)?.query;
}

/** The pattern that has the line as its example, else the first one that it fits. */
export function patternFor<P extends Pick<Pattern, 'text' | 'example'>>(
  body: string,
  patterns: readonly P[],
): P | undefined {
  const own = patterns.find(({ example }) => example === body);
  if (own) return own;
  const starts = wordStarts(body);
  return patterns.find(({ text }) => {
    const pattern = compileLinePattern(text);
    return starts.some((start) => pattern.fits(body, start));
  });
}

/** Where a line may begin behind its time stamp, which only the store has measured. */
function wordStarts(body: string): number[] {
  const starts = [0];
  for (const space of body.matchAll(/\s+/g)) {
    starts.push(space.index + space[0].length);
    if (starts.length > STAMP_WORDS_MAX) break;
  }
  return starts;
}
