/** What a search asks for, and its histogram. */
import { z } from 'zod';
import { HISTOGRAM_BUCKETS_MAX, SEARCH_LIMIT_MAX } from '../../limits.ts';
import { LEVELS } from '../../record.ts';

/** A query's text with its range; times in ms since 1970, `from` inclusive, `to` exclusive. */
export const searchRequestSchema = z.object({
  query: z.string().max(16_384),
  from: z.number().optional(),
  to: z.number().optional(),
  order: z.enum(['newest', 'oldest']).default('newest'),
  /** Records wanted; 0 for counts alone. */
  limit: z.number().int().min(0).max(SEARCH_LIMIT_MAX).default(100),
  /** Continues behind the last record of a page: that page's `next`. */
  cursor: z.string().max(256).optional(),
  /** Asks for counts by time. */
  histogram: z.object({ buckets: z.number().int().min(1).max(HISTOGRAM_BUCKETS_MAX) }).optional(),
});

/** See {@link searchRequestSchema}. */
export type SearchRequest = z.input<typeof searchRequestSchema>;

/** Counts of equal stretches of time, by level; `none` are records without one. */
export const histogramSchema = z.object({
  from: z.number(),
  /** Milliseconds per bucket. */
  step: z.number().positive(),
  /** One array of counts for each level, all of the same length. */
  levels: z.partialRecord(z.enum([...LEVELS, 'none']), z.array(z.number().int())),
});

/** See {@link histogramSchema}. */
export type Histogram = z.output<typeof histogramSchema>;
