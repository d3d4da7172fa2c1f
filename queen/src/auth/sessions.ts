/** Browser sessions: documents on the server, of which the browser holds a secret in a cookie. */
import type { Actor } from '@apiary/common/bus/bus.ts';
import type { Clock } from '@apiary/common/clock.ts';
import type {
  Collection,
  CollectionDefinition,
  Documents,
} from '@apiary/common/documents/documents.ts';
import { LAST_USE_INTERVAL_MS, USER_AGENT_CHARS_MAX } from '@apiary/common/limits/access.ts';
import { SESSION_MS, SESSIONS_MAX } from '@apiary/common/limits.ts';
import { z } from 'zod';
import { hashToken, newSecretToken } from './secret-token.ts';

/** The cookie's name. */
export const SESSION_COOKIE = 'apiary_session';

const sessionSchema = z.object({
  /** The hash of the cookie's secret. */
  id: z.string(),
  actor: z.object({
    kind: z.enum(['user', 'component', 'local']),
    id: z.string(),
    name: z.string(),
    role: z.enum(['admin', 'editor', 'viewer']),
  }),
  /** How it began: by a one-time link, without an account, or by a user's password. */
  via: z.enum(['link', 'password']).default('link'),
  /** Where it began, and what the browser called itself; for its owner to recognise. */
  address: z.string().default(''),
  browser: z.string().default(''),
  createdMs: z.number(),
  seenMs: z.number().optional(),
  expiresMs: z.number(),
});

/** A session as stored. */
export type Session = z.output<typeof sessionSchema>;

/** The collection of sessions, also the name in `document.changed.sessions`. */
export const SESSIONS: CollectionDefinition<Session> = {
  name: 'sessions',
  schema: sessionSchema,
  indexes: [],
};

/** Who signs in by a one-time link, as long as there are no accounts. */
export const LINK_ACTOR = {
  kind: 'user',
  id: 'admin',
  name: 'admin',
  role: 'admin',
} as const satisfies Actor;

/** Starts, finds and ends sessions. */
export class Sessions {
  readonly #sessions: Collection<Session>;
  readonly #clock: Clock;

  private constructor(sessions: Collection<Session>, clock: Clock) {
    this.#sessions = sessions;
    this.#clock = clock;
  }

  /** Opens the collection. */
  static async open(documents: Documents, clock: Clock): Promise<Sessions> {
    return new Sessions(await documents.collection(SESSIONS), clock);
  }

  /** A new session and the secret for its cookie. */
  async create(
    begun: Pick<Session, 'actor' | 'via' | 'address' | 'browser'>,
  ): Promise<{ token: string; session: Session }> {
    await this.#sweep();
    const token = newSecretToken();
    const createdMs = this.#clock.now();
    const session: Session = {
      ...begun,
      browser: begun.browser.slice(0, USER_AGENT_CHARS_MAX),
      id: hashToken(token),
      createdMs,
      seenMs: createdMs,
      expiresMs: createdMs + SESSION_MS,
    };
    await this.#sessions.insert(session);
    return { token, session };
  }

  /** All that live, the newest first. */
  async list(): Promise<Session[]> {
    const now = this.#clock.now();
    const all = (await this.#sessions.find()).map(({ document }) => document);
    return all.filter(({ expiresMs }) => expiresMs > now).sort((a, b) => b.createdMs - a.createdMs);
  }

  /** Notes that it was used, now and then. */
  async used({ id, seenMs = 0 }: Session): Promise<void> {
    const now = this.#clock.now();
    if (now - seenMs < LAST_USE_INTERVAL_MS) return;
    await this.#sessions.update(id, (session) => session && { ...session, seenMs: now });
  }

  /** Ends those that match, and tells which. */
  async endWhere(matches: (session: Session) => boolean): Promise<Session[]> {
    const ended = (await this.list()).filter(matches);
    for (const { id } of ended) await this.#sessions.delete(id);
    return ended;
  }

  /** The living session of a cookie's secret. */
  async find(token: string): Promise<Session | undefined> {
    const found = await this.#sessions.get(hashToken(token));
    return found && found.document.expiresMs > this.#clock.now() ? found.document : undefined;
  }

  /** Ends a session; true if it was there. */
  async end(id: string): Promise<boolean> {
    return await this.#sessions.delete(id);
  }

  async #sweep(): Promise<void> {
    const now = this.#clock.now();
    const all = (await this.#sessions.find()).map(({ document }) => document);
    const kept = new Set(
      all
        .filter((session) => session.expiresMs > now)
        .sort((a, b) => b.createdMs - a.createdMs)
        .slice(0, SESSIONS_MAX - 1)
        .map((session) => session.id),
    );
    for (const session of all) if (!kept.has(session.id)) await this.#sessions.delete(session.id);
  }
}
