import type { Actor } from '@apiary/common/bus/bus.ts';
import { LEDGER_REFRESH_INTERVAL_MS } from '@apiary/common/limits/ledger.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { agentMonitorActions } from '@apiary/common/messages/actions/agentmonitor.ts';
import { EVENT_SCHEMAS } from '@apiary/common/messages/events.ts';
import type { AgentLedger } from '@apiary/common/messages/ledger.ts';
import { ReadingFeed, type ReadingFeedOptions } from './reading-feed.ts';

type FeedOptions = Pick<ReadingFeedOptions<unknown>, 'bus' | 'clock' | 'log'> & {
  readonly actor: Actor;
};

/** Told of each new reading. */
export type LedgerWatcher = (ledger: AgentLedger) => void;

/** The ledgers that somebody looks at: one feed for each agent, for as long as there is a watcher. */
export class LedgerFeeds {
  readonly #options: FeedOptions;
  /** Agent id → its feed. Bounded by the sockets and what each may watch. */
  readonly #feeds = new Map<
    string,
    { readonly feed: ReadingFeed<AgentLedger>; watchers: number }
  >();

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** The ledger of an agent by id or name. @throws AppError as `agentmonitor.ledger` */
  async read(agent: string): Promise<AgentLedger> {
    const { bus, actor } = this.#options;
    return await callAction(bus, agentMonitorActions.ledger, { agent }, { actor });
  }

  /** Tells each new reading of an agent's ledger (by id); the result stops it. */
  async watch(agent: string, watcher: LedgerWatcher): Promise<() => void> {
    const known = this.#feeds.get(agent);
    const entry = known ?? { feed: this.#feedOf(agent), watchers: 0 };
    entry.watchers += 1;
    if (!known) {
      this.#feeds.set(agent, entry);
      await entry.feed.start();
    }
    const leave = entry.feed.watch(watcher);
    return () => {
      leave();
      entry.watchers -= 1;
      if (entry.watchers > 0) return;
      this.#feeds.delete(agent);
      void entry.feed.stop();
    };
  }

  /** Ends all. */
  async stop(): Promise<void> {
    const feeds = [...this.#feeds.values()];
    this.#feeds.clear();
    await Promise.all(feeds.map(({ feed }) => feed.stop()));
  }

  #feedOf(agent: string): ReadingFeed<AgentLedger> {
    const { bus, clock, log } = this.#options;
    return new ReadingFeed<AgentLedger>({
      bus,
      clock,
      log,
      event: 'ledger.changed',
      intervalMs: LEDGER_REFRESH_INTERVAL_MS,
      concerns: (body) => {
        const event = EVENT_SCHEMAS['ledger.changed'].safeParse(body);
        return event.success && event.data.agents.includes(agent);
      },
      read: () => this.read(agent),
    });
  }
}
