/** How much each agent sends and how far it is behind, as Queen pushes it while a page shows it. */
import type { AgentTraffic, TrafficChange } from '@apiary/common/messages/traffic.ts';
import { withValue } from '@apiary/common/trend.ts';
import type { Connection } from './connection.ts';
import { Store } from './store.ts';

/** By agent; an agent that was not heard yet has none. */
export type TrafficByAgent = ReadonlyMap<string, AgentTraffic>;

/** See the top of this file. */
export class TrafficWatch {
  /** Undefined until the first answer. */
  readonly traffic = new Store<TrafficByAgent | undefined>(undefined);
  readonly #connection: Connection;
  #watchers = 0;
  #stopOpening: () => void = () => {};

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.on<{ traffic: readonly TrafficChange[] }>('traffic.changed', ({ traffic }) =>
      this.#apply(traffic),
    );
  }

  /** Begins with the first who watches and ends with the last; the result stops it. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) this.#begin();
    return () => {
      this.#watchers -= 1;
      if (this.#watchers > 0) return;
      this.#stopOpening();
      // The socket may be gone, and its watches with it.
      this.#connection.request('traffic.unwatch', {}).catch(() => {});
    };
  }

  /** Again at each opening: the answer holds the trends, so what was missed is filled in. */
  #begin(): void {
    this.#stopOpening = this.#connection.whenOpen(() => {
      this.#connection
        .request<{ traffic: readonly AgentTraffic[] }>('traffic.watch', {})
        .then(({ traffic }) => this.traffic.set(new Map(traffic.map((each) => [each.agent, each]))))
        // The table stands without it; whoever does not answer is told of on Home.
        .catch(() => {});
    });
  }

  #apply(changes: readonly TrafficChange[]): void {
    const known = this.traffic.get();
    if (!known) return;
    const next = new Map(known);
    for (const { slotLinesPerSecond, ...change } of changes) {
      const before = known.get(change.agent) ?? { slotMs: change.slotMs, trend: [0] };
      const { trend } = withValue(before, change.slotMs, slotLinesPerSecond);
      next.set(change.agent, { ...change, trend: [...trend] });
    }
    this.traffic.set(next);
  }
}
