/** Queen: the front end of the Hive. REST, sockets and the web UI on one address. */
import { createServer, type Server as HttpServer } from 'node:http';
import type { Actor, Subscription } from '@apiary/common/bus/bus.ts';
import type { Component, ComponentContext } from '@apiary/common/component.ts';
import { AppError } from '@apiary/common/errors.ts';
import { VERSION } from '@apiary/common/version.ts';
import { alertLinkHandlers } from './api/alert-links.ts';
import { analysisHandlers } from './api/analysis.ts';
import { auditHandlers } from './api/audit.ts';
import { dashboardHandlers } from './api/dashboards.ts';
import { exportHandlers } from './api/export.ts';
import { importHandlers } from './api/import.ts';
import { installHandlers } from './api/install.ts';
import { queryHandlers } from './api/queries.ts';
import { relayHandlers } from './api/relays.ts';
import { searchHandlers } from './api/search.ts';
import { linkUrl, sessionHandlers } from './api/session.ts';
import { storeHandlers } from './api/store.ts';
import { systemHandlers } from './api/system.ts';
import { tokenHandlers } from './api/tokens.ts';
import { userHandlers } from './api/users.ts';
import { Accounts } from './auth/accounts.ts';
import { Guard } from './auth/guard.ts';
import { LocalToken } from './auth/local-token.ts';
import { SameOrigin } from './auth/same-origin.ts';
import { DASHBOARDS } from './dashboards.ts';
import { AgentsFeed } from './live/agents-feed.ts';
import { type AlertsFeed, createAlertsFeed } from './live/alerts-feed.ts';
import { createDeliveriesFeed, type DeliveriesFeed } from './live/deliveries-feed.ts';
import { HealthFeed } from './live/health-feed.ts';
import { LedgerFeeds } from './live/ledger-feeds.ts';
import { RateFeed } from './live/rate-feed.ts';
import { TailHub } from './live/tail-hub.ts';
import { TrafficFeed } from './live/traffic-feed.ts';
import { Live } from './live.ts';
import { OwnedDocuments } from './owned-documents.ts';
import { Ports } from './ports.ts';
import { type QueenMetrics, queenMetrics } from './queen-metrics.ts';
import { SAVED_QUERIES } from './saved-queries.ts';
import { Searches } from './searches.ts';
import { createApplication } from './server.ts';
import type { QueenSettings } from './settings.ts';

/** Queen asks for herself where one answer serves many people. */
const QUEEN_ACTOR = {
  kind: 'component',
  id: 'queen',
  name: 'queen',
  role: 'system',
} as const satisfies Actor;

/** What the process that runs Queen may ask of her. */
export interface Queen extends Component {
  /** The origin by which she is reached, once started. */
  readonly url: string;
  /** A new one-time sign-in link. */
  createLink(): Promise<string>;
}

/** Makes a Queen; nothing runs before `start`. */
export function createQueen(context: ComponentContext, settings: QueenSettings): Queen {
  return new QueenComponent(context, settings);
}

type OwnedHandlers = ReturnType<typeof queryHandlers> & ReturnType<typeof dashboardHandlers>;

class QueenComponent implements Queen {
  readonly #context: ComponentContext;
  readonly #settings: QueenSettings;
  readonly #http: HttpServer = createServer();
  readonly #ports: Ports;
  readonly #local: LocalToken;
  readonly #metrics: QueenMetrics;
  readonly #agents: AgentsFeed;
  readonly #alerts: AlertsFeed;
  readonly #deliveries: DeliveriesFeed;
  readonly #ledgers: LedgerFeeds;
  readonly #rates: RateFeed;
  readonly #health: HealthFeed;
  readonly #traffic: TrafficFeed;
  readonly #tails: TailHub;
  #accounts: Accounts | undefined;
  #live: Live | undefined;
  #subscription: Subscription | undefined;
  #url = '';

  constructor(context: ComponentContext, settings: QueenSettings) {
    const { bus, clock, log } = context;
    this.#context = context;
    this.#settings = settings;
    this.#local = new LocalToken(settings.dataFolder);
    this.#metrics = queenMetrics(context.metrics);
    const onRefused = (how: 'plain' | 'handshake') => this.#metrics.refused.inc({ how });
    this.#ports = new Ports({ http: this.#http, settings, log, onRefused });
    this.#agents = new AgentsFeed({ bus, clock, log, actor: QUEEN_ACTOR });
    this.#alerts = createAlertsFeed({ bus, clock, log, actor: QUEEN_ACTOR });
    this.#deliveries = createDeliveriesFeed({ bus, clock, log, actor: QUEEN_ACTOR });
    this.#ledgers = new LedgerFeeds({ bus, clock, log, actor: QUEEN_ACTOR });
    this.#rates = new RateFeed(bus, clock);
    this.#health = new HealthFeed(bus, clock, this.#rates);
    this.#traffic = new TrafficFeed(bus, QUEEN_ACTOR);
    const onCount = (count: number) => this.#metrics.tails.set(count);
    this.#tails = new TailHub({ bus, clock, log, onCount });
  }

