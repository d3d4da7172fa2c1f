/** What honeycombs ask one another when a search or a standing query is spread over all of them. */
import { z } from 'zod';
import { CONTEXT_LINES_MAX } from '../../limits/analysis.ts';
import { CLUSTER_CHUNKS_MAX } from '../../limits/mongodb.ts';
import { STANDING_QUERIES_MAX } from '../../limits.ts';
import { recordSchema } from '../../record.ts';
import { standPositionSchema } from '../live.ts';
import { defineAction } from './action.ts';
import { histogramSchema, searchRequestSchema } from './honeycomb-search.ts';
import { linesSchema } from './store.ts';

const segmentSchema = z.object({ id: z.string(), epoch: z.number() });

/** Which segments a honeycomb can answer for, as of a version of the catalogue. */
export const coverRequestSchema = z.object({ version: z.number() });

/** See {@link coverRequestSchema}. */
export const coverSchema = z.object({
  /** `last`: of the commits that it has taken in since it has the segment; 0 where there is none. */
  segments: z.array(segmentSchema.extend({ last: z.number() })),
  /** Of the records that no chunk of that version has; absent where there are none. */
  times: z.object({ min: z.number(), max: z.number() }).optional(),
});

/** See {@link coverSchema}. */
export type Cover = z.output<typeof coverSchema>;

/** Lines that are to go: what has them and is not sealed is sealed first. */
export const sealLinesSchema = linesSchema.extend({
  nowMs: z.number(),
  /** See CommitBound. */
  upTo: z.array(z.number()),
});

/** See {@link sealLinesSchema}. */
export type SealLines = z.output<typeof sealLinesSchema>;

/** The segments in which none is open any more. */
export const sealedLinesSchema = z.object({ segments: z.array(segmentSchema) });

/** One honeycomb's part of a search. */
export const partRequestSchema = z.object({
  search: searchRequestSchema,
  version: z.number(),
  /** Segments of which it answers what no chunk of that version has. */
  segments: z.array(z.string()),
  /** Chunks of that version. */
  chunks: z.array(z.string()).max(CLUSTER_CHUNKS_MAX),
  /** Of the histogram, the same for all. */
  span: z.object({ from: z.number(), to: z.number(), buckets: z.number().int() }).optional(),
  nowMs: z.number(),
  /** Records alone: what there is was counted before. */
  isPageAlone: z.boolean().optional(),
});

/** See {@link partRequestSchema}. */
export type PartRequest = z.output<typeof partRequestSchema>;

/** Any number of `records`, in the order that was asked for, then `end`. */
export const partSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('records'), records: z.array(recordSchema) }),
  z.object({
    type: z.literal('end'),
    total: z.number().int(),
    hosts: z.array(z.string()),
    histogram: histogramSchema.optional(),
    /** There are more records behind the last one. */
    hasMore: z.boolean(),
    missing: z.array(z.string()),
  }),
]);

/** See {@link partSchema}. */
export type Part = z.output<typeof partSchema>;

/** One query of a group. */
export const standQuerySchema = z.object({
  id: z.string().regex(/^[\w-]{1,64}$/),
  query: z.string().max(16_384),
  recordsMax: z.number().int().min(0).max(1000).default(500),
});

/** Queries to register at one honeycomb; without a group each has an exchange of its own. */
export const standHereSchema = z.object({
  group: z.string().optional(),
  leaseMs: z.number().int().min(1000).max(600_000),
  queries: z.array(standQuerySchema).max(STANDING_QUERIES_MAX),
});

/** See {@link standHereSchema}. */
export type StandHere = z.output<typeof standHereSchema>;

/** What one honeycomb judges, and what it holds of others that are gone. */
export const stoodHereSchema = z.object({
  /** All segments that it answers for, its own first. */
  segments: z.array(segmentSchema),
  position: standPositionSchema,
  /** Of stretches that are over and not sealed yet, the last sequences. */
  held: z.array(z.number()),
});

/** See {@link stoodHereSchema}. */
export type StoodHere = z.output<typeof stoodHereSchema>;

/**
 * Rows of segments that no chunk of a version has, for an analysis that another honeycomb makes: all that
 * match, or those around one record of a file.
 */
export const rowsRequestSchema = z.object({
  version: z.number(),
  segments: z.array(z.string()),
  query: z.string().max(16_384),
  from: z.number().optional(),
  to: z.number().optional(),
  nowMs: z.number(),
  /** False: their lines are not needed. */
  withBodies: z.boolean(),
  near: z
    .object({
      id: z.string(),
      before: z.number().int().min(0).max(CONTEXT_LINES_MAX),
      after: z.number().int().min(0).max(CONTEXT_LINES_MAX),
    })
    .optional(),
});

/** See {@link rowsRequestSchema}. */
export type RowsRequest = z.output<typeof rowsRequestSchema>;

/** A record, and what is known of it beyond that. */
export const remoteRowSchema = z.object({
  record: recordSchema,
  /** Bytes of the source that it takes. */
  sourceLength: z.number(),
  /** Characters of the body that are its time stamp. */
  timestampLength: z.number(),
  /** The commit that it came with. */
  sequence: z.number(),
});

/** See {@link remoteRowSchema}. */
export type RemoteRow = z.output<typeof remoteRowSchema>;

/** Any number of `rows`, then `end`. */
export const rowsPartSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('rows'), rows: z.array(remoteRowSchema) }),
  z.object({ type: z.literal('end'), missing: z.array(z.string()) }),
]);

/** See {@link rowsPartSchema}. */
export type RowsPart = z.output<typeof rowsPartSchema>;

/** What a honeycomb answers from its start on, before it has opened its store. */
export const honeycombPresenceActions = {
  here: defineAction(
    'honeycomb-presence.here',
    'admin',
    z.object({}),
    z.object({
      instance: z.string(),
      /** Those that it holds, each in the epoch in which it has it. */
      segments: z.array(z.object({ id: z.string(), epoch: z.number().int() })).optional(),
    }),
  ),
} as const;
