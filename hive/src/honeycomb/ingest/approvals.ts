import type { KeyObject } from 'node:crypto';
import { type CacheContext, CachedCollection } from '@apiary/common/documents/cached-collection.ts';
import type { Collection } from '@apiary/common/documents/documents.ts';
import type { Agent } from '@apiary/common/messages/agent.ts';
import { publicKeyFromRaw } from '@apiary/common/messages/signature.ts';
import { agentsDefinition } from '../model.ts';

/** Whether an agent may write, and the key that it signs with. */
export interface Standing {
  readonly approval: Agent['approval'] | 'unknown';
  readonly publicKey: KeyObject | undefined;
}

const UNKNOWN: Standing = { approval: 'unknown', publicKey: undefined };

/** Agents as agentmanager keeps them: approvals are read from a cache, refusals from the store. */
export class Approvals {
  readonly #cache: CachedCollection<Agent>;
  readonly #collection: Collection<Agent>;
  readonly #standings = new Map<string, Standing>();
  /** Of these the cache may still hold what was so before a decision. */
  readonly #distrusted = new Set<string>();
  #cacheIsCurrent = true;
  readonly #stopListening: (() => void)[];

  private constructor(
    cache: CachedCollection<Agent>,
    collection: Collection<Agent>,
    { bus }: CacheContext,
  ) {
    this.#cache = cache;
    this.#collection = collection;
    this.#stopListening = [
      cache.onChange((id, agent) => {
        this.#standings.delete(id);
        // A read that began before the decision may end after it.
        if (agent?.approval !== 'approved') this.#distrusted.delete(id);
      }),
      // While the connection was away a decision may have been missed: the cache reads all again.
      bus.onState((state) => {
        this.#cacheIsCurrent = false;
        if (state === 'connected') void this.#whenCurrent();
      }),
    ];
  }

  static async open(context: CacheContext): Promise<Approvals> {
    const cache = await CachedCollection.open(context, agentsDefinition);
    return new Approvals(cache, await context.documents.collection(agentsDefinition), context);
  }

  /** From now on the store is asked about them, until the cache knows that they are not approved. */
  distrust(agents: readonly string[]): void {
    for (const agent of agents) this.#distrusted.add(agent);
  }

  async #whenCurrent(): Promise<void> {
    await this.#cache.settled();
    this.#cacheIsCurrent = true;
  }

  /** Told of each agent that changed. */
  onChange(listener: (agent: string) => void): () => void {
    return this.#cache.onChange(listener);
  }

  /** What the cache says, at once; undefined unless the agent is approved. */
  approved(agent: string): Standing | undefined {
    if (!this.#cacheIsCurrent || this.#distrusted.has(agent)) return undefined;
    let standing = this.#standings.get(agent);
    if (!standing) {
      const document = this.#cache.get(agent);
      if (!document) return undefined;
      standing = standingOf(document);
      this.#standings.set(agent, standing);
    }
    return standing.approval === 'approved' ? standing : undefined;
  }

  /** What the store says. */
  async read(agent: string): Promise<Standing> {
    const found = await this.#collection.get(agent);
    return found ? standingOf(found.document) : UNKNOWN;
  }

  async close(): Promise<void> {
    for (const stop of this.#stopListening) stop();
    await this.#cache.close();
  }
}

function standingOf(agent: Agent): Standing {
  return {
    approval: agent.approval,
    publicKey: publicKeyFromRaw(Buffer.from(agent.publicKey, 'base64')),
  };
}
