/** The documents of agentmanager: agents and targets (read by others), and where each Bee listens. */
import { AGENTS, TARGETS } from '@apiary/common/documents/collections.ts';
import type {
  Collection,
  CollectionDefinition,
  Documents,
} from '@apiary/common/documents/documents.ts';
import { type Agent, agentIdSchema, type Target } from '@apiary/common/messages/agent.ts';
import { z } from 'zod';

const sessionSchema = z.object({
  id: agentIdSchema,
  /** Where commands for this Bee go. */
  commandQueue: z.string().min(1).max(255),
  /** When the Bee sent the handshake, by its own clock. */
  sentMs: z.number(),
});

/** A Bee's last handshake: kept, so that a new agentmanager reaches Bees that stayed connected. */
export type Session = z.output<typeof sessionSchema>;

const SESSIONS: CollectionDefinition<Session> = {
  name: 'agent-sessions',
  schema: sessionSchema,
  indexes: [],
};

/** What agentmanager writes. */
export interface Model {
  readonly agents: Collection<Agent>;
  readonly targets: Collection<Target>;
  readonly sessions: Collection<Session>;
}

/** Opens the collections. @throws AppError as `Documents.collection` */
export async function openModel(documents: Documents): Promise<Model> {
  return {
    agents: await documents.collection(AGENTS),
    targets: await documents.collection(TARGETS),
    sessions: await documents.collection(SESSIONS),
  };
}
