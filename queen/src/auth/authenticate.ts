import type { Actor } from '@apiary/common/bus/bus.ts';
import { LOCAL_ACTOR, type LocalToken } from './local-token.ts';
import { SESSION_COOKIE, type Session, type Sessions } from './sessions.ts';

/** Who a request or a socket comes from, and by what. */
export interface Identity {
  readonly actor: Actor;
  /** Present for a browser's cookie: its requests need the same origin. */
  readonly session?: Session;
}

/** The credentials of a request or a handshake. */
export interface Credentials {
  readonly cookie?: string | undefined;
  readonly authorization?: string | undefined;
}

/** Turns credentials into an identity; undefined where they are missing, wrong or expired. */
export class Authenticator {
  readonly #sessions: Sessions;
  readonly #local: LocalToken;

  constructor(sessions: Sessions, local: LocalToken) {
    this.#sessions = sessions;
    this.#local = local;
  }

  /** A bearer token counts before a cookie. */
  async identify(credentials: Credentials): Promise<Identity | undefined> {
    const bearer = /^Bearer ([\w.~+/=-]{1,256})$/i.exec(credentials.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      return this.#local.matches(bearer) ? { actor: LOCAL_ACTOR } : undefined;
    }
    const token = readCookie(credentials.cookie ?? '', SESSION_COOKIE);
    const session = token === undefined ? undefined : await this.#sessions.find(token);
    return session && { actor: session.actor, session };
  }
}

/** One cookie's value from a `Cookie` header. */
export function readCookie(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value !== undefined && /^[\w-]{1,128}$/.test(value)) return value;
  }
  return undefined;
}