  get url(): string {
    return this.#settings.publicUrl?.replace(/\/$/, '') ?? this.#url;
  }

  async createLink(): Promise<string> {
    if (!this.#accounts) throw new AppError('component-missing', 'Queen has not started.');
    const { token } = await this.#accounts.links.create();
    return linkUrl(this.url, token);
  }

  async start(): Promise<void> {
    const accounts = await Accounts.open(this.#context, this.#local);
    this.#accounts = accounts;
    this.#compose(accounts, await this.#ownedHandlers());
    await this.#agents.start();
    await this.#alerts.start();
    await this.#deliveries.start();
    await this.#rates.start();
    await this.#health.start();
    await this.#traffic.start();
    this.#subscription = await accounts.watch(this.#context, () => this.#recheck());
    const { url, localUrl } = await this.#ports.open();
    this.#url = url;
    await this.#local.write(localUrl);
    this.#context.log.info({ url: this.url }, 'queen.listening');
  }

  async stop(): Promise<void> {
    await this.#local.remove();
    await this.#subscription?.cancel();
    this.#subscription = undefined;
    this.#ports.close();
    this.#http.closeAllConnections();
    await this.#live?.stop();
    await this.#tails.stop();
    await this.#agents.stop();
    await this.#alerts.stop();
    await this.#deliveries.stop();
    await this.#ledgers.stop();
    await this.#rates.stop();
    await this.#health.stop();
    await this.#traffic.stop();
  }

  async #recheck(): Promise<void> {
    await this.#live?.recheck();
  }

  /** What people make for themselves and the team. */
  async #ownedHandlers() {
    const { documents, clock } = this.#context;
    return {
      ...queryHandlers(await OwnedDocuments.open(SAVED_QUERIES, documents, clock)),
      ...dashboardHandlers(await OwnedDocuments.open(DASHBOARDS, documents, clock)),
    };
  }

  #compose(accounts: Accounts, owned: OwnedHandlers): void {
    const { bus, clock, log } = this.#context;
    const { audit, authenticator } = accounts;
    const sameOrigin = new SameOrigin(this.#settings);
    const searches = new Searches(bus);
    const { publicUrl, tls } = this.#settings;
    const secure = publicUrl?.startsWith('https:') ?? tls !== undefined;
    const application = createApplication({
      guard: new Guard(authenticator, sameOrigin),
      sameOrigin,
      audit,
      handlers: {
        ...this.#accessHandlers(accounts, secure),
        ...this.#hiveHandlers(accounts, searches),
        ...owned,
      },
      metrics: this.#metrics,
      log,
      webFolder: this.#settings.webFolder,
      secure,
    });
    this.#http.on('request', application);
    // It puts itself before the application, so it comes after it.
    this.#live = new Live({
      http: this.#http,
      authenticator,
      sameOrigin,
      audit,
      parts: {
        searches,
        tails: this.#tails,
        agents: this.#agents,
        alerts: this.#alerts,
        deliveries: this.#deliveries,
        ledgers: this.#ledgers,
        rates: this.#rates,
        health: this.#health,
        traffic: this.#traffic,
        clock,
        onMissed: (count) => this.#metrics.missed.inc(count),
      },
      log,
      onCount: (count) => this.#metrics.sockets.set(count),
    });
  }

  #accessHandlers(accounts: Accounts, secure: boolean) {
    const { clock } = this.#context;
    const recheck = () => this.#recheck();
    const parts = { ...accounts, recheck, secure, origin: () => this.url, now: () => clock.now() };
    return {
      ...sessionHandlers(parts),
      ...userHandlers(parts),
      ...tokenHandlers(parts),
      ...auditHandlers(accounts.audit),
    };
  }

  #hiveHandlers({ sessions }: Accounts, searches: Searches) {
    const { bus, clock, metrics } = this.#context;
    return {
      ...searchHandlers(searches),
      ...analysisHandlers(searches),
      ...exportHandlers(searches, clock),
      ...relayHandlers(bus),
      ...alertLinkHandlers(bus),
      ...storeHandlers(bus),
      ...importHandlers(bus),
      ...installHandlers({
        settings: this.#settings,
        origin: () => this.url,
        pin: () => this.#ports.pin,
      }),
      ...systemHandlers({
        bus,
        metrics,
        version: VERSION,
        readHealth: () => this.#health.read(),
        broker: this.#settings.broker,
        probeDocuments: async () => void (await sessions.find('')),
      }),
    };
  }
}
