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
import { type HoneycombMember, honeycombMemberSchema } from '../messages/honeycomb-member.ts';
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

/**
 * Honeycombs that were started and not stopped; written by honeycomb, each its own, before it reads who is
 * approved. Who was killed stays until another one starts.
 */
export const HONEYCOMBS: CollectionDefinition<HoneycombMember> = {
  name: 'honeycombs',
  schema: honeycombMemberSchema,
  indexes: [],
};

/** Who is alive; written by agentmonitor. */
export const LIVENESS: CollectionDefinition<Liveness> = {
  name: 'liveness',
  schema: livenessSchema,
  indexes: ['state'],
};
