/** What Queen tells of a result beyond its lines: its fields, and the patterns that its lines follow. */
import {
  type FieldFacts,
  fieldFactsSchema,
  type Pattern,
  patternSchema,
} from '@apiary/common/messages/analysis.ts';
import { z } from 'zod';
import { callApi } from './http.ts';
import { type TimeRange, windowOf } from './time-range.ts';

const fieldsSchema = z.object({ fields: z.array(fieldFactsSchema), sampled: z.boolean() });
const patternsSchema = z.object({
  read: z.number(),
  sampled: z.boolean(),
  from: z.number(),
  step: z.number(),
  patterns: z.array(patternSchema),
  omitted: z.number(),
});

/** A result that is asked about. */
export interface Asked {
  readonly query: string;
  readonly range: TimeRange;
}

/** The patterns of a result. */
export interface PatternsFound {
  /** Lines that were read. */
  readonly read: number;
  readonly sampled: boolean;
  readonly fromMs: number;
  readonly stepMs: number;
  readonly patterns: readonly Pattern[];
  /** Patterns that there was no room for. */
  readonly omitted: number;
}

/** The fields of a result, each with its most frequent values. @throws AppError */
export async function fieldsOf(
  asked: Asked,
  nowMs: number,
  signal: AbortSignal,
): Promise<readonly FieldFacts[]> {
  const body = bodyOf(asked, nowMs);
  const answer = await callApi('/api/search/fields', fieldsSchema, {
    method: 'POST',
    body,
    signal,
  });
  return answer.fields;
}

/** The patterns that a result's lines follow. @throws AppError */
export async function patternsOf(
  asked: Asked,
  nowMs: number,
  signal: AbortSignal,
): Promise<PatternsFound> {
  const body = bodyOf(asked, nowMs);
  const answer = await callApi('/api/search/patterns', patternsSchema, {
    method: 'POST',
    body,
    signal,
  });
  const { from, step, ...rest } = answer;
  return { ...rest, fromMs: from, stepMs: step };
}

function bodyOf({ query, range }: Asked, nowMs: number) {
  const { fromMs, toMs } = windowOf(range, nowMs);
  return {
    query,
    ...(fromMs === undefined ? {} : { from: fromMs }),
    ...(toMs === undefined ? {} : { to: toMs }),
  };
}
