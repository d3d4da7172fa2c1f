/** Pushes how much the agents send: what agentmonitor announces goes on as it is, to who watches. */
import type { Actor, Bus, Subscription } from '@apiary/common/bus/bus.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { agentMonitorActions } from '@apiary/common/messages/actions/agentmonitor.ts';
import { EVENT_SCHEMAS } from '@apiary/common/messages/events.ts';
import type { AgentTraffic, TrafficChange } from '@apiary/common/messages/traffic.ts';
import type { Lane, Outbox, Outgoing } from './outbox.ts';

/** See the file's head. */
export class TrafficFeed {
  readonly #bus: Bus;
  readonly #actor: Actor;
  readonly #watchers = new Set<(changes: readonly TrafficChange[]) => void>();
  #subscription: Subscription | undefined;

  constructor(bus: Bus, actor: Actor) {
    this.#bus = bus;
    this.#actor = actor;
  }

  /** Subscribes to the events. */
  async start(): Promise<void> {
    this.#subscription = await this.#bus.events.on('traffic.changed', ({ body }) => {
      if (this.#watchers.size === 0) return;
      const event = EVENT_SCHEMAS['traffic.changed'].safeParse(body);
      if (!event.success) return;
      for (const watcher of this.#watchers) watcher(event.data.traffic);
    });
  }

  /** Ends all. */
  async stop(): Promise<void> {
    this.#watchers.clear();
    await this.#subscription?.cancel();
    this.#subscription = undefined;
  }

  /** What is so now. @throws AppError when agentmonitor does not answer */
  async read(): Promise<{ readonly traffic: readonly AgentTraffic[] }> {
    const { traffic } = agentMonitorActions;
    return await callAction(this.#bus, traffic, {}, { actor: this.#actor });
  }

  /** Tells each change; the result stops it. */
  watch(watcher: (changes: readonly TrafficChange[]) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}

/** One socket's watch on traffic: of each agent only the newest waits, as large as the fleet at most. */
export class TrafficLane implements Lane {
  readonly #outbox: Outbox;
  readonly #waiting = new Map<string, TrafficChange>();

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Notes what changed. */
  changed(changes: readonly TrafficChange[]): void {
    for (const change of changes) this.#waiting.set(change.agent, change);
    this.#outbox.offer(this);
  }

  take(): Outgoing | undefined {
    if (this.#waiting.size === 0) return undefined;
    const traffic = [...this.#waiting.values()];
    this.#waiting.clear();
    return { event: 'traffic.changed', payload: { traffic } };
  }
}
