/** Everything that moves: socket.io with its handshake, its guard, and one session per socket. */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import {
  SOCKET_MESSAGE_BYTES_MAX,
  SOCKET_UNREAD_REQUESTS_MAX,
  SOCKETS_MAX,
} from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import { Server, type Socket } from 'socket.io';
import type { z } from 'zod';
import { auditFacts } from './auth/audit-facts.ts';
import type { AuditLog } from './auth/audit-log.ts';
import type { Authenticator, Credentials, Identity } from './auth/authenticate.ts';
import { checkRole, checkScope } from './auth/guard.ts';
import type { SameOrigin } from './auth/same-origin.ts';
import { scopeOfEvent } from './auth/scopes.ts';
import { type Answer, type LiveParts, SocketSession } from './live/socket-session.ts';
import { SocketWire } from './live/socket-wire.ts';
import { socketErrorOf } from './problem.ts';
import { SOCKET_EVENTS, type SocketEvents } from './routes.ts';

/** An unauthenticated connection is cut after this. */
const HANDSHAKE_MS_MAX = 10_000;

/** A longer timer fires at once: it counts in 32 bits. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** What the sockets need. */
export interface LiveOptions {
  readonly http: HttpServer;
  readonly authenticator: Authenticator;
  readonly sameOrigin: SameOrigin;
  readonly audit: AuditLog;
  readonly parts: LiveParts;
  readonly log: Logger;
  /** Told how many sockets there are, at each change. */
  readonly onCount: (count: number) => void;
}

type EventHandlers = {
  readonly [E in keyof SocketEvents]: (
    session: SocketSession,
    payload: z.output<SocketEvents[E]['payload']>,
  ) => Promise<Answer>;
};

const HANDLERS: EventHandlers = {
  'search.start': (session, { id, request }) => session.startSearch(id, request),
  'search.cancel': (session, { id }) => session.cancelSearch(id),
  'analysis.start': (session, { id, analysis }) => session.startAnalysis(id, analysis),
  'analysis.cancel': (session, { id }) => session.cancelSearch(id),
  'tail.start': (session, { id, query }) => session.startTail(id, query),
  'tail.stop': (session, { id }) => session.stopTail(id),
  'agents.watch': (session) => session.watchAgents(),
  'alerts.watch': (session) => session.watchAlerts(),
  'deliveries.watch': (session) => session.watchDeliveries(),
  'ledger.watch': (session, { agent }) => session.watchLedger(agent),
  'ledger.unwatch': (session, { agent }) => session.unwatchLedger(agent),
  'health.watch': (session) => session.watchHealth(),
  'traffic.watch': (session) => session.watchTraffic(),
  'traffic.unwatch': (session) => session.unwatchTraffic(),
  'system.watch': (session) => session.watchSystem(),
};

