/** Announces what changes of the fleet's traffic: together, at most every TRAFFIC_EVENT_INTERVAL_MS. */
import type { ComponentContext } from '@apiary/common/component.ts';
import {
  TRAFFIC_EVENT_AGENTS_MAX,
  TRAFFIC_EVENT_INTERVAL_MS,
} from '@apiary/common/limits/traffic.ts';
import type { Heartbeat } from '@apiary/common/messages/control.ts';
import type { AgentTraffic } from '@apiary/common/messages/traffic.ts';
import { TrafficTable } from './traffic-table.ts';

/** See the file's head. */
export class TrafficTeller {
  readonly #context: Pick<ComponentContext, 'bus' | 'clock'>;
  readonly #table = new TrafficTable();
  #cancel: (() => void) | undefined;

  constructor(context: Pick<ComponentContext, 'bus' | 'clock'>) {
    this.#context = context;
  }

  stop(): void {
    this.#cancel?.();
  }

  /** Takes a heartbeat that counts, of an approved agent. */
  hear(heartbeat: Heartbeat): void {
    this.#table.hear(heartbeat.agent, heartbeat, this.#context.clock.now());
    this.#later();
  }

  /** Takes how far agents' data is behind. */
  setLags(lags: readonly (readonly [agent: string, bytes: number])[]): void {
    const now = this.#context.clock.now();
    for (const [agent, bytes] of lags) this.#table.setLag(agent, bytes, now);
    this.#later();
  }

  /** These have died. */
  silence(agents: readonly string[]): void {
    for (const agent of agents) this.#table.silence(agent);
    this.#later();
  }

  /** Forgets an agent. */
  forget(agent: string): void {
    this.#table.forget(agent);
  }

  /** All of it, with the trends. */
  all(): AgentTraffic[] {
    return this.#table.all();
  }

  #later(): void {
    const { bus, clock } = this.#context;
    this.#cancel ??= clock.after(TRAFFIC_EVENT_INTERVAL_MS, () => {
      this.#cancel = undefined;
      const traffic = this.#table.takeChanges();
      for (let at = 0; at < traffic.length; at += TRAFFIC_EVENT_AGENTS_MAX) {
        const some = traffic.slice(at, at + TRAFFIC_EVENT_AGENTS_MAX);
        bus.events.emit('traffic.changed', { traffic: some });
      }
    });
  }
}
