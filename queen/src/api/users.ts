import { AppError } from '@apiary/common/errors.ts';
import type { ApiTokens } from '../auth/api-tokens.ts';
import type { Identity } from '../auth/authenticate.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { SignInLimiter } from '../auth/sign-in-limiter.ts';
import type { User, Users } from '../auth/users.ts';
import type { Handlers } from './handler.ts';

/** What managing people needs. */
export interface UserParts {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly tokens: ApiTokens;
  readonly limiter: SignInLimiter;
  /** Cuts the sockets of whoever may no longer ask. */
  readonly recheck: () => Promise<void>;
}

type UserRoutes = 'listUsers' | 'addUser' | 'setRole' | 'setPassword' | 'removeUser';

/** People. What is taken away is gone before the answer comes. */
export function userHandlers(parts: UserParts): Handlers<UserRoutes> {
  const { users, sessions, tokens, limiter, recheck } = parts;
  const view = (user: User) => userView(user, limiter.lockedUntilMs(user.id));
  return {
    listUsers: async () => ({ users: (await users.list()).map(view) }),
    addUser: async ({ body, actor, identity }) => {
      const hadPassword = await users.hasPassword();
      const user = await users.add({ ...body, by: actor.name });
      if (!hadPassword) await endLinkSessions(parts, identity);
      return { user: view(user) };
    },
    setRole: async ({ body }) => {
      const user = await users.setRole(body.name, body.role);
      await recheck();
      return { user: view(user) };
    },
    setPassword: async ({ body, identity, address }) => {
      const { name, password, current } = body;
      await mustBeAllowed(parts, identity, { name, current, address });
      const hadPassword = await users.hasPassword();
      const user = await users.setPassword(name, password);
      limiter.unlock(name);
      const own = identity.session?.id;
      await sessions.endWhere(
        ({ id, actor, via }) => via === 'password' && actor.id === name && id !== own,
      );
      if (!hadPassword) await endLinkSessions(parts, identity);
      await recheck();
      return { user: view(user) };
    },
    removeUser: async ({ body: { name } }) => {
      await users.remove(name);
      await sessions.endWhere(({ actor, via }) => via === 'password' && actor.id === name);
      for (const { id } of await tokens.list(name)) await tokens.revoke(id);
      await recheck();
      return undefined;
    },
  };
}

/**
 * One's own password needs the current one, so that a browser left open is not enough to take an
 * account over. Whoever is at the machine itself needs none.
 *
 * @throws AppError `forbidden`, `sign-in-refused`, `too-many`
 */
async function mustBeAllowed(
  { users, limiter }: UserParts,
  { actor, session, token }: Identity,
  wanted: { readonly name: string; readonly current: string | undefined; readonly address: string },
): Promise<void> {
  const { name, current, address } = wanted;
  const isOwn = (session?.via === 'password' || token?.user !== undefined) && actor.id === name;
  if (!isOwn) {
    if (actor.role === 'admin') return;
    throw new AppError('forbidden', 'Only an administrator sets the passwords of others.');
  }
  if (!(await users.get(name))?.password && actor.role === 'admin') return;
  if (current === undefined) {
    throw new AppError('sign-in-refused', 'Your own password needs the current one.');
  }
  limiter.begin(name, address);
  if (!(await users.recognise(name, current))) {
    throw new AppError('sign-in-refused', 'The current password is wrong.');
  }
  limiter.succeeded(name, address);
}

/** Whoever came by a link has no account: once there are passwords only the one who set them stays. */
async function endLinkSessions(parts: UserParts, { session }: Identity): Promise<void> {
  if (!(await parts.users.hasPassword())) return;
  await parts.sessions.endWhere(({ id, via }) => via === 'link' && id !== session?.id);
  await parts.recheck();
}

function userView({ id, password, ...facts }: User, lockedUntilMs: number | undefined) {
  return {
    ...facts,
    name: id,
    hasPassword: password !== undefined,
    ...(lockedUntilMs !== undefined && { lockedUntilMs }),
  };
}
