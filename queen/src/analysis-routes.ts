/** Routes about a result beyond its records: a part of Queen's table. */
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import { fieldFactsSchema, patternSchema, seriesSchema } from '@apiary/common/messages/analysis.ts';
import { z } from 'zod';
import { bare, route } from './route.ts';

const { fields, series, patterns, context } = honeycombActions;

const count = z.number().int();
/** The last state of all parts, as one document. */
const answerShape = {
  total: count,
  read: count,
  sampled: z.boolean(),
  elapsedMs: z.number(),
  missing: z.array(z.string()),
};
const spanShape = { from: z.number(), step: z.number() };

/** Routes by name. */
export const ANALYSIS_ROUTES = {
  fields: route('post', '/api/search/fields', {
    ...bare,
    access: fields.role,
    scope: 'search:read',
    summary:
      'Tells the fields of a result with their values; streams parts as NDJSON when accepted',
    body: fields.request,
    response: z.object({ ...answerShape, fields: z.array(fieldFactsSchema), omitted: count }),
    line: fields.response,
  }),
  series: route('post', '/api/search/series', {
    ...bare,
    access: series.role,
    scope: 'search:read',
    summary:
      'Counts a result by time, split by a field, or sums up a numeric field by time; NDJSON as above',
    body: series.request,
    response: z.object({ ...answerShape, ...spanShape, series: z.array(seriesSchema) }),
    line: series.response,
  }),
  patterns: route('post', '/api/search/patterns', {
    ...bare,
    access: patterns.role,
    scope: 'search:read',
    summary: 'Tells the patterns that a result’s lines follow; NDJSON as above',
    body: patterns.request,
    response: z.object({
      ...answerShape,
      ...spanShape,
      patterns: z.array(patternSchema),
      omitted: count,
      omittedLines: count,
    }),
    line: patterns.response,
  }),
  context: route('post', '/api/search/context', {
    ...bare,
    access: context.role,
    scope: 'search:read',
    summary: 'Reads the lines around a record in its own file',
    body: context.request,
    response: context.response,
  }),
} as const;

/** What a socket asks for as `analysis.start`. */
export const analysisSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('fields'), request: fields.request }),
  z.object({ kind: z.literal('series'), request: series.request }),
  z.object({ kind: z.literal('patterns'), request: patterns.request }),
]);

/** See {@link analysisSchema}. */
export type Analysis = z.output<typeof analysisSchema>;
