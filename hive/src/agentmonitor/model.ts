/** The documents of agentmonitor: `liveness`, written at each change of state; `agents` is only read. */
import { type CacheContext, CachedCollection } from '@apiary/common/documents/cached-collection.ts';
import { AGENTS, LIVENESS } from '@apiary/common/documents/collections.ts';
import type { Collection } from '@apiary/common/documents/documents.ts';
import type { Agent, Liveness } from '@apiary/common/messages/agent.ts';

/** See the file's head. */
export interface Model {
  readonly liveness: Collection<Liveness>;
  readonly agents: CachedCollection<Agent>;
}

/** Opens both. @throws AppError as `Documents.collection` */
export async function openModel(context: CacheContext): Promise<Model> {
  const liveness = await context.documents.collection(LIVENESS);
  return { liveness, agents: await CachedCollection.open(context, AGENTS) };
}
