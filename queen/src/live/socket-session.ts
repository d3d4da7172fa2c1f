/** One browser's socket: its searches, tails and watches, all of which end with it. */
import type { Actor } from '@apiary/common/bus/bus.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { SOCKET_LEDGERS_MAX } from '@apiary/common/limits/ledger.ts';
import { SOCKET_SEARCHES_MAX, SOCKET_TAILS_MAX } from '@apiary/common/limits.ts';
import { honeycombActions, type SearchRequest } from '@apiary/common/messages/actions/honeycomb.ts';
import type { AgentLedger } from '@apiary/common/messages/ledger.ts';
import type { Analysis } from '../analysis-routes.ts';
import { socketErrorOf } from '../problem.ts';
import type { Searches } from '../searches.ts';
import type { AgentsFeed } from './agents-feed.ts';
import { AgentsLane } from './agents-lane.ts';
import type { AlertsFeed } from './alerts-feed.ts';
import type { DeliveriesFeed } from './deliveries-feed.ts';
import type { HealthFeed } from './health-feed.ts';
import type { LedgerFeeds } from './ledger-feeds.ts';
import { Outbox, type Wire } from './outbox.ts';
import { type RateFeed, RateLane } from './rate-feed.ts';
import { type ReadingFeed, ReadingLane } from './reading-feed.ts';
import { SearchLane } from './search-lane.ts';
import type { TailHub } from './tail-hub.ts';
import { Backlog, TailLane } from './tail-lane.ts';
import { type TrafficFeed, TrafficLane } from './traffic-feed.ts';

/** What all sockets share. */
export interface LiveParts {
  readonly searches: Searches;
  readonly tails: TailHub;
  readonly agents: AgentsFeed;
  readonly alerts: AlertsFeed;
  readonly deliveries: DeliveriesFeed;
  readonly ledgers: LedgerFeeds;
  readonly rates: RateFeed;
  readonly health: HealthFeed;
  readonly traffic: TrafficFeed;
  readonly clock: Clock;
  /** Told how many records a slow socket did not get. */
  readonly onMissed: (count: number) => void;
}

/** What an acknowledgement carries beside `ok`. */
export type Answer = Readonly<Record<string, unknown>>;

/** See the file's head. Each method is a socket event's handler. */
export class SocketSession {
  readonly #parts: LiveParts;
  readonly #actor: Actor;
  readonly #wire: Wire;
  readonly #outbox: Outbox;
  readonly #backlog = new Backlog();
  readonly #searches = new Map<string, AbortController>();
  readonly #tails = new Map<string, () => Promise<void>>();
  /** Agent id → stops its watch. */
  readonly #ledgers = new Map<string, () => void>();
  #agentsLane: AgentsLane | undefined;
  readonly #watched = new Set<string>();
  #rateLane: RateLane | undefined;
  #leaveTraffic: (() => void) | undefined;
  readonly #leave: (() => void)[] = [];
  #isClosed = false;

  constructor(wire: Wire, actor: Actor, parts: LiveParts) {
    this.#wire = wire;
    this.#actor = actor;
    this.#parts = parts;
    this.#outbox = new Outbox(wire);
  }