/** Serves sockets on an HTTP server. */
export class Live {
  readonly #options: LiveOptions;
  readonly #server: Server;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#server = new Server(options.http, {
      serveClient: false,
      maxHttpBufferSize: SOCKET_MESSAGE_BYTES_MAX,
      connectTimeout: HANDSHAKE_MS_MAX,
      perMessageDeflate: false,
      allowRequest: (request, decide) => decide(...this.#mayConnect(request)),
    });
    this.#server.use((socket, next) => {
      this.#identify(socket).then(
        () => next(),
        (error: unknown) => next(refusal(error)),
      );
    });
    this.#server.on('connection', (socket) => this.#connected(socket));
  }

  /** Cuts every socket that would not be let in any more, or with another role or scopes. */
  async recheck(): Promise<void> {
    const { authenticator, log } = this.#options;
    const sockets = [...this.#server.sockets.sockets.values()];
    await Promise.all(
      sockets.map(async (socket) => {
        const now = await authenticator.identify(credentialsOf(socket)).catch((error: unknown) => {
          log.warn({ err: error }, 'socket.recheck-failed');
          return undefined;
        });
        // The handshake put it there.
        const before = socket.data.identity as Identity;
        if (!now || !isSame(now, before)) socket.disconnect(true);
      }),
    );
  }

  /** Disconnects everybody; the HTTP server is closed with it. */
  async stop(): Promise<void> {
    await this.#server.close();
  }

  #mayConnect(request: IncomingMessage): [string | null, boolean] {
    if (this.#server.engine.clientsCount >= SOCKETS_MAX) {
      return ['too many connections; try again later', false];
    }
    try {
      this.#options.sameOrigin.checkHost(request.headers, !('encrypted' in request.socket));
      this.#options.sameOrigin.checkSource(request.headers);
      return [null, true];
    } catch (error) {
      return [toAppError(error).message, false];
    }
  }

  async #identify(socket: Socket): Promise<void> {
    const identity = await this.#options.authenticator.identify(credentialsOf(socket));
    if (!identity) throw new AppError('signed-out', 'Sign in first.');
    socket.data.identity = identity;
  }

  #connected(socket: Socket): void {
    const { parts, log, onCount, audit } = this.#options;
    // The handshake put it there.
    const identity = socket.data.identity as Identity;
    const session = new SocketSession(new SocketWire(socket), identity.actor, parts);
    const cancelExpiry = this.#endAtExpiry(socket, identity);
    onCount(this.#server.sockets.sockets.size);
    this.#limitUnread(socket);
    for (const event of Object.keys(SOCKET_EVENTS)) {
      // The keys of the table are its events.
      const name = event as keyof SocketEvents;
      const { address } = socket.handshake;
      const asked = { session, identity, address, audit, event: name };
      socket.on(name, (...words: unknown[]) => void answer(asked, words));
    }
    socket.once('disconnect', () => {
      cancelExpiry();
      onCount(this.#server.sockets.sockets.size);
      session.close().catch((error: unknown) => log.warn({ err: error }, 'socket.close-failed'));
    });
  }

  /** A socket lives no longer than the session or the token that it came by. */
  #endAtExpiry(socket: Socket, { session, token }: Identity): () => void {
    const expiresMs = session?.expiresMs ?? token?.expiresMs;
    if (expiresMs === undefined) return () => {};
    const { clock } = this.#options.parts;
    const leftMs = expiresMs - clock.now();
    let cancel = () => {};
    const wait = (restMs: number): void => {
      const nextMs = Math.min(restMs, TIMER_MS_MAX);
      cancel = clock.after(nextMs, () =>
        restMs > nextMs ? wait(restMs - nextMs) : socket.disconnect(true),
      );
    };
    wait(leftMs);
    return () => cancel();
  }

  /** Who asks and asks without reading the answers would fill our memory with them. */
  #limitUnread(socket: Socket): void {
    let unread = 0;
    socket.use((_packet, next) => {
      unread = socket.conn.transport.writable ? 0 : unread + 1;
      if (unread > SOCKET_UNREAD_REQUESTS_MAX) socket.disconnect(true);
      else next();
    });
  }
}

interface Asked<E extends keyof SocketEvents> {
  readonly session: SocketSession;
  readonly identity: Identity;
  readonly address: string;
  readonly audit: AuditLog;
  readonly event: E;
}

async function answer<E extends keyof SocketEvents>(
  { session, identity, address, audit, event }: Asked<E>,
  words: readonly unknown[],
): Promise<void> {
  const last = words.at(-1);
  const acknowledge = typeof last === 'function' ? last : () => {};
  try {
    const { access, payload } = SOCKET_EVENTS[event];
    const scope = scopeOfEvent(event, access);
    checkRole(access, identity.actor);
    checkScope(scope, identity);
    const body = payload.safeParse(typeof words[0] === 'function' ? undefined : words[0]);
    if (!body.success) {
      const issue = body.error.issues[0];
      const where = [event, ...(issue?.path ?? [])].join('.');
      throw new AppError('request-invalid', `${where}: ${issue?.message ?? 'invalid'}`);
    }
    // It was parsed by the schema of the same event.
    const data = body.data as Parameters<EventHandlers[E]>[1];
    const act = () => HANDLERS[event](session, data);
    const facts = auditFacts(event, identity, address, data);
    const done = scope.endsWith(':write') ? await audit.change(facts, act) : await act();
    acknowledge({ ok: true, ...done });
  } catch (error) {
    acknowledge({ ok: false, error: socketErrorOf(toAppError(error)) });
  }
}

function credentialsOf(socket: Socket): Credentials {
  const { cookie, authorization } = socket.handshake.headers;
  const token: unknown = socket.handshake.auth.token;
  return { cookie, authorization: typeof token === 'string' ? `Bearer ${token}` : authorization };
}

function isSame(one: Identity, other: Identity): boolean {
  const mark = ({ actor, token }: Identity) =>
    [actor.id, actor.role, token?.scopes.join(' ') ?? ''].join(' ');
  return mark(one) === mark(other);
}

/** What the client's `connect_error` carries: the code in `data`. */
function refusal(thrown: unknown): Error {
  const error = socketErrorOf(toAppError(thrown));
  return Object.assign(new Error(error.message), { data: error });
}
