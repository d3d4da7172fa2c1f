/** The documents that honeycomb reads and writes. */
import type { CollectionDefinition } from '@apiary/common/documents/documents.ts';
import {
  type StandingQuery,
  standingQuerySchema,
} from '@apiary/common/messages/actions/honeycomb.ts';
import { type Agent, agentSchema } from '@apiary/common/messages/agent.ts';
import { type Retention, retentionSchema } from '@apiary/common/messages/retention.ts';

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
