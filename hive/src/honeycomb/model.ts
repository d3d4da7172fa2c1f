/** The documents that honeycomb reads and writes. */
import type { CollectionDefinition } from '@apiary/common/documents/documents.ts';
import {
  type StandingQuery,
  standingQuerySchema,
} from '@apiary/common/messages/actions/honeycomb.ts';
import { deletionPartSchema, linesSchema } from '@apiary/common/messages/actions/store.ts';
import { type Agent, agentSchema } from '@apiary/common/messages/agent.ts';
import { type Retention, retentionSchema } from '@apiary/common/messages/retention.ts';
import { z } from 'zod';

/** Agents; agentmanager writes them. */
export const agentsDefinition: CollectionDefinition<Agent> = {
  name: 'agents',
  schema: agentSchema,
  indexes: [],
};

/** Standing queries; honeycomb writes them. */
export const standingQueriesDefinition: CollectionDefinition<StandingQuery> = {
  name: 'standing-queries',
  schema: standingQuerySchema,
  indexes: [],
};

/** How long what is stored stays: one document, which honeycomb writes. */
export const retentionDefinition: CollectionDefinition<Retention> = {
  name: 'retention',
  schema: retentionSchema,
  indexes: [],
};

const sharedDeletionSchema = z.object({
  id: z.string(),
  askedMs: z.number(),
  /** Which lines; taken out when it is done: they may be the very words that are to be gone. */
  lines: linesSchema.optional(),
  /** Up to which commits: see CommitBound. */
  upTo: z.array(z.number()),
  part: deletionPartSchema,
  /** Why it is not finished yet. */
  failure: z.object({ code: z.string(), message: z.string() }).optional(),
});

/** A deletion by query where several honeycombs share a store. */
export type SharedDeletion = z.output<typeof sharedDeletionSchema>;

/** Those that are to be done, and for a while those that are; honeycomb writes them. */
export const sharedDeletionsDefinition: CollectionDefinition<SharedDeletion> = {
  name: 'deletions',
  schema: sharedDeletionSchema,
  indexes: [],
};
