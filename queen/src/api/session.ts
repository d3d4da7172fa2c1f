import type { Actor } from '@apiary/common/bus/bus.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { CookieOptions } from 'express';
import type { OneTimeLinks } from '../auth/one-time-link.ts';
import { LINK_ACTOR, SESSION_COOKIE, type Sessions } from '../auth/sessions.ts';
import type { Handlers } from './handler.ts';

/** What signing in and out needs. */
export interface SessionParts {
  readonly links: OneTimeLinks;
  readonly sessions: Sessions;
  /** True where browsers come by https. */
  readonly secure: boolean;
  /** The origin for links. */
  readonly origin: () => string;
  /** Told when a session ends, so that its sockets end too. */
  readonly onEnd: (session: string) => void;
}

/** Signing in and out. */
export function sessionHandlers(
  parts: SessionParts,
): Handlers<'useLink' | 'readSession' | 'endSession' | 'createLink'> {
  const cookie: CookieOptions = {
    httpOnly: true,
    sameSite: 'strict',
    secure: parts.secure,
    path: '/',
  };
  return {
    useLink: async ({ body, response }) => {
      await parts.links.consume(body.token);
      const { token, session } = await parts.sessions.create(LINK_ACTOR);
      response.cookie(SESSION_COOKIE, token, { ...cookie, expires: new Date(session.expiresMs) });
      return { actor: viewOf(session.actor) };
    },
    readSession: async ({ actor }) => ({ actor: viewOf(actor) }),
    endSession: async ({ session, response }) => {
      if (!session) throw new AppError('request-invalid', 'A token has no session to end.');
      await parts.sessions.end(session.id);
      parts.onEnd(session.id);
      response.clearCookie(SESSION_COOKIE, cookie);
      return undefined;
    },
    createLink: async () => {
      const { token, expiresMs } = await parts.links.create();
      return { url: linkUrl(parts.origin(), token), expiresMs };
    },
  };
}

/**
 * The address of a one-time link; the secret stands in the fragment, which is never sent or
 * logged.
 */
export function linkUrl(origin: string, token: string): string {
  return `${origin}/welcome#${token}`;
}

function viewOf(actor: Actor): { id: string; name: string; role: Actor['role'] } {
  return { id: actor.id, name: actor.name, role: actor.role };
}
