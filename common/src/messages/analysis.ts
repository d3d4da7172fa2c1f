/** What is asked and answered about a result beyond its records: fields, series, patterns, context. */
import { z } from 'zod';
import { CONTEXT_LINES_MAX, SERIES_MAX, TOP_VALUES_MAX } from '../limits/analysis.ts';
import { PATTERN_BUCKETS_MAX, PATTERNS_MAX } from '../limits/patterns.ts';
import { HISTOGRAM_BUCKETS_MAX } from '../limits.ts';
import { LEVELS, recordSchema } from '../record.ts';

/** A query with its range, as a search has it: ms since 1970, `from` inclusive, `to` exclusive. */
const resultShape = {
  query: z.string().max(16_384).default(''),
  from: z.number().optional(),
  to: z.number().optional(),
};
const fieldName = z.string().min(1).max(256);
const count = z.number().int().nonnegative();
const levelCounts = z.partialRecord(z.enum([...LEVELS, 'none']), count);

/** Of what a part tells; each part is whole and replaces the one before. */
const progressShape = {
  /** Matching records so far; final in the last part. */
  total: count,
  /** Records of them whose lines were read: the newest ones. */
  read: count,
};

/** The last part of each analysis. */
const doneSchema = z.object({
  type: z.literal('done'),
  ...progressShape,
  /** True when not all lines were read that the answer is about. */
  sampled: z.boolean(),
  elapsedMs: z.number(),
  /** What is missing from this answer; empty when it is complete. */
  missing: z.array(z.string()),
});

/** A value and how many records bear it. */
export const valueCountSchema = z.object({ value: z.string(), count });

/** See {@link valueCountSchema}. */
export type ValueCount = z.output<typeof valueCountSchema>;

/** Facts of numbers. Percentiles are exact up to EXACT_NUMBERS_MAX values, then within 1 %. */
export const numberFactsSchema = z.object({
  count,
  min: z.number(),
  max: z.number(),
  avg: z.number(),
  sum: z.number(),
  p50: z.number(),
  p90: z.number(),
  p95: z.number(),
  p99: z.number(),
});

/** See {@link numberFactsSchema}. */
export type NumberFacts = z.output<typeof numberFactsSchema>;

/** Which fields a result has. */
export const fieldsRequestSchema = z.object({
  ...resultShape,
  /** Only this one. */
  field: fieldName.optional(),
  /** Top values wanted of each field. */
  values: z.number().int().min(0).max(TOP_VALUES_MAX).default(10),
});

/** One field of a result. */
export const fieldFactsSchema = z.object({
  /** As the query language names it. */
  name: z.string(),
  /** True for what every record has; the others are found in the lines. */
  builtIn: z.boolean(),
  /** `number` when every value is one. */
  kind: z.enum(['number', 'text']),
  /** Records that have it: of all for built-in fields, else of those that were read. */
  records: count,
  distinct: count,
  /** False: there are more, and counts of values are lower bounds. */
  isExact: z.boolean(),
  /** The most frequent first. */
  values: z.array(valueCountSchema),
  numbers: numberFactsSchema.optional(),
});

/** See {@link fieldFactsSchema}. */
export type FieldFacts = z.output<typeof fieldFactsSchema>;

/** Any number of `fields`, then `done`. */
export const fieldsPartSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('fields'),
    ...progressShape,
    /** Built-in ones first, then by records. */
    fields: z.array(fieldFactsSchema),
    /** Fields that were not told apart any more. */
    omitted: count,
  }),
  doneSchema,
]);

/** See {@link fieldsPartSchema}. */
export type FieldsPart = z.output<typeof fieldsPartSchema>;

/** Counts by time, split by a field, or facts of a numeric field by time. */
export const seriesRequestSchema = z.object({
  ...resultShape,
  buckets: z.number().int().min(1).max(HISTOGRAM_BUCKETS_MAX),
  /** One series for each of the most frequent values, one for the other ones. */
  split: z
    .object({ field: fieldName, top: z.number().int().min(1).max(SERIES_MAX).default(5) })
    .optional(),
  /** Facts of this field's numbers beside the counts. */
  number: fieldName.optional(),
});

