/** People, sessions, API tokens and the audit log, as Queen answers for them. */
import { z } from 'zod';

/** What a person may do: read, change, administer. */
export const roleSchema = z.enum(['admin', 'editor', 'viewer']);

/** See {@link roleSchema}. */
export type Role = z.output<typeof roleSchema>;

/** Who is signed in, as the browser sees it. */
export const actorViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum([...roleSchema.options, 'system']),
});

/** See {@link actorViewSchema}. */
export type ActorView = z.output<typeof actorViewSchema>;

/** A person as others see them. */
export const userViewSchema = z.object({
  name: z.string(),
  role: roleSchema,
  hasPassword: z.boolean(),
  passwordMs: z.number().optional(),
  createdMs: z.number(),
  createdBy: z.string(),
  /** Too many failed sign-ins: none is taken until then. */
  lockedUntilMs: z.number().optional(),
});

/** See {@link userViewSchema}. */
export type UserView = z.output<typeof userViewSchema>;

/** A session as its owner and administrators see it; its id is no secret. */
export const sessionViewSchema = z.object({
  id: z.string(),
  user: z.string(),
  role: roleSchema,
  via: z.enum(['link', 'password']),
  address: z.string(),
  browser: z.string(),
  createdMs: z.number(),
  seenMs: z.number().optional(),
  expiresMs: z.number(),
  /** It is the one that asks. */
  isOwn: z.boolean(),
});

/** See {@link sessionViewSchema}. */
export type SessionView = z.output<typeof sessionViewSchema>;

/** An API token without its secret. */
export const tokenViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Whose it is; its role is never more than theirs. Absent: the owner's of the installation. */
  user: z.string().optional(),
  role: roleSchema,
  scopes: z.array(z.string()),
  createdMs: z.number(),
  expiresMs: z.number(),
  usedMs: z.number().optional(),
});

/** See {@link tokenViewSchema}. */
export type TokenView = z.output<typeof tokenViewSchema>;

/** One entry. */
export const auditEntrySchema = z.object({
  id: z.string(),
  atMs: z.number(),
  /** The person's, token's or component's id. */
  who: z.string(),
  role: z.string(),
  /** By what they came: `password`, `link`, `token NAME`, `local`, `none`. */
  via: z.string(),
  address: z.string(),
  /** The name of the route or socket event, such as `approveAgents`. */
  action: z.string(),
  /** What was asked for, without secrets. */
  details: z.string(),
  /** `begun` until the outcome is known, `ok`, or an error's code. */
  result: z.string(),
});

/** See {@link auditEntrySchema}. */
export type AuditEntry = z.output<typeof auditEntrySchema>;
