/** Routes of sign-in, people, sessions, API tokens and the audit log: a part of Queen's table. */
import {
  API_TOKEN_DAYS,
  API_TOKEN_DAYS_MAX,
  API_TOKEN_SCOPES_MAX,
  AUDIT_PAGE_MAX,
  PASSWORD_CHARS_MAX,
} from '@apiary/common/limits/access.ts';
import {
  actorViewSchema,
  auditEntrySchema,
  roleSchema,
  sessionViewSchema,
  tokenViewSchema,
  userViewSchema,
} from '@apiary/common/messages/access.ts';
import { z } from 'zod';
import { userNameSchema } from './auth/users.ts';
import { bare, route } from './route.ts';

const actorAnswer = z.object({ actor: actorViewSchema });
const userAnswer = z.object({ user: userViewSchema });
const password = z
  .string()
  .min(1)
  .max(PASSWORD_CHARS_MAX * 4);
const ids = z.object({ ids: z.array(z.string().min(1).max(64)).min(1).max(1_000) });

/** Routes by name. */
export const ACCESS_ROUTES = {
  readSignIn: route('get', '/api/sign-in', {
    ...bare,
    access: 'public',
    summary: 'Tells how one signs in here: by a one-time link until the first password is set',
    response: z.object({ methods: z.array(z.enum(['link', 'password'])) }),
  }),
  useLink: route('post', '/api/session/link', {
    ...bare,
    access: 'public',
    summary: 'Uses a one-time link up and signs in',
    body: z.object({ token: z.string().min(1).max(128) }),
    response: actorAnswer,
  }),
  usePassword: route('post', '/api/session/password', {
    ...bare,
    access: 'public',
    summary: 'Signs in by name and password; too many failures lock the account and the address',
    body: z.object({ user: userNameSchema, password }),
    response: actorAnswer,
  }),
  readSession: route('get', '/api/session', {
    ...bare,
    access: 'viewer',
    summary: 'Tells who is signed in',
    response: actorAnswer,
  }),
  endSession: route('delete', '/api/session', { ...bare, access: 'viewer', summary: 'Signs out' }),
  createLink: route('post', '/api/links', {
    ...bare,
    access: 'admin',
    summary: 'Makes a one-time sign-in link that lives 15 minutes, while no password exists',
    response: z.object({ url: z.string(), expiresMs: z.number() }),
  }),
  listSessions: route('get', '/api/sessions', {
    ...bare,
    access: 'viewer',
    summary: 'Lists one’s own sessions; an administrator sees everybody’s',
    response: z.object({ sessions: z.array(sessionViewSchema) }),
  }),
  endSessions: route('post', '/api/sessions/end', {
    ...bare,
    access: 'viewer',
    summary: 'Ends one’s own sessions, an administrator anybody’s; their sockets are cut at once',
    body: ids,
    response: z.object({ ended: z.array(z.string()) }),
  }),
  listUsers: route('get', '/api/users', {
    ...bare,
    access: 'admin',
    summary: 'Lists people',
    response: z.object({ users: z.array(userViewSchema) }),
  }),
  addUser: route('post', '/api/users', {
    ...bare,
    access: 'admin',
    summary: 'Adds a person; without a password they can only have API tokens',
    body: z.object({
      name: userNameSchema,
      role: roleSchema.default('viewer'),
      password: password.optional(),
    }),
    response: userAnswer,
  }),
  setRole: route('post', '/api/users/role', {
    ...bare,
    access: 'admin',
    summary: 'Gives a person another role, at once also on their open pages',
    body: z.object({ name: userNameSchema, role: roleSchema }),
    response: userAnswer,
  }),
  setPassword: route('post', '/api/users/password', {
    ...bare,
    access: 'viewer',
    summary:
      'Sets a password and ends the person’s other sessions; one’s own needs the current one, others’ an administrator',
    body: z.object({ name: userNameSchema, password, current: password.optional() }),
    response: userAnswer,
  }),
  removeUser: route('post', '/api/users/remove', {
    ...bare,
    access: 'admin',
    summary: 'Removes a person with their sessions and tokens',
    body: z.object({ name: userNameSchema }),
  }),
  listTokens: route('get', '/api/tokens', {
    ...bare,
    access: 'viewer',
    summary: 'Lists one’s own API tokens, an administrator everybody’s, and the scopes there are',
    response: z.object({ tokens: z.array(tokenViewSchema), scopes: z.array(z.string()) }),
  }),
  addToken: route('post', '/api/tokens', {
    ...bare,
    access: 'viewer',
    summary: 'Makes an API token, at most as mighty as its maker; the secret is shown this once',
    body: z.object({
      name: z.string().trim().min(1).max(64),
      /** For somebody else: administrators only. */
      user: userNameSchema.optional(),
      role: roleSchema.default('viewer'),
      scopes: z.array(z.string().min(1).max(64)).min(1).max(API_TOKEN_SCOPES_MAX).default(['*']),
      days: z.number().int().min(1).max(API_TOKEN_DAYS_MAX).default(API_TOKEN_DAYS),
    }),
    response: z.object({ token: tokenViewSchema, secret: z.string() }),
  }),
  revokeTokens: route('post', '/api/tokens/revoke', {
    ...bare,
    access: 'viewer',
    summary: 'Revokes one’s own API tokens, an administrator anybody’s; they end at once',
    body: ids,
    response: z.object({ revoked: z.array(z.string()) }),
  }),
  listAudit: route('get', '/api/audit', {
    ...bare,
    access: 'admin',
    summary: 'Lists changes, the newest first: who, what, when, and what came of it',
    query: z.object({
      limit: z.coerce.number().int().min(1).max(AUDIT_PAGE_MAX).default(100),
      /** The id of the last entry of the page before. */
      after: z.string().max(64).optional(),
      who: z.string().max(128).optional(),
      action: z.string().max(64).optional(),
    }),
    response: z.object({ entries: z.array(auditEntrySchema), next: z.string().optional() }),
  }),
} as const;