/** One series. */
export const seriesSchema = z.object({
  /** `all` without a split; `rest` are other values, `none` records without the field. */
  kind: z.enum(['all', 'value', 'rest', 'none']),
  value: z.string().optional(),
  total: count,
  /** Records by bucket. */
  counts: z.array(count),
  /** By bucket; null where there was no number. */
  numbers: z.array(numberFactsSchema.nullable()).optional(),
});

/** See {@link seriesSchema}. */
export type Series = z.output<typeof seriesSchema>;

/** Any number of `series`, then `done`. */
export const seriesPartSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('series'),
    ...progressShape,
    from: z.number(),
    /** Milliseconds per bucket. */
    step: z.number().positive(),
    /** Values by their totals, then `rest`, then `none`; those without records are left out. */
    series: z.array(seriesSchema),
  }),
  doneSchema,
]);

/** See {@link seriesPartSchema}. */
export type SeriesPart = z.output<typeof seriesPartSchema>;

/** Which patterns a result's lines follow. */
export const patternsRequestSchema = z.object({
  ...resultShape,
  limit: z.number().int().min(1).max(PATTERNS_MAX).default(100),
  /** Of each pattern's trend. */
  buckets: z.number().int().min(1).max(PATTERN_BUCKETS_MAX).default(30),
  /** Top values wanted of each slot. */
  values: z.number().int().min(0).max(50).default(5),
});

/** One pattern. */
export const patternSchema = z.object({
  /** The hash of `text`: the same wherever and whenever the pattern is found. */
  id: z.string(),
  /** `Failed password for <*> from <*> port <*> ssh2`: `<*>` is a slot, the line's time is left out. */
  text: z.string(),
  /** Selects the lines of this pattern alone; to be joined to the query with AND, in parentheses. */
  query: z.string(),
  count,
  /** Of the lines that were read, 0 to 1. */
  share: z.number(),
  /** Times of the first and the last record. */
  first: z.number(),
  last: z.number(),
  levels: levelCounts,
  hosts: count,
  /** Records by bucket of the answer. */
  trend: z.array(count),
  /** One for each `<*>` in order. */
  slots: z.array(
    z.object({
      /** What it is called: `port` from the word before it, `uid` from `uid=`, `ip` from its values. */
      name: z.string().optional(),
      distinct: count,
      isExact: z.boolean(),
      values: z.array(valueCountSchema),
    }),
  ),
  /** The newest line. */
  example: z.string(),
});

/** See {@link patternSchema}. */
export type Pattern = z.output<typeof patternSchema>;

/** Any number of `patterns`, then `done`. */
export const patternsPartSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('patterns'),
    ...progressShape,
    from: z.number(),
    step: z.number().positive(),
    /** The most frequent first. */
    patterns: z.array(patternSchema),
    /** Patterns that the answer has no room for, and their lines. */
    omitted: count,
    omittedLines: count,
  }),
  doneSchema,
]);

/** See {@link patternsPartSchema}. */
export type PatternsPart = z.output<typeof patternsPartSchema>;

/** Lines around a record in its own file. */
export const contextRequestSchema = z.object({
  /** The record's id. */
  id: z.string().regex(/^[0-9a-f]{16}:\d{1,16}$/),
  /** The record's time, where it is known: its chunk is found sooner. */
  time: z.number().optional(),
  before: z.number().int().min(0).max(CONTEXT_LINES_MAX).default(10),
  after: z.number().int().min(0).max(CONTEXT_LINES_MAX).default(10),
});

/** The lines. */
export const contextSchema = z.object({
  /** In the file's order, the record itself among them. */
  records: z.array(recordSchema),
  /** Where the record is among them. */
  index: count,
  /** What is missing: lines that are not stored, or time was up. */
  missing: z.array(z.string()),
});

/** See {@link contextSchema}. */
export type Context = z.output<typeof contextSchema>;
