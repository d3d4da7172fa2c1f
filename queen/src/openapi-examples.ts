/** Examples in the OpenAPI document, typed by the routes' own shapes. */
import type { z } from 'zod';
import { ALERT_EXAMPLES } from './alert-examples.ts';
import { analysisExamples } from './analysis-examples.ts';
import { IMPORT_EXAMPLES } from './import-examples.ts';
import { NOTIFICATION_EXAMPLES } from './notification-examples.ts';
import type { Routes } from './routes.ts';
import { STORE_EXAMPLES } from './store-examples.ts';

/** An example of one route. */
export interface RouteExample<B = unknown, R = unknown> {
  readonly body?: B;
  readonly response?: R;
}

const MS = 1_795_219_200_000;
const AGENT = '56475aa75463474c0285df5dbf2bcab7';
const mira = { id: 'mira', name: 'mira', role: 'editor' } as const;
const miraView = {
  name: 'mira',
  role: 'editor',
  hasPassword: true,
  passwordMs: MS,
  createdMs: MS,
  createdBy: 'admin',
} as const;
const tokenView = {
  id: '0f3a9c52d17be640',
  name: 'nightly report',
  user: 'mira',
  role: 'viewer' as const,
  scopes: ['search:read'],
  createdMs: MS,
  expiresMs: MS + 90 * 86_400_000,
};
const session = {
  id: '91fd2f71c26d26ad',
  user: 'mira',
  role: 'editor',
  via: 'password',
  address: '192.0.2.17',
  browser: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0',
  createdMs: MS,
  seenMs: MS,
  expiresMs: MS + 14 * 86_400_000,
  isOwn: true,
} as const;
const result = {
  agent: AGENT,
  name: 'web-1',
  url: 'file:///var/log/nginx/*.log',
  target: 'bQ7vJt1n3lT0m0o8Vg4tTg',
  ok: true,
  state: 'active',
} as const;
const record = {
  id: '0123456789abcdef:4096',
  time: MS,
  observed: MS + 3,
  host: 'web-1',
  agent: AGENT,
  target: 'bQ7vJt1n3lT0m0o8Vg4tTg',
  file: '/var/log/nginx/error.log',
  tags: ['web'],
  level: 'error' as const,
  body: 'upstream timed out while reading response header',
};

const savedQuery = {
  id: 'cGZ0v1cJtJq1n3lT0m0o8V',
  name: 'Timeouts',
  query: 'level:error AND timeout',
  range: '4h',
  shared: false,
  owner: 'mira',
  savedMs: MS,
};

const panel = {
  id: 'errors',
  title: 'Errors',
  kind: 'lines' as const,
  query: 'level:error',
  columns: 6,
};
const dashboard = {
  id: 'e1cGZ0v1cJtJq1n3lT0m0o',
  name: 'Edge',
  range: '15m',
  panels: [panel],
  shared: false,
  owner: 'mira',
  savedMs: MS,
};

const agent = {
  id: AGENT,
  name: 'web-1',
  fingerprint: '5647 5aa7 5463 474c',
  publicKey: 'A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=',
  approval: 'approved' as const,
  facts: {
    hostName: 'web-1',
    machineId: 'b08dfa6083e7567a1921a715000001fb',
    addresses: ['192.0.2.10'],
    system: 'Debian GNU/Linux 12',
    architecture: 'x64',
    version: '0.1.0',
    zoneOffsetMinutes: 60,
  },
  tags: ['web'],
  firstSeenMs: MS,
  decidedBy: 'mira',
  decidedMs: MS,
};
const target = {
  id: result.target,
  url: result.url,
  tags: ['web'],
  history: false,
  agent: AGENT,
  createdMs: MS,
  createdBy: 'mira',
  status: { state: 'active' as const },
};

