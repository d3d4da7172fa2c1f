/**
 * Messages on `apiary.live.<queryId>`: the matches of one standing query as they are committed, and
 * watermarks. JSON. A listener that must not miss anything compares `previous` with the last `sequence`
 * it saw from that instance and epoch, and asks `honeycomb.missed` for what lies between.
 */
import { z } from 'zod';
import { recordSchema } from '../record.ts';

const position = {
  query: z.string(),
  instance: z.string(),
  /** Grows when the instance's numbering begins anew. */
  epoch: z.number().int().nonnegative(),
};

/** Matches of one commit (or a part of it, when they are many). */
export const liveMatchesSchema = z.object({
  type: z.literal('matches'),
  ...position,
  /** The sequence of this query's message before this one; 0 at first. */
  previous: z.number().int().nonnegative(),
  /** The last ingest sequence in this message. */
  sequence: z.number().int().nonnegative(),
  records: z.array(recordSchema),
  /** Matches of the same commit that were left out because they are too many to show; count them. */
  omitted: z.number().int().nonnegative(),
});

/** Everything up to `committed` was judged; the query's last message had `sequence`. */
export const liveWatermarkSchema = z.object({
  type: z.literal('watermark'),
  ...position,
  sequence: z.number().int().nonnegative(),
  committed: z.number().int().nonnegative(),
  atMs: z.number(),
});

/**
 * The watermark of a group of queries that share one live exchange: of each that ever matched, the
 * sequence of its last message.
 */
export const groupWatermarkSchema = z.object({
  type: z.literal('group-watermark'),
  instance: z.string(),
  epoch: z.number().int().nonnegative(),
  committed: z.number().int().nonnegative(),
  atMs: z.number(),
  sequences: z.record(z.string(), z.number().int().nonnegative()),
});

/** See {@link groupWatermarkSchema}. */
export type GroupWatermark = z.output<typeof groupWatermarkSchema>;

/** What comes on the exchange of a group. */
export const groupMessageSchema = z.discriminatedUnion('type', [
  liveMatchesSchema,
  groupWatermarkSchema,
]);

/** One of the two. */
export const liveMessageSchema = z.discriminatedUnion('type', [
  liveMatchesSchema,
  liveWatermarkSchema,
]);

/** See {@link liveMatchesSchema}. */
export type LiveMatches = z.output<typeof liveMatchesSchema>;
/** See {@link liveWatermarkSchema}. */
export type LiveWatermark = z.output<typeof liveWatermarkSchema>;
/** See {@link liveMessageSchema}. */
export type LiveMessage = z.output<typeof liveMessageSchema>;
