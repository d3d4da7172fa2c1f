import type { AgentsDifference, AgentsSnapshot } from './agents-feed.ts';
import type { Lane, Outbox, Outgoing } from './outbox.ts';

/** One socket's watch on agents: changes that wait are merged, as large as the fleet at most. */
export class AgentsLane implements Lane {
  readonly #outbox: Outbox;
  readonly #agents = new Set<string>();
  readonly #removedTargets = new Set<string>();
  #snapshot: AgentsSnapshot | undefined;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Notes what changed. */
  changed(difference: AgentsDifference, snapshot: AgentsSnapshot): void {
    this.#snapshot = snapshot;
    for (const id of difference.agents) this.#agents.add(id);
    for (const id of difference.removedTargets) this.#removedTargets.add(id);
    this.#outbox.offer(this);
  }

  take(): Outgoing | undefined {
    const snapshot = this.#snapshot;
    if (!snapshot || (this.#agents.size === 0 && this.#removedTargets.size === 0)) return undefined;
    const agents = [...this.#agents].flatMap((id) => snapshot.agents.get(id) ?? []);
    const targets = [...snapshot.targets.values()].filter(({ agent }) => this.#agents.has(agent));
    const removedTargets = [...this.#removedTargets].filter((id) => !snapshot.targets.has(id));
    this.#agents.clear();
    this.#removedTargets.clear();
    this.#snapshot = undefined;
    return { event: 'agents.changed', payload: { agents, targets, removedTargets } };
  }
}