/** Examples by the routes' names; a route without a body or an answer needs none. */
export const EXAMPLES: {
  readonly [N in keyof Routes]?: RouteExample<
    z.input<Routes[N]['body']>,
    z.input<Routes[N]['response']>
  >;
} = {
  ...NOTIFICATION_EXAMPLES,
  ...STORE_EXAMPLES,
  ...IMPORT_EXAMPLES,
  ...analysisExamples(record),
  readSignIn: { response: { methods: ['password'] } },
  useLink: {
    body: { token: 'cGZ0v1cJtJq1n3lT0m0o8Vg4tT9kz3m0pN1sG2sQ7uX' },
    response: { actor: { id: 'admin', name: 'admin', role: 'admin' } },
  },
  usePassword: {
    body: { user: 'mira', password: 'four words in a row' },
    response: { actor: mira },
  },
  readSession: { response: { actor: mira } },
  createLink: {
    response: {
      url: 'http://127.0.0.1:4280/welcome#cGZ0v1cJtJq1n3lT0m0o8Vg4tT9kz3m0pN1sG2sQ7uX',
      expiresMs: MS,
    },
  },
  listSessions: { response: { sessions: [session] } },
  endSessions: { body: { ids: [session.id] }, response: { ended: [session.id] } },
  listUsers: { response: { users: [miraView] } },
  addUser: {
    body: { name: 'mira', role: 'editor', password: 'four words in a row' },
    response: { user: miraView },
  },
  setRole: { body: { name: 'mira', role: 'editor' }, response: { user: miraView } },
  setPassword: {
    body: { name: 'mira', password: 'five words in a row', current: 'four words in a row' },
    response: { user: miraView },
  },
  removeUser: { body: { name: 'mira' } },
  listTokens: { response: { tokens: [tokenView], scopes: ['*', '*:read', 'search:read'] } },
  addToken: {
    body: { name: 'nightly report', role: 'viewer', scopes: ['search:read'], days: 90 },
    response: {
      token: tokenView,
      secret: 'apiary_cGZ0v1cJtJq1n3lT0m0o8Vg4tT9kz3m0pN1sG2sQ7uX',
    },
  },
  revokeTokens: { body: { ids: [tokenView.id] }, response: { revoked: [tokenView.id] } },
  listAudit: {
    response: {
      entries: [
        {
          id: 'zzk2p9x1q0-9f2c4d6e8a01',
          atMs: MS,
          who: 'mira',
          role: 'editor',
          via: 'password',
          address: '192.0.2.17',
          action: 'approveAgents',
          details: '{"agents":["web-1"]}',
          result: 'ok',
        },
      ],
    },
  },
  search: {
    body: { query: 'level:error AND timeout', from: MS - 3_600_000, limit: 1 },
    response: { total: 1, hosts: 1, records: [record], elapsedMs: 12, missing: [] },
  },
  saveQuery: {
    body: { name: 'Timeouts', query: 'level:error AND timeout', range: '4h' },
    response: { query: savedQuery },
  },
  saveDashboard: {
    body: { name: 'Edge', panels: [panel] },
    response: { dashboard },
  },
  listDashboards: { response: { dashboards: [dashboard] } },
  removeDashboards: { body: { ids: [dashboard.id] }, response: { removed: [dashboard.id] } },
  listQueries: { response: { queries: [savedQuery] } },
  removeQueries: { body: { ids: [savedQuery.id] }, response: { removed: [savedQuery.id] } },
  listAgents: {
    response: { agents: [{ ...agent, life: 'alive', targets: 1, failedTargets: 0 }] },
  },
  listFolder: {
    response: {
      kind: 'folder',
      path: '/var/log',
      roots: ['/var/log'],
      open: true,
      entries: [
        { name: 'nginx', kind: 'folder', link: false, modifiedMs: MS, open: true, watched: false },
        {
          name: 'auth.log',
          kind: 'file',
          link: false,
          bytes: 81_920,
          modifiedMs: MS,
          open: false,
          reason:
            '/var/log/auth.log cannot be read: permission denied. Let the user bee read it, e.g. setfacl -m u:bee:r /var/log/auth.log',
          watched: false,
        },
      ],
      omitted: 0,
    },
  },
  readFileEnd: {
    response: {
      kind: 'file-end',
      path: '/var/log/nginx/access.log',
      bytes: 81_920,
      modifiedMs: MS,
      from: 81_842,
      text: '192.0.2.7 - - [20/Nov/2026:14:40:00 +0000] "GET / HTTP/1.1" 200 612 "-" "curl"\n',
    },
  },
  suggestTargets: {
    response: {
      kind: 'suggestions',
      suggestions: [
        {
          url: 'file:///var/log/nginx/*.log',
          title: 'nginx',
          kind: 'service',
          files: 2,
          bytes: 163_840,
          modifiedMs: MS,
          open: true,
          watched: false,
        },
      ],
      containers: [{ name: 'shop', image: 'shop:4.1', labels: { tier: 'web' } }],
    },
  },
  readTraffic: {
    response: {
      traffic: [
        {
          agent: AGENT,
          linesPerSecond: 14.5,
          bytesPerSecond: 2_310,
          lagBytes: 0,
          slotMs: MS,
          trend: [12.1, 13, 14.8],
        },
      ],
    },
  },
  readLedger: {
    response: {
      agent: AGENT,
      name: 'web-1',
      atMs: MS,
      complete: true,
      totals: {
        generations: 1,
        seen: 81_920,
        read: 80_000,
        confirmed: 78_000,
        stored: 77_400,
        lag: 4_520,
        lost: 0,
        missing: 0,
      },
      entries: [
        {
          generation: '4f9c217e00aa51d3',
          target: result.target,
          file: '/var/log/nginx/access.log',
          from: 0,
          seen: 81_920,
          read: 80_000,
          confirmed: 78_000,
          skipped: 0,
          lost: 0,
          quietTo: 0,
          ended: false,
          stored: 77_400,
          reached: 77_400,
          lag: 4_520,
          missing: 0,
          state: 'moving',
          sinceMs: MS,
        },
      ],
      omitted: 0,
      problems: [],
    },
  },
  approveAgents: { body: { agents: ['web-1'] }, response: { agents: [agent] } },
  revokeAgents: {
    body: { agents: [AGENT] },
    response: { agents: [{ ...agent, approval: 'revoked' }] },
  },
  listTargets: { response: { targets: [{ ...target, name: 'web-1' }] } },
  ...ALERT_EXAMPLES,
  addTargets: {
    body: { agents: ['web-1'], urls: [result.url], tags: ['web'], history: false },
    response: { results: [result] },
  },
  removeTargets: {
    body: { targets: [result.target] },
    response: { results: [{ ...result, state: 'removed' }] },
  },
  install: {
    response: {
      line: "curl -fsSk --pinnedpubkey 'sha256//7HIp…=' https://192.0.2.7:4280/install-bee.sh | sudo sh",
      uninstall: 'sudo apiary-bee-uninstall',
      broker: 'amqps://192.0.2.7:5671?pin=ec7229…',
      pin: 'sha256//7HIp…=',
      reach: 'network',
      hint: 'The new Bee waits until you approve it; compare its fingerprint.',
    },
  },
  system: {
    response: {
      version: '0.1.0',
      components: [{ name: 'honeycomb', state: 'running' }],
      broker: { host: '192.0.2.10', port: 5672, secure: false },
    },
  },
  listLetters: {
    response: {
      letters: [
        {
          id: '9f86d081884c7d659a2feaa0c55ad015',
          copies: 1,
          type: 'data',
          reason: 'message-invalid: the body is no zstd',
          explanation: 'It does not have the shape that the Hive reads.',
          source: 'honeycomb.blocks',
          agent: AGENT,
          host: 'web-1',
          atMs: MS,
          bytes: 4_096,
          isCut: false,
          fixed: 'Log data is stored as it was read, or not at all.',
        },
      ],
      waiting: 1,
    },
  },
  decideLetters: {
    body: { queue: 'dead', ids: ['9f86d081884c7d659a2feaa0c55ad015'], action: 'requeue' },
    response: { results: [{ id: '9f86d081884c7d659a2feaa0c55ad015', done: 1 }], waiting: 0 },
  },
  health: {
    response: {
      health: {
        atMs: MS,
        well: true,
        sentences: [],
        linesPerSecond: 4_812,
        bytesPerSecond: 731_000,
        queue: { waiting: 3, most: 41, mostAtMs: MS - 3_600_000 },
        lagMs: 84,
        dead: 0,
        quarantined: 0,
        components: [{ name: 'honeycomb', state: 'well', processes: 1 }],
        processes: [],
      },
    },
  },
  healthz: { response: 'ok\n' },
  readyz: { response: 'ready\n' },
};
