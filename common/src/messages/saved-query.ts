/** Saved queries: searches with a name, for oneself or for all. */
import { z } from 'zod';
import { queryFieldsSchema } from './query-field.ts';

/** What a person saves. */
export const savedQueryInputSchema = z.object({
  /** Of the one to change; absent: a new one. */
  id: z.string().min(1).max(64).optional(),
  name: z.string().trim().min(1).max(120),
  query: z.string().max(16_384),
  /** `15m`, `all`, or two ISO times with a `/` between; absent: the usual range. */
  range: z
    .string()
    .max(64)
    .regex(/^(all|\d{1,6}[dhms]|[\dTZ:.-]+\/[\dTZ:.-]+)$/)
    .optional(),
  /** What its lines are compared by. */
  fields: queryFieldsSchema.optional(),
  /** Everybody sees it; needs the role `editor`. */
  shared: z.boolean().default(false),
});

/** See {@link savedQueryInputSchema}. */
export type SavedQueryInput = z.input<typeof savedQueryInputSchema>;

/** A saved query as stored; written by queen. */
export const savedQuerySchema = savedQueryInputSchema.extend({
  id: z.string(),
  shared: z.boolean(),
  owner: z.string(),
  savedMs: z.number(),
});

/** See {@link savedQuerySchema}. */
export type SavedQuery = z.output<typeof savedQuerySchema>;
