import type { Actor } from '@apiary/common/bus/bus.ts';
import { allows } from '@apiary/common/messages/actions/action.ts';
import type { ApiToken, ApiTokens } from './api-tokens.ts';
import { LOCAL_ACTOR, type LocalToken } from './local-token.ts';
import { SESSION_COOKIE, type Session, type Sessions } from './sessions.ts';
import type { User, Users } from './users.ts';

/** Who a request or a socket comes from, and by what. */
export interface Identity {
  readonly actor: Actor;
  /** Present for a browser's cookie: its requests need the same origin. */
  readonly session?: Session;
  /** Present for an API token, whose scopes count beside its role. */
  readonly token?: ApiToken;
}

/** The credentials of a request or a handshake. */
export interface Credentials {
  readonly cookie?: string | undefined;
  readonly authorization?: string | undefined;
}

/** What identities are made from. */
export interface AuthenticatorParts {
  readonly sessions: Sessions;
  readonly users: Users;
  readonly tokens: ApiTokens;
  readonly local: LocalToken;
  /** Told when noting a last use failed; who asked is let in all the same. */
  readonly onUseNotNoted: (error: unknown) => void;
}

/**
 * Turns credentials into an identity; undefined where they are missing, wrong or expired. People and
 * tokens are read from the store each time: what was taken away is gone at once.
 */
export class Authenticator {
  readonly #parts: AuthenticatorParts;

  constructor(parts: AuthenticatorParts) {
    this.#parts = parts;
  }

  /** A bearer token counts before a cookie. */
  async identify(credentials: Credentials): Promise<Identity | undefined> {
    if (credentials.authorization !== undefined) {
      const bearer = /^Bearer ([\w.~+/=-]{1,256})$/i.exec(credentials.authorization)?.[1];
      return bearer === undefined ? undefined : await this.#byToken(bearer);
    }
    const cookie = readCookie(credentials.cookie ?? '', SESSION_COOKIE);
    return cookie === undefined ? undefined : await this.#bySession(cookie);
  }

  async #bySession(secret: string): Promise<Identity | undefined> {
    const { sessions, users, onUseNotNoted } = this.#parts;
    const session = await sessions.find(secret);
    if (!session) return undefined;
    if (session.via === 'link') {
      sessions.used(session).catch(onUseNotNoted);
      return { actor: session.actor, session };
    }
    const user = await users.get(session.actor.id);
    // One of the same name who came later has other sessions.
    if (!user || user.createdMs > session.createdMs) return undefined;
    sessions.used(session).catch(onUseNotNoted);
    return { actor: actorOf(user), session };
  }

  async #byToken(bearer: string): Promise<Identity | undefined> {
    const { local, tokens, users, onUseNotNoted } = this.#parts;
    if (local.matches(bearer)) return { actor: LOCAL_ACTOR };
    const token = await tokens.find(bearer);
    if (!token) return undefined;
    const { role } = token;
    if (token.user === undefined) {
      tokens.used(token).catch(onUseNotNoted);
      const id = `token:${token.id}`;
      return { actor: { kind: 'user', id, name: token.name, role }, token };
    }
    const user = await users.get(token.user);
    if (!user || user.createdMs > token.createdMs) return undefined;
    tokens.used(token).catch(onUseNotNoted);
    const least = allows(role, user.role) ? role : user.role;
    return { actor: { ...actorOf(user), role: least }, token };
  }
}

/** A person as an actor. */
export function actorOf({ id, role }: User): Session['actor'] {
  return { kind: 'user', id, name: id, role };
}

/** One cookie's value from a `Cookie` header. */
export function readCookie(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value !== undefined && /^[\w-]{1,128}$/.test(value)) return value;
  }
  return undefined;
}
