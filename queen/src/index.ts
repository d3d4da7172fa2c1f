/** Queen: the front end of the Hive. REST, sockets and the web UI on one address. */
import { readFileSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Actor, Subscription } from '@apiary/common/bus/bus.ts';
import type { Component, ComponentContext } from '@apiary/common/component.ts';
import { AppError } from '@apiary/common/errors.ts';
import { HTTP_CONNECTIONS_MAX } from '@apiary/common/limits.ts';
import { z } from 'zod';
import { agentHandlers } from './api/agents.ts';
import { searchHandlers } from './api/search.ts';
import { linkUrl, sessionHandlers } from './api/session.ts';
import { systemHandlers } from './api/system.ts';
import { targetHandlers } from './api/targets.ts';
import { Authenticator } from './auth/authenticate.ts';
import { Guard } from './auth/guard.ts';
import { LocalToken } from './auth/local-token.ts';
import { OneTimeLinks } from './auth/one-time-link.ts';
import { SameOrigin } from './auth/same-origin.ts';
import { SESSIONS, Sessions } from './auth/sessions.ts';
import { AgentsFeed } from './live/agents-feed.ts';
import { RateFeed } from './live/rate-feed.ts';
import { TailHub } from './live/tail-hub.ts';
import { Live } from './live.ts';
import { type QueenMetrics, queenMetrics } from './queen-metrics.ts';
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

const changeSchema = z.object({ id: z.string(), kind: z.enum(['written', 'deleted']) });

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

class QueenComponent implements Queen {
  readonly #context: ComponentContext;
  readonly #settings: QueenSettings;
  readonly #http: HttpServer = createServer();
  readonly #local: LocalToken;
  readonly #metrics: QueenMetrics;
  readonly #agents: AgentsFeed;
  readonly #rates: RateFeed;
  readonly #tails: TailHub;
  #links: OneTimeLinks | undefined;
  #live: Live | undefined;
  #subscription: Subscription | undefined;
  #url = '';

  constructor(context: ComponentContext, settings: QueenSettings) {
    const { bus, clock, log } = context;
    this.#context = context;
    this.#settings = settings;
    this.#local = new LocalToken(settings.dataFolder);
    this.#metrics = queenMetrics(context.metrics);
    this.#agents = new AgentsFeed({ bus, clock, log, actor: QUEEN_ACTOR });
    this.#rates = new RateFeed(bus, clock);
    const onCount = (count: number) => this.#metrics.tails.set(count);
    this.#tails = new TailHub({ bus, clock, log, onCount });
  }

  get url(): string {
    return this.#settings.publicUrl?.replace(/\/$/, '') ?? this.#url;
  }

  async createLink(): Promise<string> {
    if (!this.#links) throw new AppError('component-missing', 'Queen has not started.');
    const { token } = await this.#links.create();
    return linkUrl(this.url, token);
  }

  async start(): Promise<void> {
    const { bus, clock, documents } = this.#context;
    this.#links = await OneTimeLinks.open(documents, clock);
    const sessions = await Sessions.open(documents, clock);
    this.#compose(this.#links, sessions);
    await this.#agents.start();
    await this.#rates.start();
    this.#subscription = await bus.events.on(`document.changed.${SESSIONS.name}`, ({ body }) => {
      const change = changeSchema.safeParse(body);
      if (change.success && change.data.kind === 'deleted') this.#live?.endSession(change.data.id);
    });
    const { host, port } = this.#settings;
    this.#http.maxConnections = HTTP_CONNECTIONS_MAX;
    const bound = await listen(this.#http, host, port);
    this.#url = originOf(host, bound);
    await this.#local.write(this.#url);
    this.#context.log.info({ url: this.url }, 'queen.listening');
  }

  async stop(): Promise<void> {
    await this.#local.remove();
    await this.#subscription?.cancel();
    this.#subscription = undefined;
    this.#http.closeAllConnections();
    await this.#live?.stop();
    await this.#tails.stop();
    await this.#agents.stop();
    await this.#rates.stop();
  }

  #compose(links: OneTimeLinks, sessions: Sessions): void {
    const { bus, clock, log, metrics } = this.#context;
    const sameOrigin = new SameOrigin(this.#settings);
    const authenticator = new Authenticator(sessions, this.#local);
    const searches = new Searches(bus);
    const secure = this.#settings.publicUrl?.startsWith('https:') ?? false;
    const application = createApplication({
      guard: new Guard(authenticator, sameOrigin),
      sameOrigin,
      handlers: {
        ...sessionHandlers({
          links,
          sessions,
          secure,
          origin: () => this.url,
          onEnd: (session) => this.#live?.endSession(session),
        }),
        ...searchHandlers(searches),
        ...agentHandlers(bus),
        ...targetHandlers(bus),
        ...systemHandlers({
          bus,
          metrics,
          version: packageVersion(),
          probeDocuments: async () => void (await sessions.find('')),
        }),
      },
      metrics: this.#metrics,
      log,
      webFolder: this.#settings.webFolder,
      secure,
    });
    this.#http.on('request', application);
    this.#live = new Live({
      http: this.#http,
      authenticator,
      sameOrigin,
      parts: {
        searches,
        tails: this.#tails,
        agents: this.#agents,
        rates: this.#rates,
        clock,
        onMissed: (count) => this.#metrics.missed.inc(count),
      },
      log,
      onCount: (count) => this.#metrics.sockets.set(count),
    });
  }
}

/** @throws AppError `port-busy`, or `setting-invalid` for an address that is not this machine's */
async function listen(http: HttpServer, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => {
      const isBusy = error.code === 'EADDRINUSE';
      const words = isBusy ? 'is in use' : `cannot be listened on: ${error.message}`;
      const code = isBusy ? 'port-busy' : 'setting-invalid';
      reject(new AppError(code, `${host}:${port} ${words}`, { cause: error }));
    });
    http.listen(port, host, resolve);
  });
  // A server that listens on a port has an AddressInfo.
  return (http.address() as AddressInfo).port;
}

/** An address for every interface is no address to type: the machine's own stands for it. */
function originOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
