import type { Actor } from '@apiary/common/bus/bus.ts';
import type { ComponentContext } from '@apiary/common/component.ts';
import type { CachedCollection } from '@apiary/common/documents/cached-collection.ts';
import type { Agent, Liveness, Target } from '@apiary/common/messages/agent.ts';
import type { Rule, Silence } from '@apiary/common/messages/alerts.ts';
import type { Feed } from './feed.ts';
import type { Figures } from './figures.ts';
import type { Gate } from './gate.ts';
import type { Model } from './model.ts';

/** Who asks when pheromone does. */
export const PHEROMONE_ACTOR = {
  kind: 'component',
  id: 'pheromone',
  name: 'pheromone',
  role: 'system',
} as const satisfies Actor;

/** What the parts of pheromone share. */
export interface Parts {
  readonly context: ComponentContext;
  readonly model: Model;
  readonly feed: Feed;
  readonly figures: Figures;
  /** Rules whose windows are rebuilt at once. */
  readonly rebuilding: Gate;
  readonly rules: CachedCollection<Rule>;
  readonly silences: CachedCollection<Silence>;
  readonly agents: CachedCollection<Agent>;
  readonly targets: CachedCollection<Target>;
  readonly liveness: CachedCollection<Liveness>;
}

/** True for the name or id of an approved agent whose heartbeats stopped. */
export function isDeadHost({ agents, liveness }: Parts, host: string): boolean {
  for (const agent of agents.values()) {
    if (agent.name !== host && agent.id !== host && agent.facts.hostName !== host) continue;
    if (agent.approval === 'approved') return liveness.get(agent.id)?.state === 'dead';
  }
  return false;
}
