import type { Actor } from '@apiary/common/bus/bus.ts';
import { AppError } from '@apiary/common/errors.ts';
import { allows } from '@apiary/common/messages/actions/action.ts';
import type { Request } from 'express';
import type { Route } from '../route.ts';
import { isLoopback } from '../settings.ts';
import type { Authenticator, Identity } from './authenticate.ts';
import type { SameOrigin } from './same-origin.ts';
import { covers, scopeOfRoute } from './scopes.ts';

/** Who asks where nobody is signed in; only public routes see it. */
export const ANONYMOUS = {
  kind: 'user',
  id: 'anonymous',
  name: 'anonymous',
  role: 'viewer',
} as const satisfies Actor;

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Lets a request in or throws. */
export class Guard {
  readonly #authenticator: Authenticator;
  readonly #sameOrigin: SameOrigin;

  constructor(authenticator: Authenticator, sameOrigin: SameOrigin) {
    this.#authenticator = authenticator;
    this.#sameOrigin = sameOrigin;
  }

  /**
   * Tells who asks; undefined for a stranger. An unsafe request must come from our own pages, unless
   * it bears a token, which no foreign page has.
   *
   * @throws AppError `forbidden`
   */
  async identify(request: Request): Promise<Identity | undefined> {
    const { cookie, authorization } = request.headers;
    const identity = await this.#authenticator.identify({ cookie, authorization });
    const byToken = identity !== undefined && identity.session === undefined;
    if (!SAFE_METHODS.has(request.method) && !byToken) {
      this.#sameOrigin.checkSource(request.headers);
    }
    return identity;
  }

  /** Lets who asks use a route. @throws AppError `signed-out` or `forbidden` */
  admit(route: Route, identity: Identity | undefined, request: Request): Identity {
    const { access } = route;
    if (access === 'public') return identity ?? { actor: ANONYMOUS };
    if (access === 'local' && isBeside(request)) return identity ?? { actor: ANONYMOUS };
    if (!identity) throw new AppError('signed-out', 'Sign in first, or give an API token.');
    checkRole(access === 'local' ? 'viewer' : access, identity.actor);
    checkScope(scopeOfRoute(route), identity);
    return identity;
  }
}

/** @throws AppError `forbidden` if the actor's role is less than needed */
export function checkRole(needed: 'viewer' | 'editor' | 'admin', actor: Actor): void {
  if (!allows(needed, actor.role)) {
    throw new AppError('forbidden', `This needs the role ${needed}; you are ${actor.role}.`);
  }
}

/** @throws AppError `forbidden` if who asks comes by a token that is not good for it */
export function checkScope(needed: string, { token }: Identity): void {
  if (token && !covers(token.scopes, needed)) {
    throw new AppError('forbidden', `This needs a token with the scope ${needed}.`);
  }
}

/** True for a request straight from this machine, not through a proxy on it. */
function isBeside(request: Request): boolean {
  const { 'x-forwarded-for': forwardedFor, forwarded } = request.headers;
  const address = request.socket.remoteAddress;
  return (
    forwardedFor === undefined &&
    forwarded === undefined &&
    address !== undefined &&
    isLoopback(address)
  );
}
