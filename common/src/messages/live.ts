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

/** What a listener follows already, as numbers of stretches (`standing/place.ts`). */
export const knownStretchesSchema = z.object({
  /** Those that are not over for it. */
  stretches: z.array(z.number().int()),
  /** Of newer ones it has not heard. */
  newest: z.number().int(),
});

/** See {@link knownStretchesSchema}. */
export type KnownStretches = z.output<typeof knownStretchesSchema>;

/** How far a honeycomb judged the queries of one request; or what is left of one that is over. */
export const standPositionSchema = z.object({
  /** Who is to be asked for what was missed. */
  instance: z.string(),
  epoch: z.number(),
  /** Every commit up to this one was judged by all of them that are not new; of one that is over, the last. */
  committed: z.number(),
  atMs: z.number(),
  /** In their order: the sequence of each one's last message. A new one begins behind it. */
  sequences: z.array(z.number()),
  isOver: z.boolean(),
});

/** See {@link standPositionSchema}. */
export type StandPosition = z.output<typeof standPositionSchema>;

/** What whoever registers or renews is told. */
export const standAnswerSchema = z.object({
  /** Each honeycomb that judges; and stretches that are over, of those that were asked for. */
  positions: z.array(standPositionSchema),
  /** The newest stretch that there was at the beginning of the answer. */
  newest: z.number().int(),
  /** Stretches whose honeycomb does not answer and was not adopted yet. */
  pending: z.array(z.number().int()),
  /** True where that is none: then everything that is over is told. */
  isComplete: z.boolean(),
});

/** See {@link standAnswerSchema}. */
export type StandAnswer = z.output<typeof standAnswerSchema>;

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
