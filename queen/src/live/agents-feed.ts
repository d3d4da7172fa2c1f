/**
 * Pushes changes of agents and targets. Events say that something changed; what it is now is read
 * from agentmanager once for all watchers, at most every AGENTS_REFRESH_INTERVAL_MS, and compared.
 */
import type { Actor, Bus, Subscription } from '@apiary/common/bus/bus.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { AGENTS_REFRESH_INTERVAL_MS } from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import type { AgentView, Target } from '@apiary/common/messages/agent.ts';

/** What is known of all agents. */
export interface AgentsSnapshot {
  readonly agents: ReadonlyMap<string, AgentView>;
  readonly targets: ReadonlyMap<string, Target>;
}

/** What differs between two snapshots, by id. */
export interface AgentsDifference {
  readonly agents: readonly string[];
  readonly removedTargets: readonly string[];
}

/** Told after each change; the snapshot is the new one. */
export type AgentsWatcher = (difference: AgentsDifference, snapshot: AgentsSnapshot) => void;

/** What the feed is made of. */
export interface AgentsFeedOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly actor: Actor;
}

const PATTERNS = [
  'agent.*',
  'target.*',
  'document.changed.agents',
  'document.changed.targets',
  'document.changed.liveness',
] as const;

const READINGS_PER_EVENT = 2;
/** While agentmanager does not answer, watchers' next reading waits so long. */
const RETRY_MS = 2_000;

/** See the file's head. */
export class AgentsFeed {
  readonly #options: AgentsFeedOptions;
  readonly #watchers = new Set<AgentsWatcher>();
  #subscriptions: Subscription[] = [];
  #stopStateListener: (() => void) | undefined;
  #snapshot: AgentsSnapshot | undefined;
  #reading: Promise<AgentsSnapshot> | undefined;
  /** An event is answered by two readings: agentmanager may hear of it a moment after we do. */
  #readingsOwed = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(options: AgentsFeedOptions) {
    this.#options = options;
  }

  /** Subscribes to the events. */
  async start(): Promise<void> {
    const { bus } = this.#options;
    for (const pattern of PATTERNS) {
      this.#subscriptions.push(await bus.events.on(pattern, () => this.#changed()));
    }
    this.#stopStateListener = bus.onState((state) => {
      if (state === 'connected') this.#changed();
    });
  }

  /** Ends all. */
  async stop(): Promise<void> {
    this.#cancelTimer?.();
    this.#stopStateListener?.();
    this.#watchers.clear();
    for (const subscription of this.#subscriptions.splice(0)) await subscription.cancel();
  }

  /** What is so now. @throws AppError when agentmanager does not answer */
  async read(): Promise<AgentsSnapshot> {
    return await (this.#reading ?? this.#refresh());
  }

  /** Watches from the last {@link read} on; the result stops it. */
  watch(watcher: AgentsWatcher): () => void {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#snapshot = undefined;
    };
  }

  #changed(): void {
    this.#readingsOwed = READINGS_PER_EVENT;
    this.#readIfFree();
  }

  #readIfFree(): void {
    if (this.#watchers.size === 0 || this.#cancelTimer || this.#reading) return;
    void this.#refresh().catch(() => undefined);
  }

  #refresh(): Promise<AgentsSnapshot> {
    this.#readingsOwed = Math.max(0, this.#readingsOwed - 1);
    this.#reading = this.#load();
    this.#reading.then(
      () => this.#rest(AGENTS_REFRESH_INTERVAL_MS),
      () => {
        this.#readingsOwed = Math.max(1, this.#readingsOwed);
        this.#rest(RETRY_MS);
      },
    );
    return this.#reading;
  }

  /** After each reading there is a pause; events within it are answered together at its end. */
  #rest(pauseMs: number): void {
    this.#reading = undefined;
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.after(pauseMs, () => {
      this.#cancelTimer = undefined;
      if (this.#readingsOwed > 0) this.#readIfFree();
    });
  }

  async #load(): Promise<AgentsSnapshot> {
    const { bus, actor, log } = this.#options;
    const { listAgents, listTargets } = agentManagerActions;
    try {
      const [{ agents }, { targets }] = await Promise.all([
        callAction(bus, listAgents, {}, { actor }),
        callAction(bus, listTargets, { agents: 'all' }, { actor }),
      ]);
      const snapshot = {
        agents: new Map(agents.map((agent) => [agent.id, agent])),
        targets: new Map(targets.map(({ name: _name, ...target }) => [target.id, target])),
      };
      const before = this.#snapshot;
      this.#snapshot = snapshot;
      if (before) this.#tell(differenceOf(before, snapshot), snapshot);
      return snapshot;
    } catch (error) {
      log.warn({ code: toAppError(error).code }, 'agents.read-failed');
      throw error;
    }
  }

  #tell(difference: AgentsDifference, snapshot: AgentsSnapshot): void {
    if (difference.agents.length === 0 && difference.removedTargets.length === 0) return;
    for (const watcher of this.#watchers) watcher(difference, snapshot);
  }
}

/** Agents that differ, or whose targets do. Heartbeats alone are no change. */
export function differenceOf(before: AgentsSnapshot, after: AgentsSnapshot): AgentsDifference {
  const agents = new Set<string>();
  for (const [id, agent] of after.agents) {
    if (fingerprintOf(before.agents.get(id)) !== fingerprintOf(agent)) agents.add(id);
  }
  for (const [id, target] of after.targets) {
    if (JSON.stringify(before.targets.get(id)) !== JSON.stringify(target)) agents.add(target.agent);
  }
  const removed = [...before.targets.values()].filter(({ id }) => !after.targets.has(id));
  for (const { agent } of removed) if (after.agents.has(agent)) agents.add(agent);
  return { agents: [...agents], removedTargets: removed.map(({ id }) => id) };
}

function fingerprintOf(agent: AgentView | undefined): string {
  return JSON.stringify({ ...agent, heardMs: undefined });
}
