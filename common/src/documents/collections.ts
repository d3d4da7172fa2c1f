/**
 * The collections that more than one component opens, each with its one writer in the comment: the others
 * read it, through a `CachedCollection` or directly where a cache would not do.
 */
import {
  type Agent,
  agentSchema,
  type Liveness,
  livenessSchema,
  type Target,
  targetSchema,
} from '../messages/agent.ts';
import type { CollectionDefinition } from './documents.ts';

/** Known Bees; written by agentmanager. */
export const AGENTS: CollectionDefinition<Agent> = {
  name: 'agents',
  schema: agentSchema,
  indexes: ['approval', 'name'],
};

/** What agents watch; written by agentmanager. */
export const TARGETS: CollectionDefinition<Target> = {
  name: 'targets',
  schema: targetSchema,
  indexes: ['agent'],
};

/** Who is alive; written by agentmonitor. */
export const LIVENESS: CollectionDefinition<Liveness> = {
  name: 'liveness',
  schema: livenessSchema,
  indexes: ['state'],
};
