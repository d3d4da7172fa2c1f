/** Examples of the routes of rules, alerts and silences for the OpenAPI document. */
import type { z } from 'zod';
import type { ALERT_ROUTES } from './alert-routes.ts';

const MS = 1_795_219_200_000;
const rule = {
  id: 'failed-logins',
  name: 'Failed logins',
  query: '"Failed password" OR "Invalid user"',
  condition: { type: 'count', count: 10, windowMs: 60_000 },
  groupBy: ['host'],
  severity: 'warning',
  channels: ['ops'],
} as const;
const storedRule = {
  ...rule,
  groupBy: [...rule.groupBy],
  channels: [...rule.channels],
  createdMs: MS,
  createdBy: 'mira',
  updatedMs: MS,
  updatedBy: 'mira',
};
const alert = {
  id: 'h3wYx0Vb1l7dQe9sTz2k4g',
  rule: rule.id,
  ruleName: rule.name,
  severity: 'warning',
  state: 'firing',
  group: { host: 'web-1' },
  title: 'Failed logins (host web-1): 10 matches in 60 s',
  text: '10 matches in 60 s',
  lines: [
    {
      time: MS,
      host: 'web-1',
      id: '0123456789abcdef:4096',
      text: 'Failed password for root from 192.0.2.66 port 40122 ssh2',
      matching: true,
    },
  ],
  link: '/search?q=%22Failed+password%22&from=2026-11-20T11%3A59%3A00Z&to=2026-11-20T12%3A01%3A00Z',
  value: 10,
  startedMs: MS,
  firedMs: MS,
  told: 1,
  updatedMs: MS,
} as const;
const silence = {
  rule: rule.id,
  group: { host: 'web-*' },
  untilMs: MS + 3_600_000,
  reason: 'upgrade',
};

/** By the routes' names. */
export const ALERT_EXAMPLES: {
  readonly [N in keyof typeof ALERT_ROUTES]?: {
    readonly body?: z.input<(typeof ALERT_ROUTES)[N]['body']>;
    readonly response?: z.input<(typeof ALERT_ROUTES)[N]['response']>;
  };
} = {
  listRules: { response: { rules: [storedRule] } },
  putRules: {
    body: { rules: [{ ...rule, groupBy: [...rule.groupBy], channels: [...rule.channels] }] },
    response: { rules: [storedRule] },
  },
  removeRules: { body: { rules: [rule.id] }, response: { removed: [rule.id] } },
  exportRules: {
    response: {
      yaml: 'rules:\n  - id: panic\n    name: Panic\n    query: panic\n    condition:\n      type: count\n      count: 1\n      window: 1m\n',
    },
  },
  applyRules: {
    body: {
      yaml: 'rules:\n  - name: Panic\n    query: panic\n    condition: { type: count, count: 1, window: 1m }\n',
    },
    response: { rules: [{ id: 'panic', name: 'Panic', outcome: 'made' }] },
  },
  tryRule: {
    body: {
      rule: { ...rule, groupBy: [...rule.groupBy], channels: [...rule.channels] },
      from: MS - 86_400_000,
      to: MS,
    },
    response: {
      alerts: [
        {
          group: { host: 'web-1' },
          startedMs: MS - 3_600_000,
          firedMs: MS - 3_600_000,
          resolvedMs: MS - 3_540_000,
          value: 10,
          title: alert.title,
          text: alert.text,
          lines: [...alert.lines],
          link: alert.link,
        },
      ],
      examined: 214,
      complete: true,
      untilMs: MS,
      measured: { from: MS - 3_600_000, step: 30_000, values: [null, 3, 12] },
    },
  },
  listAlerts: { response: { alerts: [{ ...alert, lines: [...alert.lines] }] } },
  acknowledgeAlerts: { body: { alerts: [alert.id] } },
  putSilences: { body: { silences: [silence] } },
  removeSilences: {
    body: { silences: ['bQ7vJt1n3lT0m0o8Vg4tTg'] },
    response: { removed: ['bQ7vJt1n3lT0m0o8Vg4tTg'] },
  },
};
