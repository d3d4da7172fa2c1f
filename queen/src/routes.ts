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
import { IMPORT_ROUTES } from './import-routes.ts';
import { INSTALL_ROUTES } from './install-routes.ts';
import { NOTIFICATION_ROUTES } from './notification-routes.ts';
import { QUERY_ROUTES } from './query-routes.ts';
import { type Access, bare, relay, route } from './route.ts';
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

/** `all` where no agent is named. */
function selection(text: string | undefined): 'all' | string[] {
  const names = (text ?? 'all').split(',').filter((name) => name !== '');
  return names.length === 0 || names.includes('all') ? 'all' : names;
}

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
  ...IMPORT_ROUTES,
  search: route('post', '/api/search', {
    ...bare,
    access: honeycombActions.search.role,
    scope: 'search:read',
    summary: 'Searches; streams parts as NDJSON when that is accepted',
    body: searchRequestSchema,
    response: searchAnswerSchema,
    line: searchPartSchema,
  }),
  listAgents: relay('get', '/api/agents', listAgents, 'Lists all agents'),
  readLedger: relay(
    'get',
    '/api/agents/ledger',
    ledger,
    'Tells what an agent (`agent=` its name or id) has seen, read, had confirmed, and what is stored',
  ),
  readTraffic: relay(
    'get',
    '/api/agents/traffic',
    traffic,
    'Tells how much each approved agent sends, its trend, and how far its data is behind',
  ),
  listFolder: relay(
    'get',
    '/api/agents/files',
    listFolder,
    'Lists a folder (`path=`) of an agent’s host, as far as its owner allows; `match=` narrows it',
  ),
  readFileEnd: relay(
    'get',
    '/api/agents/files/end',
    readFileEnd,
    'Reads the last `bytes=` of a file (`path=`) of an agent’s host',
  ),
  suggestTargets: relay(
    'get',
    '/api/agents/suggestions',
    suggest,
    'Tells what is worth watching on an agent’s host, and which containers run there',
  ),
  approveAgents: relay('post', '/api/agents/approve', approve, 'Approves agents'),
  revokeAgents: relay(
    'post',
    '/api/agents/revoke',
    revoke,
    'Revokes agents; their data is refused from then on',
  ),
  listTargets: relay(
    'get',
    '/api/targets',
    listTargets,
    'Lists targets of all agents, or of those named (`agents=a,b`)',
    {
      query: z.object({ agents: z.string().max(65_536).optional().transform(selection) }),
    },
  ),
  addTargets: relay(
    'post',
    '/api/targets',
    addTargets,
    'Adds targets to agents; tells the outcome for each agent and URL',
  ),
  removeTargets: relay('post', '/api/targets/remove', removeTargets, 'Removes targets'),
  listLetters: relay(
    'get',
    '/api/dead-letters',
    listLetters,
    'Lists messages that were put aside (`queue=` dead or quarantine), with reasons',
  ),
  decideLetters: relay(
    'post',
    '/api/dead-letters',
    decideLetters,
    'Queues messages that were put aside again, as they are or edited, or discards them',
  ),
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
