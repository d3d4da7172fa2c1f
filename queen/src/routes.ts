/**
 * The one table of what Queen answers: routes with the least role that may ask, the shapes of
 * what goes in and out, and the same for socket events. Routing, authorisation, validation and
 * the OpenAPI document all read it, so nothing is reachable without an entry.
 */
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import { agentMonitorActions } from '@apiary/common/messages/actions/agentmonitor.ts';
import {
  histogramSchema,
  honeycombActions,
  searchPartSchema,
  searchRequestSchema,
} from '@apiary/common/messages/actions/honeycomb.ts';
import { pheromoneActions } from '@apiary/common/messages/actions/pheromone.ts';
import { stingActions } from '@apiary/common/messages/actions/sting.ts';
import { healthSchema } from '@apiary/common/messages/vitals.ts';
import { recordSchema } from '@apiary/common/record.ts';
import { z } from 'zod';
import { ACCESS_ROUTES } from './access-routes.ts';
import { ALERT_ROUTES } from './alert-routes.ts';
import { ANALYSIS_ROUTES, analysisSchema } from './analysis-routes.ts';
import { DASHBOARD_ROUTES } from './dashboard-routes.ts';
import { INSTALL_ROUTES } from './install-routes.ts';
import { NOTIFICATION_ROUTES } from './notification-routes.ts';
import { QUERY_ROUTES } from './query-routes.ts';
import { type Access, bare, route } from './route.ts';
import { STORE_ROUTES } from './store-routes.ts';

export type { Access, Route } from './route.ts';

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
  /** Where Bees connect to: what `./apiary bee` is given. No account is told. */
  broker: z.object({ host: z.string(), port: z.number().int(), secure: z.boolean() }).optional(),
  /** Absent while no honeycomb answers. */
  store: honeycombActions.stats.response.optional(),
});

const { ledger, traffic } = agentMonitorActions;
const { listFolder, readFileEnd, suggest, listLetters, decideLetters } = agentManagerActions;
const { listAgents, approve, revoke, listTargets, addTargets, removeTargets } = agentManagerActions;

/** All routes by name. */
export const ROUTES = {
  ...ACCESS_ROUTES,
  ...QUERY_ROUTES,
  ...DASHBOARD_ROUTES,
  ...ANALYSIS_ROUTES,
  ...ALERT_ROUTES,
  ...NOTIFICATION_ROUTES,
  ...INSTALL_ROUTES,
  ...STORE_ROUTES,
  search: route('post', '/api/search', {
    ...bare,
    access: honeycombActions.search.role,
    scope: 'search:read',
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
  readLedger: route('get', '/api/agents/ledger', {
    ...bare,
    access: ledger.role,
    summary:
      'Tells what an agent (`agent=` its name or id) has seen, read, had confirmed, and what is stored',
    query: ledger.request,
    response: ledger.response,
  }),
  readTraffic: route('get', '/api/agents/traffic', {
    ...bare,
    access: traffic.role,
    summary: 'Tells how much each approved agent sends, its trend, and how far its data is behind',
    response: traffic.response,
  }),
  listFolder: route('get', '/api/agents/files', {
    ...bare,
    access: listFolder.role,
    summary:
      'Lists a folder (`path=`) of an agent’s host, as far as its owner allows; `match=` narrows it',
    query: listFolder.request,
    response: listFolder.response,
  }),
  readFileEnd: route('get', '/api/agents/files/end', {
    ...bare,
    access: readFileEnd.role,
    summary: 'Reads the last `bytes=` of a file (`path=`) of an agent’s host',
    query: readFileEnd.request,
    response: readFileEnd.response,
  }),
  suggestTargets: route('get', '/api/agents/suggestions', {
    ...bare,
    access: suggest.role,
    summary: 'Tells what is worth watching on an agent’s host, and which containers run there',
    query: suggest.request,
    response: suggest.response,
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
  listLetters: route('get', '/api/dead-letters', {
    ...bare,
    access: listLetters.role,
    summary: 'Lists messages that were put aside (`queue=` dead or quarantine), with reasons',
    query: listLetters.request,
    response: listLetters.response,
  }),
  decideLetters: route('post', '/api/dead-letters', {
    ...bare,
    access: decideLetters.role,
    summary: 'Queues messages that were put aside again, as they are or edited, or discards them',
    body: decideLetters.request,
    response: decideLetters.response,
  }),
  system: route('get', '/api/system', {
    ...bare,
    access: 'viewer',
    summary: 'Tells the version, the state of the components, and figures of the store',
    response: systemSchema,
  }),
  health: route('get', '/api/system/health', {
    ...bare,
    access: 'viewer',
    summary: 'Tells how Apiary itself is: queue, lag, rate, disk, processes, and what is not well',
    response: z.object({ health: healthSchema }),
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
  'analysis.start': {
    access: honeycombActions.fields.role,
    payload: z.object({ id: streamId, analysis: analysisSchema }),
  },
  'analysis.cancel': {
    access: honeycombActions.fields.role,
    payload: z.object({ id: streamId }),
  },
  'tail.start': {
    access: honeycombActions.stand.role,
    payload: z.object({ id: streamId, query: z.string().max(16_384) }),
  },
  'tail.stop': { access: honeycombActions.stand.role, payload: z.object({ id: streamId }) },
  'agents.watch': { access: listAgents.role, payload: z.unknown() },
  'alerts.watch': { access: pheromoneActions.listAlerts.role, payload: z.unknown() },
  'deliveries.watch': { access: stingActions.listDeliveries.role, payload: z.unknown() },
  'ledger.watch': { access: ledger.role, payload: ledger.request },
  'ledger.unwatch': { access: ledger.role, payload: ledger.request },
  'health.watch': { access: 'viewer', payload: z.unknown() },
  'traffic.watch': { access: traffic.role, payload: z.unknown() },
  'traffic.unwatch': { access: traffic.role, payload: z.unknown() },
  'system.watch': { access: 'viewer', payload: z.unknown() },
} as const satisfies Record<
  string,
  { readonly access: Exclude<Access, 'public' | 'local'>; readonly payload: z.ZodType }
>;

/** The table's type. */
export type SocketEvents = typeof SOCKET_EVENTS;
