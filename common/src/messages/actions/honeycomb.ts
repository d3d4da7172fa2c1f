/** What honeycomb answers. */
import { z } from 'zod';
import { HOLDINGS_GENERATIONS_MAX } from '../../limits/ledger.ts';
import { STANDING_QUERIES_MAX } from '../../limits.ts';
import { recordSchema } from '../../record.ts';
import { agentIdSchema } from '../agent.ts';
import {
  contextRequestSchema,
  contextSchema,
  fieldsPartSchema,
  fieldsRequestSchema,
  patternsPartSchema,
  patternsRequestSchema,
  seriesPartSchema,
  seriesRequestSchema,
} from '../analysis.ts';
import { generationIdSchema, holdingSchema } from '../ledger.ts';
import { knownStretchesSchema, standAnswerSchema } from '../live.ts';
import { defineAction, defineStream } from './action.ts';
import {
  coverRequestSchema,
  coverSchema,
  partRequestSchema,
  partSchema,
  rowsPartSchema,
  rowsRequestSchema,
  sealedLinesSchema,
  sealLinesSchema,
  standHereSchema,
  standQuerySchema,
  stoodHereSchema,
} from './honeycomb-cluster.ts';
import { histogramSchema, searchRequestSchema } from './honeycomb-search.ts';
import { importActions } from './import.ts';
import { storeActions } from './store.ts';

export {
  type Histogram,
  histogramSchema,
  type SearchRequest,
  searchRequestSchema,
} from './honeycomb-search.ts';

/** Parts of an answer, in this order: any number of `records`, then `counts`, then `done`. */
export const searchPartSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('records'), records: z.array(recordSchema) }),
  z.object({
    type: z.literal('counts'),
    /** So far; final in the part before `done`. */
    total: z.number().int(),
    hosts: z.number().int(),
    histogram: histogramSchema.optional(),
  }),
  z.object({
    type: z.literal('done'),
    total: z.number().int(),
    /** For the next page; absent at the end. */
    next: z.string().optional(),
    elapsedMs: z.number(),
    /** What is missing from this answer; empty when it is complete. */
    missing: z.array(z.string()),
  }),
]);

/** See {@link searchPartSchema}. */
export type SearchPart = z.output<typeof searchPartSchema>;

/** A standing query; written by honeycomb. */
export const standingQuerySchema = z.object({
  id: z.string().min(1).max(64),
  query: z.string().max(16_384),
  leaseUntilMs: z.number(),
  /** Records sent per commit at most; the rest is counted as omitted. */
  recordsMax: z.number().int().min(0).max(1000),
  /** Queries of a group share one live exchange, which bears the group's name. */
  group: z.string().max(64).optional(),
});

/** See {@link standingQuerySchema}. */
export type StandingQuery = z.output<typeof standingQuerySchema>;

/** The table. */
export const honeycombActions = {
  ...storeActions,
  ...importActions,
  search: defineStream('honeycomb.search', 'viewer', searchRequestSchema, searchPartSchema),
  /** Of another honeycomb: which segments it answers for. */
  cover: defineAction('honeycomb.cover', 'admin', coverRequestSchema, coverSchema),
  /** Of another honeycomb: its part of a search. */
  part: defineStream('honeycomb.part', 'admin', partRequestSchema, partSchema),
  /** Of another honeycomb: rows that are in no chunk yet. */
  rows: defineStream('honeycomb.rows', 'admin', rowsRequestSchema, rowsPartSchema),
  /** Of another honeycomb: seals what is open there, so that lines can be taken out of it. */
  sealLines: defineAction('honeycomb.sealLines', 'admin', sealLinesSchema, sealedLinesSchema),
  /** The fields of a result, with their values. */
  fields: defineStream('honeycomb.fields', 'viewer', fieldsRequestSchema, fieldsPartSchema),
  /** Counts of a result by time, split by a field; a numeric field by time. */
  series: defineStream('honeycomb.series', 'viewer', seriesRequestSchema, seriesPartSchema),
  /** The patterns of a result. */
  patterns: defineStream('honeycomb.patterns', 'viewer', patternsRequestSchema, patternsPartSchema),
  /** The lines around a record in its file. */
  context: defineAction('honeycomb.context', 'viewer', contextRequestSchema, contextSchema),
  /** Registers or renews at all honeycombs. The exchange `apiary.live.<id>` exists when this returns. */
  stand: defineAction(
    'honeycomb.stand',
    'viewer',
    z.object({
      id: z.string().regex(/^[\w-]{1,64}$/),
      query: z.string().max(16_384),
      leaseMs: z.number().int().min(1000).max(600_000),
      recordsMax: z.number().int().min(0).max(1000).default(500),
      known: knownStretchesSchema.optional(),
    }),
    standAnswerSchema,
  ),
  /** Registers or renews the queries of a group; their results go to `apiary.live.<group>`. */
  standGroup: defineAction(
    'honeycomb.standGroup',
    'viewer',
    z.object({
      group: z.string().regex(/^[\w-]{1,64}$/),
      leaseMs: z.number().int().min(1000).max(600_000),
      queries: z.array(standQuerySchema).max(STANDING_QUERIES_MAX),
      known: knownStretchesSchema.optional(),
    }),
    standAnswerSchema,
  ),
  /** Of another honeycomb: registers or renews there. */
  standHere: defineAction('honeycomb.standHere', 'admin', standHereSchema, stoodHereSchema),
  unstand: defineAction(
    'honeycomb.unstand',
    'viewer',
    z.object({ id: z.string() }),
    z.object({ existed: z.boolean() }),
  ),
  /** Of another honeycomb: forgets there. */
  unstandHere: defineAction(
    'honeycomb.unstandHere',
    'admin',
    z.object({ id: z.string() }),
    z.object({ existed: z.boolean() }),
  ),
  /**
   * Matches of a query among the commits after `after` up to `to` of one stretch, oldest first. Of several
   * honeycombs the one that a position or a message came from is asked.
   */
  missed: defineStream(
    'honeycomb.missed',
    'viewer',
    z.object({
      query: z.string().max(16_384),
      epoch: z.number(),
      after: z.number(),
      to: z.number(),
    }),
    z.object({ records: z.array(recordSchema), sequence: z.number() }),
  ),
  /**
   * From the answer on nothing of these agents is stored unless the store itself calls them approved; what
   * was judged before is committed by then.
   */
  distrust: defineAction(
    'honeycomb.distrust',
    'admin',
    z.object({ agents: z.array(agentIdSchema).max(1_000) }),
    z.object({ instance: z.string() }),
  ),
  /** What is stored of these generations; of one that is unknown no bytes. */
  holdings: defineAction(
    'honeycomb.holdings',
    'viewer',
    z.object({ generations: z.array(generationIdSchema).min(1).max(HOLDINGS_GENERATIONS_MAX) }),
    z.object({ holdings: z.array(holdingSchema) }),
  ),
  stats: defineAction(
    'honeycomb.stats',
    'viewer',
    z.object({}),
    z.object({
      records: z.number(),
      rawBytes: z.number(),
      storedBytes: z.number(),
      chunks: z.number(),
      openRecords: z.number(),
      linesPerSecond: z.number(),
      bytesPerSecond: z.number(),
      deadLettered: z.number(),
      duplicateBytes: z.number(),
    }),
  ),
} as const;
