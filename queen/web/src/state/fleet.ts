/** The fleet: agents and their targets, kept as Queen pushes their changes. */
import {
  agentManagerActions,
  type TargetResult,
} from '@apiary/common/messages/actions/agentmanager.ts';
import type { AgentView, Target } from '@apiary/common/messages/agent.ts';
import type { Connection } from './connection.ts';
import { callApi, messageOf } from './http.ts';
import { Store } from './store.ts';

/** Agents and targets by id. */
export interface Fleet {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly failure: string | undefined;
  readonly agents: ReadonlyMap<string, AgentView>;
  readonly targets: ReadonlyMap<string, Target>;
}

interface FleetChange {
  readonly agents: readonly AgentView[];
  readonly targets?: readonly Target[];
  readonly removedTargets?: readonly string[];
}

/** What `POST /api/targets` takes. */
export interface NewTargets {
  readonly agents: 'all' | readonly string[];
  readonly urls: readonly string[];
  readonly tags: readonly string[];
  readonly history: boolean;
}

/** Watches the fleet while the page is open, and changes it. */
export class FleetWatch {
  readonly fleet = new Store<Fleet>({
    status: 'loading',
    failure: undefined,
    agents: new Map(),
    targets: new Map(),
  });

  constructor(connection: Connection) {
    connection.on<FleetChange>('agents.changed', (change) => this.#apply(change));
    connection.whenOpen(() => {
      connection
        .request<{ agents: AgentView[]; targets: Target[] }>('agents.watch', {})
        .then(({ agents, targets }) => {
          this.fleet.set({
            status: 'ready',
            failure: undefined,
            agents: byId(agents),
            targets: byId(targets),
          });
        })
        .catch((thrown: unknown) => {
          this.fleet.patch({ status: 'failed', failure: messageOf(thrown) });
        });
    });
  }

  /** Lets agents in. @throws AppError */
  async approve(agents: readonly string[]): Promise<void> {
    const schema = agentManagerActions.approve.response;
    await callApi('/api/agents/approve', schema, { method: 'POST', body: { agents } });
  }

  /** Shuts agents out; also refuses one that waits. @throws AppError */
  async revoke(agents: readonly string[]): Promise<void> {
    const schema = agentManagerActions.revoke.response;
    await callApi('/api/agents/revoke', schema, { method: 'POST', body: { agents } });
  }

  /** Sets targets; each agent × target has its result. @throws AppError */
  async addTargets(body: NewTargets): Promise<TargetResult[]> {
    const schema = agentManagerActions.addTargets.response;
    return (await callApi('/api/targets', schema, { method: 'POST', body })).results;
  }

  /** Takes targets away. @throws AppError */
  async removeTargets(targets: readonly string[]): Promise<TargetResult[]> {
    const schema = agentManagerActions.removeTargets.response;
    const answer = await callApi('/api/targets/remove', schema, {
      method: 'POST',
      body: { targets },
    });
    return answer.results;
  }

  #apply(change: FleetChange): void {
    const fleet = this.fleet.get();
    const agents = new Map(fleet.agents);
    for (const agent of change.agents) agents.set(agent.id, agent);
    const targets = new Map(fleet.targets);
    if (change.targets) {
      const changed = new Set(change.agents.map((agent) => agent.id));
      for (const target of change.targets) changed.add(target.agent);
      for (const target of fleet.targets.values()) {
        if (changed.has(target.agent)) targets.delete(target.id);
      }
      for (const target of change.targets) targets.set(target.id, target);
    }
    for (const id of change.removedTargets ?? []) targets.delete(id);
    this.fleet.patch({ agents, targets });
  }
}

function byId<T extends { readonly id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}
