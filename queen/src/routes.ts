/**
 * The one table of what Queen answers: routes with the least role that may ask, the shapes of
 * what goes in and out, and the same for socket events. Routing, authorisation, validation and
 * the OpenAPI document all read it, so nothing is reachable without an entry.
 */
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import {
  histogramSchema,
  honeycombActions,
  searchPartSchema,
  searchRequestSchema,
} from '@apiary/common/messages/actions/honeycomb.ts';
import { recordSchema } from '@apiary/common/record.ts';
import { z } from 'zod';

/**
 * Who may ask: anybody; this machine (or a viewer); or an account of at least that role. `local` is
 * for what a scraper beside the process reads.
 */
export type Access = 'public' | 'local' | 'viewer' | 'editor' | 'admin';

/** One route. */
export interface Route<
  B extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  /** Shape of the JSON body; `undefined` is taken where a route has none. */
  readonly body: B;
  readonly query: Q;
  readonly response: R;
  /** What it answers with, where that is not JSON. */
  readonly contentType?: string;
  /** Each line of the answer when `Accept: application/x-ndjson` was sent. */
  readonly line?: z.ZodType;
}

/** What most routes lack: a body, a query, an answer. */
const bare = { body: z.undefined(), query: z.object({}), response: z.undefined() } as const;

function route<B extends z.ZodType, Q extends z.ZodType, R extends z.ZodType>(
  method: Route['method'],
  path: string,
  rest: Omit<Route<B, Q, R>, 'method' | 'path'>,
): Route<B, Q, R> {
  return { ...rest, method, path };
}

/** Who is signed in, as the browser sees it. */
export const actorViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(['admin', 'editor', 'viewer', 'system']),
});

/** A search answered as one document. */
export const searchAnswerSchema = z.object({
  total: z.number().int(),
  hosts: z.number().int(),
  records: z.array(recordSchema),
  histogram: histogramSchema.optional(),
  next: z.string().optional(),
  elapsedMs: z.number(),
  missing: z.array(z.string()),
});

/** See {@link searchAnswerSchema}. */
export type SearchAnswer = z.output<typeof searchAnswerSchema>;

/** What runs where. */
export const systemSchema = z.object({
  version: z.string(),
  components: z.array(
    z.object({ name: z.string(), state: z.enum(['running', 'silent', 'missing']) }),
  ),
  /** Absent while no honeycomb answers. */
  store: honeycombActions.stats.response.optional(),
});

const { listAgents, approve, revoke, listTargets, addTargets, removeTargets } = agentManagerActions;
const actorAnswer = z.object({ actor: actorViewSchema });

/** All routes by name. */
export const ROUTES = {
  useLink: route('post', '/api/session/link', {
    ...bare,
    access: 'public',
    summary: 'Uses a one-time link up and signs in',
    body: z.object({ token: z.string().min(1).max(128) }),
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
    summary: 'Makes a one-time sign-in link that lives 15 minutes',
    response: z.object({ url: z.string(), expiresMs: z.number() }),
  }),
  search: route('post', '/api/search', {
    ...bare,
    access: honeycombActions.search.role,
    summary: 'Searches; streams parts as NDJSON when that is accepted',
    body: searchRequestSchema,
    response: searchAnswerSchema,
    line: searchPartSchema,
  }),
  listAgents: route('get', '/api/agents', {
    ...bare,
    access: listAgents.role,
    summary: 'Lists all agents',
    response: listAgents.response,
  }),
  approveAgents: route('post', '/api/agents/approve', {
    ...bare,
    access: approve.role,
    summary: 'Approves agents',
    body: approve.request,
    response: approve.response,
  }),
  revokeAgents: route('post', '/api/agents/revoke', {
    ...bare,
    access: revoke.role,
    summary: 'Revokes agents; their data is refused from then on',
    body: revoke.request,
    response: revoke.response,
  }),
  listTargets: route('get', '/api/targets', {
    ...bare,
    access: listTargets.role,
    summary: 'Lists targets of all agents, or of those named (`agents=a,b`)',
    query: z.object({ agents: z.string().max(65_536).optional() }),
    response: listTargets.response,
  }),
  addTargets: route('post', '/api/targets', {
    ...bare,
    access: addTargets.role,
    summary: 'Adds targets to agents; tells the outcome for each agent and URL',
    body: addTargets.request,
    response: addTargets.response,
  }),
  removeTargets: route('post', '/api/targets/remove', {
    ...bare,
    access: removeTargets.role,
    summary: 'Removes targets',
    body: removeTargets.request,
    response: removeTargets.response,
  }),
  system: route('get', '/api/system', {
    ...bare,
    access: 'viewer',
    summary: 'Tells the version, the state of the components, and figures of the store',
    response: systemSchema,
  }),
  openapi: route('get', '/api/openapi.json', {
    ...bare,
    access: 'public',
    summary: 'This description',
    response: z.record(z.string(), z.unknown()),
  }),
  healthz: route('get', '/healthz', {
    ...bare,
    access: 'public',
    summary: 'Answers while the process lives',
    response: z.string(),
    contentType: 'text/plain',
  }),
  readyz: route('get', '/readyz', {
    ...bare,
    access: 'public',
    summary: 'Answers 200 when the bus and the store can be reached, else 503',
    response: z.string(),
    contentType: 'text/plain',
  }),
  metrics: route('get', '/metrics', {
    ...bare,
    access: 'local',
    summary: 'Prometheus metrics of this process',
    response: z.string(),
    contentType: 'text/plain',
  }),
} as const;

/** The table's type. */
export type Routes = typeof ROUTES;

const streamId = z.string().min(1).max(64);

/** Events that a browser may send, with the least role and the payload's shape. */
export const SOCKET_EVENTS = {
  'search.start': {
    access: honeycombActions.search.role,
    payload: z.object({ id: streamId, request: searchRequestSchema }),
  },
  'search.cancel': {
    access: honeycombActions.search.role,
    payload: z.object({ id: streamId }),
  },
  'tail.start': {
    access: honeycombActions.stand.role,
    payload: z.object({ id: streamId, query: z.string().max(16_384) }),
  },
  'tail.stop': { access: honeycombActions.stand.role, payload: z.object({ id: streamId }) },
  'agents.watch': { access: listAgents.role, payload: z.unknown() },
  'system.watch': { access: 'viewer', payload: z.unknown() },
} as const satisfies Record<
  string,
  { readonly access: Exclude<Access, 'public' | 'local'>; readonly payload: z.ZodType }
>;

/** The table's type. */
export type SocketEvents = typeof SOCKET_EVENTS;