  /**
   * Starts a search; parts follow, or `search.failed`. A query with a mistake fails that way too.
   */
  async startSearch(id: string, request: SearchRequest): Promise<Answer> {
    return this.#start(id, 'search', (signal) =>
      this.#parts.searches.run(request, this.#actor, signal),
    );
  }

  /** Starts an analysis; `analysis.part` follow, or `analysis.failed`. */
  async startAnalysis(id: string, analysis: Analysis): Promise<Answer> {
    const { searches } = this.#parts;
    return this.#start(id, 'analysis', (signal) => {
      const by = { actor: this.#actor, signal };
      switch (analysis.kind) {
        case 'fields':
          return searches.stream(honeycombActions.fields, analysis.request, by);
        case 'series':
          return searches.stream(honeycombActions.series, analysis.request, by);
        case 'patterns':
          return searches.stream(honeycombActions.patterns, analysis.request, by);
      }
    });
  }

  #start(id: string, word: string, run: (signal: AbortSignal) => AsyncIterable<unknown>): Answer {
    if (this.#searches.has(id)) throw new AppError('already-exists', `Search ${id} runs already.`);
    if (this.#searches.size >= SOCKET_SEARCHES_MAX) {
      throw new AppError('too-many', `${SOCKET_SEARCHES_MAX} searches run on this connection.`);
    }
    const controller = new AbortController();
    this.#searches.set(id, controller);
    void this.#send(id, word, { run, control: controller });
    return {};
  }

  /** Cancels a search or an analysis; nothing more comes of it. */
  async cancelSearch(id: string): Promise<Answer> {
    this.#searches.get(id)?.abort();
    this.#searches.delete(id);
    return {};
  }

  /** Follows a query from now on. */
  async startTail(id: string, query: string): Promise<Answer> {
    if (this.#tails.has(id)) throw new AppError('already-exists', `Tail ${id} runs already.`);
    if (this.#tails.size >= SOCKET_TAILS_MAX) {
      throw new AppError('too-many', `${SOCKET_TAILS_MAX} tails run on this connection.`);
    }
    const { tails, clock, onMissed } = this.#parts;
    const lane = new TailLane({
      id,
      outbox: this.#outbox,
      backlog: this.#backlog,
      clock,
      onMissed,
    });
    let isWanted = true;
    this.#tails.set(id, async () => {
      isWanted = false;
      lane.close();
    });
    try {
      const leave = await tails.follow(query, this.#actor, lane);
      // It was stopped, or the socket went away, while it was being opened.
      if (!isWanted) {
        await leave();
        return {};
      }
      this.#tails.set(id, async () => {
        lane.close();
        await leave();
      });
      return {};
    } catch (error) {
      lane.close();
      if (isWanted) this.#tails.delete(id);
      throw error;
    }
  }

  /** Stops following. */
  async stopTail(id: string): Promise<Answer> {
    const stop = this.#tails.get(id);
    this.#tails.delete(id);
    await stop?.();
    return {};
  }

  /** All agents and targets as they are; changes follow. */
  async watchAgents(): Promise<Answer> {
    const { agents: feed } = this.#parts;
    if (!this.#agentsLane) {
      const lane = new AgentsLane(this.#outbox);
      this.#agentsLane = lane;
      this.#leave.push(feed.watch((difference, snapshot) => lane.changed(difference, snapshot)));
    }
    const { agents, targets } = await feed.read();
    return { agents: [...agents.values()], targets: [...targets.values()] };
  }

  /** All alerts that are pending or firing; changes follow as `alerts.changed`, all of them again. */
  async watchAlerts(): Promise<Answer> {
    return await this.#watch(this.#parts.alerts, 'alerts.changed');
  }

  /** The newest deliveries; changes follow as `deliveries.changed`, all of them again. */
  async watchDeliveries(): Promise<Answer> {
    return await this.#watch(this.#parts.deliveries, 'deliveries.changed');
  }

  /** How Apiary itself is; changes follow as `health.changed`, all of it again. */
  async watchHealth(): Promise<Answer> {
    return await this.#watch(this.#parts.health, 'health.changed');
  }

  /** One agent's ledger; changes follow as `ledger.changed`, all of it again. */
  async watchLedger(word: string): Promise<Answer> {
    const { ledgers } = this.#parts;
    const ledger = await ledgers.read(word);
    const { agent } = ledger;
    if (this.#ledgers.has(agent)) return { ledger };
    if (this.#ledgers.size >= SOCKET_LEDGERS_MAX) {
      throw new AppError(
        'too-many',
        `${SOCKET_LEDGERS_MAX} ledgers are watched on this connection.`,
      );
    }
    const lane = new ReadingLane<AgentLedger>(this.#outbox, 'ledger.changed');
    let isWanted = true;
    this.#ledgers.set(agent, () => {
      isWanted = false;
    });
    const leave = await ledgers.watch(agent, (reading) => lane.changed(reading));
    if (this.#isClosed || !isWanted) leave();
    else this.#ledgers.set(agent, leave);
    return { ledger };
  }

  /** Watches an agent's ledger (by id) no more. */
  async unwatchLedger(agent: string): Promise<Answer> {
    this.#ledgers.get(agent)?.();
    this.#ledgers.delete(agent);
    return {};
  }

  /** How much each agent sends; changes follow as `traffic.changed`, of those that differ. */
  async watchTraffic(): Promise<Answer> {
    const { traffic } = this.#parts;
    if (!this.#leaveTraffic) {
      const lane = new TrafficLane(this.#outbox);
      const leave = traffic.watch((changes) => lane.changed(changes));
      this.#leaveTraffic = () => {
        leave();
        this.#outbox.remove(lane);
      };
    }
    return await traffic.read();
  }

  /** Watches it no more. */
  async unwatchTraffic(): Promise<Answer> {
    this.#leaveTraffic?.();
    this.#leaveTraffic = undefined;
    return {};
  }

  /** The ingest rate, now and at each change. */
  async watchSystem(): Promise<Answer> {
    const { rates } = this.#parts;
    const lane = this.#rateLane ?? new RateLane(this.#outbox);
    if (!this.#rateLane) this.#leave.push(rates.watch((rate) => lane.changed(rate)));
    this.#rateLane = lane;
    const current = rates.current();
    if (current) lane.changed(current);
    return {};
  }

  async #watch<T extends Answer>(
    feed: Pick<ReadingFeed<T>, 'watch' | 'read'>,
    event: string,
  ): Promise<Answer> {
    if (!this.#watched.has(event)) {
      this.#watched.add(event);
      const lane = new ReadingLane<T>(this.#outbox, event);
      this.#leave.push(feed.watch((reading) => lane.changed(reading)));
    }
    return await feed.read();
  }

  /** Ends everything that the socket began. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const leave of [...this.#leave.splice(0), ...this.#ledgers.values()]) leave();
    this.#ledgers.clear();
    this.#leaveTraffic?.();
    for (const controller of this.#searches.values()) controller.abort();
    this.#searches.clear();
    const stops = [...this.#tails.values()];
    this.#tails.clear();
    await Promise.all(stops.map((stop) => stop()));
  }

  async #send(
    id: string,
    word: string,
    {
      run,
      control,
    }: {
      readonly run: (signal: AbortSignal) => AsyncIterable<unknown>;
      readonly control: AbortController;
    },
  ): Promise<void> {
    const { signal } = control;
    const lane = new SearchLane(id, `${word}.part`, this.#outbox);
    signal.addEventListener('abort', () => lane.close(), { once: true });
    try {
      for await (const part of run(signal)) {
        if (signal.aborted) break;
        await lane.put(part);
      }
    } catch (thrown) {
      if (signal.aborted) return;
      const error = socketErrorOf(toAppError(thrown));
      this.#wire.send({ event: `${word}.failed`, payload: { id, error } });
    } finally {
      if (this.#searches.get(id) === control) this.#searches.delete(id);
    }
  }
}
