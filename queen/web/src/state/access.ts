/** People, API tokens, sessions and the audit log, as the settings pages ask for them. */
import { z } from 'zod';
import { callApi } from './http.ts';

const roleSchema = z.enum(['admin', 'editor', 'viewer']);

/** Roles, the mightiest first. */
export const ROLES = roleSchema.options;

/** What a person may do. */
export type Role = z.output<typeof roleSchema>;

const userSchema = z.object({
  name: z.string(),
  role: roleSchema,
  hasPassword: z.boolean(),
  createdMs: z.number(),
  lockedUntilMs: z.number().optional(),
});
const sessionSchema = z.object({
  id: z.string(),
  user: z.string(),
  role: roleSchema,
  via: z.enum(['link', 'password']),
  address: z.string(),
  browser: z.string(),
  createdMs: z.number(),
  seenMs: z.number().optional(),
  isOwn: z.boolean(),
});
const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  user: z.string().optional(),
  role: roleSchema,
  scopes: z.array(z.string()),
  expiresMs: z.number(),
  usedMs: z.number().optional(),
});
const auditSchema = z.object({
  entries: z.array(
    z.object({
      id: z.string(),
      atMs: z.number(),
      who: z.string(),
      via: z.string(),
      address: z.string(),
      action: z.string(),
      details: z.string(),
      result: z.string(),
    }),
  ),
  next: z.string().optional(),
});

/** A person. */
export type User = z.output<typeof userSchema>;
/** A browser that is signed in. */
export type BrowserSession = z.output<typeof sessionSchema>;
/** An API token without its secret. */
export type ApiToken = z.output<typeof tokenSchema>;
/** A change. */
export type AuditEntry = z.output<typeof auditSchema>['entries'][number];

function post<T extends z.ZodType>(path: string, body: unknown, schema: T) {
  return callApi(path, schema, { method: 'POST', body });
}

/** Every call rejects with the AppError that Queen answered. */
export const access = {
  signInMethods: async () => {
    const methods = z.array(z.enum(['link', 'password']));
    return (await callApi('/api/sign-in', z.object({ methods }))).methods;
  },
  users: async () => (await callApi('/api/users', z.object({ users: z.array(userSchema) }))).users,
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
    const shape = z.object({ sessions: z.array(sessionSchema) });
    return (await callApi('/api/sessions', shape)).sessions;
  },
  endSessions: (ids: readonly string[]) => post('/api/sessions/end', { ids }, z.unknown()),
  tokens: () =>
    callApi('/api/tokens', z.object({ tokens: z.array(tokenSchema), scopes: z.array(z.string()) })),
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
