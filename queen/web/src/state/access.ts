/** People, API tokens, sessions and the audit log, as the settings pages ask for them. */
import {
  auditEntrySchema,
  type Role,
  roleSchema,
  sessionViewSchema,
  tokenViewSchema,
  userViewSchema,
} from '@apiary/common/messages/access.ts';
import { z } from 'zod';
import { callApi } from './http.ts';

/** Roles, the mightiest first. */
export const ROLES = roleSchema.options;

const auditSchema = z.object({ entries: z.array(auditEntrySchema), next: z.string().optional() });

function post<T extends z.ZodType>(path: string, body: unknown, schema: T) {
  return callApi(path, schema, { method: 'POST', body });
}

/** Every call rejects with the AppError that Queen answered. */
export const access = {
  signInMethods: async () => {
    const methods = z.array(z.enum(['link', 'password']));
    return (await callApi('/api/sign-in', z.object({ methods }))).methods;
  },
  users: async () =>
    (await callApi('/api/users', z.object({ users: z.array(userViewSchema) }))).users,
  addUser: (user: { readonly name: string; readonly role: Role; readonly password?: string }) =>
    post('/api/users', user, z.unknown()),
  setRole: (name: string, role: Role) => post('/api/users/role', { name, role }, z.unknown()),
  setPassword: (change: {
    readonly name: string;
    readonly password: string;
    readonly current?: string;
  }) => post('/api/users/password', change, z.unknown()),
  removeUser: (name: string) => post('/api/users/remove', { name }, z.unknown()),
  sessions: async () => {
    const shape = z.object({ sessions: z.array(sessionViewSchema) });
    return (await callApi('/api/sessions', shape)).sessions;
  },
  endSessions: (ids: readonly string[]) => post('/api/sessions/end', { ids }, z.unknown()),
  tokens: () =>
    callApi(
      '/api/tokens',
      z.object({ tokens: z.array(tokenViewSchema), scopes: z.array(z.string()) }),
    ),
  addToken: (token: {
    readonly name: string;
    readonly role: Role;
    readonly scopes: readonly string[];
    readonly days: number;
  }) => post('/api/tokens', token, z.object({ secret: z.string() })),
  revokeToken: (id: string) => post('/api/tokens/revoke', { ids: [id] }, z.unknown()),
  audit: (after: string | undefined) =>
    callApi(
      `/api/audit?limit=100${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`,
      auditSchema,
    ),
} as const;
