import type { Actor } from '@apiary/common/bus/bus.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import type { CookieOptions, Response } from 'express';
import { auditFacts } from '../auth/audit-facts.ts';
import type { AuditLog } from '../auth/audit-log.ts';
import { actorOf } from '../auth/authenticate.ts';
import type { OneTimeLinks } from '../auth/one-time-link.ts';
import { LINK_ACTOR, SESSION_COOKIE, type Session, type Sessions } from '../auth/sessions.ts';
import type { SignInLimiter } from '../auth/sign-in-limiter.ts';
import type { Users } from '../auth/users.ts';
import type { ApiCall, Handlers } from './handler.ts';

/** What signing in and out needs. */
export interface SessionParts {
  readonly links: OneTimeLinks;
  readonly sessions: Sessions;
  readonly users: Users;
  readonly limiter: SignInLimiter;
  readonly audit: AuditLog;
  /** True where browsers come by https. */
  readonly secure: boolean;
  /** The origin for links. */
  readonly origin: () => string;
  /** Cuts the sockets of whoever may no longer ask. */
  readonly recheck: () => Promise<void>;
}

type SessionRoutes =
  | 'readSignIn'
  | 'useLink'
  | 'usePassword'
  | 'readSession'
  | 'endSession'
  | 'createLink'
  | 'listSessions'
  | 'endSessions';

/** Signing in and out. */
export function sessionHandlers(parts: SessionParts): Handlers<SessionRoutes> {
  const { links, sessions, users, recheck } = parts;
  return {
    readSignIn: async () => ({ methods: [(await users.hasPassword()) ? 'password' : 'link'] }),
    useLink: async (call) => {
      const consume = async () => {
        await links.consume(call.body.token);
        return LINK_ACTOR;
      };
      return await signIn(parts, call, { action: 'useLink', via: 'link', identify: consume });
    },
    usePassword: async (call) => {
      const { user, password } = call.body;
      const identify = () => recognise(parts, user, password, call.address);
      return await signIn(parts, call, { action: 'usePassword', via: 'password', identify });
    },
    readSession: async ({ actor }) => ({ actor: viewOf(actor) }),
    endSession: async ({ identity: { session }, response }) => {
      if (!session) throw new AppError('request-invalid', 'A token has no session to end.');
      await sessions.end(session.id);
      await recheck();
      response.clearCookie(SESSION_COOKIE, cookieOptions(parts));
      return undefined;
    },
    createLink: async () => {
      const { token, expiresMs } = await links.create();
      return { url: linkUrl(parts.origin(), token), expiresMs };
    },
    listSessions: async ({ actor, identity }) => {
      const seen = (await sessions.list()).filter(mayManage(actor));
      return { sessions: seen.map((session) => sessionView(session, identity.session?.id)) };
    },
    endSessions: async ({ actor, body }) => {
      const wanted = new Set(body.ids);
      const may = mayManage(actor);
      const ended = await sessions.endWhere(
        (session) => wanted.has(publicId(session)) && may(session),
      );
      await recheck();
      return { ended: ended.map(publicId) };
    },
  };
}

/** @throws AppError `sign-in-refused`, or `too-many` while the account or the address is locked */
async function recognise(
  { users, limiter }: SessionParts,
  name: string,
  password: string,
  address: string,
): Promise<Session['actor']> {
  limiter.begin(name, address);
  const user = await users.recognise(name, password);
  if (!user) throw new AppError('sign-in-refused', 'The name or the password is wrong.');
  limiter.succeeded(name, address);
  return actorOf(user);
}

interface SignIn {
  readonly action: string;
  readonly via: Session['via'];
  readonly identify: () => Promise<Session['actor']>;
}

/** Begins a session, and notes the attempt: for a wrong name not even the name, it may be a password. */
async function signIn(
  parts: SessionParts,
  { address, request, response }: Pick<ApiCall, 'address' | 'request' | 'response'>,
  { action, via, identify }: SignIn,
) {
  try {
    const actor = await identify();
    const browser = request.headers['user-agent'] ?? '';
    const { token, session } = await parts.sessions.create({ actor, via, address, browser });
    await parts.audit.record(auditFacts(action, { actor, session }, address, undefined), 'ok');
    setCookie(response, parts, token, session);
    return { actor: viewOf(actor) };
  } catch (thrown) {
    const { code } = toAppError(thrown);
    const nobody = { actor: { kind: 'user', id: 'anonymous', name: '', role: 'viewer' } } as const;
    await parts.audit.refused(auditFacts(action, nobody, address, undefined), code);
    throw thrown;
  }
}

function setCookie(
  response: Response,
  parts: SessionParts,
  token: string,
  { expiresMs }: Session,
): void {
  const expires = new Date(expiresMs);
  response.cookie(SESSION_COOKIE, token, { ...cookieOptions(parts), expires });
}

function cookieOptions({ secure }: SessionParts): CookieOptions {
  return { httpOnly: true, sameSite: 'strict', secure, path: '/' };
}

/** One's own, or for an administrator any. */
function mayManage(actor: Actor): (session: Session) => boolean {
  return (session) => actor.role === 'admin' || session.actor.id === actor.id;
}

function sessionView(session: Session, own: string | undefined) {
  const { actor, ...facts } = session;
  const id = publicId(session);
  return { ...facts, id, user: actor.name, role: actor.role, isOwn: session.id === own };
}

/** What others may see of the secret's hash: enough to tell sessions apart. */
function publicId({ id }: Session): string {
  return Buffer.from(id, 'base64url').toString('hex').slice(0, 16);
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
