import type { Actor } from '@apiary/common/bus/bus.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { Role } from '@apiary/common/messages/access.ts';
import { allows } from '@apiary/common/messages/actions/action.ts';
import type { ApiToken, ApiTokens } from '../auth/api-tokens.ts';
import type { Identity } from '../auth/authenticate.ts';
import { covers } from '../auth/scopes.ts';
import type { Users } from '../auth/users.ts';
import { allScopes } from '../permissions.ts';
import type { Handlers } from './handler.ts';

const DAY_MS = 24 * 3600_000;

/** What managing tokens needs. */
export interface TokenParts {
  readonly tokens: ApiTokens;
  readonly users: Users;
  readonly now: () => number;
  /** Cuts the sockets of whoever may no longer ask. */
  readonly recheck: () => Promise<void>;
}

/** API tokens. */
export function tokenHandlers(
  parts: TokenParts,
): Handlers<'listTokens' | 'addToken' | 'revokeTokens'> {
  const { tokens, users, recheck } = parts;
  return {
    listTokens: async ({ actor }) => {
      const seen = (await tokens.list()).filter(mayManage(actor));
      return { tokens: seen.map(tokenView), scopes: [...allScopes(), '*:read', '*'].sort() };
    },
    addToken: async ({ body, identity }) => {
      const { name, role, scopes, days } = body;
      checkScopes(scopes, identity);
      const user = await ownerOf(users, body.user, identity);
      if (!allows(role, identity.actor.role)) {
        throw new AppError('forbidden', `You are ${identity.actor.role}: no token can be ${role}.`);
      }
      if (user && !allows(role, user.role)) {
        throw new AppError('request-invalid', `${user.name} is ${user.role}, which is less.`);
      }
      const { token, secret } = await tokens.create({
        ...{ name, role, scopes },
        expiresMs: Math.min(parts.now() + days * DAY_MS, identity.token?.expiresMs ?? Infinity),
        ...(user && { user: user.name }),
      });
      return { token: tokenView(token), secret };
    },
    revokeTokens: async ({ body, actor }) => {
      const may = mayManage(actor);
      const revoked: string[] = [];
      for (const id of body.ids) {
        const token = await tokens.get(id);
        if (token && may(token) && (await tokens.revoke(id))) revoked.push(id);
      }
      await recheck();
      return { revoked };
    },
  };
}

/** A token makes no mightier one. @throws AppError `request-invalid`, `forbidden` */
function checkScopes(scopes: readonly string[], { token }: Identity): void {
  const known = new Set([...allScopes(), '*:read', '*']);
  for (const scope of scopes) {
    if (!known.has(scope)) {
      throw new AppError(
        'request-invalid',
        `There is no scope ${scope}; GET /api/tokens lists them.`,
      );
    }
    if (token && !covers(token.scopes, scope)) {
      throw new AppError('forbidden', `This token is not good for ${scope} itself.`);
    }
  }
}

/** Whose the new token will be; undefined for who has no account: the local owner, or a link's session. */
async function ownerOf(
  users: Users,
  wanted: string | undefined,
  { actor, session, token }: Identity,
): Promise<{ readonly name: string; readonly role: Role } | undefined> {
  const own = session?.via === 'password' ? actor.id : token?.user;
  const name = wanted ?? own;
  if (name === undefined) return undefined;
  if (name !== own && actor.role !== 'admin') {
    throw new AppError('forbidden', 'Only an administrator makes tokens for others.');
  }
  const user = await users.get(name);
  if (!user) throw new AppError('not-found', `There is no user ${name}.`);
  return { name, role: user.role };
}

/** One's own, or for an administrator any. */
function mayManage(actor: Actor): (token: ApiToken) => boolean {
  return ({ user }) => actor.role === 'admin' || user === actor.id;
}

function tokenView({ hash: _hash, ...facts }: ApiToken) {
  return facts;
}
