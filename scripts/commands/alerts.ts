import { type Settings, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { Alert, Silence } from '@apiary/common/messages/alerts.ts';
import { nextOccurrences } from '@apiary/common/time/recurrence.ts';
import { ALERT_ROUTES } from '@apiary/queen/alert-routes.ts';
import { z } from 'zod';
import { readRulesFile, tryRules } from '../alert-trial.ts';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { connectionSettings } from '../settings.ts';
import { dayAndTime, printable, table } from '../terminal-text.ts';
import { verbCommand } from '../verbs.ts';

const shape = {
  ...connectionSettings,
  for: {
    schema: z
      .string()
      .regex(/^\d+(s|m|h|d)$/, 'expected a length of time: 30m, 4h, 1d')
      .default('1h'),
    value: 'TIME',
    help: 'silence: how long; with --every each time',
  },
  every: {
    schema: z.string().optional(),
    value: 'DAYS',
    help: 'silence: again and again, a maintenance window: daily, mon-fri, or sat,sun',
  },
  at: {
    schema: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day: 02:00')
      .default('00:00'),
    value: 'HH:MM',
    help: 'silence --every: when it begins',
  },
  zone: {
    schema: z.string().max(64).optional(),
    value: 'ZONE',
    help: 'silence --every: of that time of day, such as Europe/Berlin',
    defaultText: "this machine's",
  },
  channels: {
    schema: z.string().default(''),
    value: 'NAMES',
    help: 'starters add: channels that the rules tell, separated by commas',
    defaultText: '',
  },
  from: { schema: z.string().default('24h'), value: 'T', help: 'try: from when on' },
  reason: { schema: z.string().default(''), value: 'TEXT', help: 'silence: why', defaultText: '' },
  all: { schema: switchSchema, help: 'list: also alerts that are over' },
  rule: {
    schema: z.string().max(64).optional(),
    value: 'RULE',
    help: 'list: of one rule alone, as alerts rules names it',
  },
  json: { schema: switchSchema, help: 'prints one JSON document' },
} as const;

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** A maintenance window recurs for so long, unless it is ended before. */
const WINDOW_LIFE_MS = 365 * 24 * 3_600_000;

type AlertSettings = Settings<typeof shape>;

interface Call {
  readonly client: ApiClient;
  readonly words: readonly string[];
  readonly settings: AlertSettings;
  readonly io: CommandIo;
}

/** `./apiary alerts …`: alerts, and the rules behind them. */
export const run = verbCommand({
  name: 'alerts',
  usage: [
    './apiary alerts [list] [--all] [--rule RULE]',
    './apiary alerts show ID',
    './apiary alerts ack ID…',
    './apiary alerts rules',
    './apiary alerts silences',
    './apiary alerts silence RULE|all [FIELD=VALUE …] [--for 1h] [--reason TEXT] [--every mon-fri --at 02:00]',
    './apiary alerts unsilence ID…',
    './apiary alerts starters                        rules worth having anywhere that you have not',
    './apiary alerts starters add ID…|all [--channels NAMES]',
    './apiary alerts export > FILE.yaml',
    './apiary alerts apply FILE.yaml',
    './apiary alerts try RULE|FILE.yaml [--from 24h]',
    './apiary alerts remove RULE…',
  ],
  shape,
  verbs: {
    list: connected(list),
    show: connected(show),
    ack: connected(ack),
    rules: connected(rules),
    silences: connected(silences),
    silence: connected(silence),
    unsilence: connected(unsilence),
    starters: connected(starters),
    export: connected(exportRules),
    apply: connected(apply),
    try: connected(tryRule),
    remove: connected(remove),
  },
  initial: 'list',
});

function connected(verb: (call: Call) => Promise<number>) {
  return async (settings: AlertSettings, words: readonly string[], io: CommandIo) =>
    await verb({ client: await ApiClient.connect(settings, io.signal), words, settings, io });
}

async function list({ client, settings, io }: Call): Promise<number> {
  const { all, rule } = settings;
  const query = { state: all ? 'all' : 'active', ...(rule === undefined ? {} : { rule }) };
  const { alerts } = await client.call(ALERT_ROUTES.listAlerts, undefined, query);
  if (settings.json) return printJson(io, { alerts });
  const rows = alerts.map((alert) => [
    alert.id,
    stateOf(alert),
    alert.severity,
    dayAndTime(alert.firedMs ?? alert.startedMs),
    alert.title,
  ]);
  const head = ['ID', 'STATE', 'SEVERITY', 'SINCE', 'TITLE'];
  io.stdout.write(rows.length > 0 ? table([head, ...rows]) : 'Nothing fires.\n');
  return 0;
}

async function show({ client, words, settings, io }: Call): Promise<number> {
  const [id] = needed(words, 'show: give an id, as alerts list shows them');
  const { alerts } = await client.call(ALERT_ROUTES.listAlerts, undefined, {
    state: 'all',
    limit: '1000',
  });
  const alert = alerts.find((each) => each.id === id);
  if (!alert) throw new AppError('not-found', `There is no alert ${id}.`);
  if (settings.json) return printJson(io, alert);
  const out = [
    printable(alert.title),
    `${stateOf(alert)}, ${alert.severity}, since ${dayAndTime(alert.firedMs ?? alert.startedMs)}`,
    ...(alert.acknowledgedBy ? [`acknowledged by ${printable(alert.acknowledgedBy)}`] : []),
    printable(alert.text),
    ...alert.lines.map(
      ({ time, host, text, matching }) =>
        `${matching ? '>' : ' '} ${dayAndTime(time)} ${printable(host)} ${printable(text)}`,
    ),
  ];
  io.stdout.write(`${out.join('\n')}\n`);
  return 0;
}

async function ack({ client, words, settings, io }: Call): Promise<number> {
  const ids = needed(words, 'ack: give ids, as alerts list shows them');
  const answer = await client.call(ALERT_ROUTES.acknowledgeAlerts, { alerts: ids });
  if (settings.json) return printJson(io, answer);
  for (const alert of answer.alerts) io.stdout.write(`${stateOf(alert)} ${alert.id}\n`);
  return 0;
}

async function rules({ client, settings, io }: Call): Promise<number> {
  const answer = await client.call(ALERT_ROUTES.listRules);
  if (settings.json) return printJson(io, answer);
  const rows = answer.rules.map((rule) => [
    rule.id,
    rule.enabled ? 'on' : 'off',
    rule.severity,
    rule.condition.type,
    rule.groupBy.join(','),
    rule.query,
  ]);
  const head = ['ID', '', 'SEVERITY', 'CONDITION', 'BY', 'QUERY'];
  io.stdout.write(rows.length > 0 ? table([head, ...rows]) : 'There are no rules yet.\n');
  return 0;
}

async function silence({ client, words, settings, io }: Call): Promise<number> {
  const [rule, ...matchers] = needed(words, 'silence: name a rule, or all');
  const group = matchers.map((matcher): [string, string] => {
    const at = matcher.indexOf('=');
    if (at < 1) throw new AppError('setting-invalid', `${matcher}: expected FIELD=VALUE`);
    return [matcher.slice(0, at), matcher.slice(at + 1)];
  });
  const lengthMs = durationMs(settings.for);
  const recurs = windowOf(settings, lengthMs);
  const answer = await client.call(ALERT_ROUTES.putSilences, {
    silences: [
      {
        ...(rule === 'all' ? {} : { rule }),
        group: Object.fromEntries(group),
        untilMs: Date.now() + (recurs ? WINDOW_LIFE_MS : lengthMs),
        ...(recurs ? { recurs } : {}),
        reason: settings.reason,
      },
    ],
  });
  if (settings.json) return printJson(io, answer);
  for (const made of answer.silences) io.stdout.write(`quiet ${quietWhen(made)} (${made.id})\n`);
  return 0;
}

async function silences({ client, settings, io }: Call): Promise<number> {
  const answer = await client.call(ALERT_ROUTES.listSilences);
  if (settings.json) return printJson(io, answer);
  const rows = answer.silences.map((each) => [
    each.id,
    each.rule ?? 'all',
    Object.entries(each.group)
      .map(([field, value]) => `${field}=${value}`)
      .join(' '),
    quietWhen(each),
    nextQuiet(each),
    each.createdBy,
    each.reason,
  ]);
  const head = ['ID', 'RULE', 'GROUP', 'QUIET', 'NEXT', 'BY', 'REASON'];
  io.stdout.write(rows.length > 0 ? table([head, ...rows]) : 'Nothing is silenced.\n');
  return 0;
}

async function unsilence({ client, words, settings, io }: Call): Promise<number> {
  const ids = needed(words, 'unsilence: give ids, as alerts silences shows them');
  const answer = await client.call(ALERT_ROUTES.removeSilences, { silences: ids });
  if (settings.json) printJson(io, answer);
  else for (const id of answer.removed) io.stdout.write(`ended ${id}\n`);
  return answer.removed.length === ids.length ? 0 : 1;
}

async function starters({ client, words, settings, io }: Call): Promise<number> {
  const { rules: proposed } = await client.call(ALERT_ROUTES.starterRules);
  const [verb, ...ids] = words;
  if (verb === undefined) {
    if (settings.json) return printJson(io, { rules: proposed });
    const rows = proposed.map(({ id = '', severity = 'warning', condition, query = '' }) => [
      ...[id, severity, condition.type, query],
    ]);
    const head = ['ID', 'SEVERITY', 'CONDITION', 'QUERY'];
    io.stdout.write(rows.length > 0 ? table([head, ...rows]) : 'You have all of them.\n');
    return 0;
  }
  if (verb !== 'add' || ids.length === 0) {
    throw new AppError('setting-invalid', 'alerts starters: add ID…, or add all');
  }
  const chosen = proposed.filter(({ id = '' }) => ids.includes('all') || ids.includes(id));
  const missing = ids.find((each) => each !== 'all' && !chosen.some(({ id }) => id === each));
  if (missing !== undefined) throw new AppError('not-found', `No rule ${missing} is proposed.`);
  const channels = settings.channels.split(',').filter((name) => name !== '');
  const answer = await client.call(ALERT_ROUTES.putRules, {
    rules: chosen.map((rule) => ({ ...rule, channels })),
  });
  if (settings.json) return printJson(io, answer);
  for (const { id } of answer.rules) io.stdout.write(`made ${id}\n`);
  return 0;
}

async function exportRules({ client, settings, io }: Call): Promise<number> {
  const answer = await client.call(ALERT_ROUTES.exportRules);
  if (settings.json) return printJson(io, answer);
  io.stdout.write(answer.yaml);
  return 0;
}

async function apply({ client, words, settings, io }: Call): Promise<number> {
  const [file = ''] = needed(words, 'apply: give a YAML file');
  const yaml = await readRulesFile(file);
  const answer = await client.call(ALERT_ROUTES.applyRules, { yaml });
  if (settings.json) return printJson(io, answer);
  for (const { outcome, id } of answer.rules) io.stdout.write(`${outcome} ${id}\n`);
  return 0;
}

async function tryRule({ client, words, settings, io }: Call): Promise<number> {
  const [word = ''] = needed(words, 'try: name a rule, as alerts rules does, or give a YAML file');
  const { text, document } = await tryRules(client, word, settings.from);
  if (settings.json) return printJson(io, document);
  io.stdout.write(text);
  return 0;
}

async function remove({ client, words, settings, io }: Call): Promise<number> {
  const ids = needed(words, 'remove: name rules, as alerts rules does');
  const answer = await client.call(ALERT_ROUTES.removeRules, { rules: [...ids] });
  if (settings.json) printJson(io, answer);
  else for (const id of answer.removed) io.stdout.write(`removed ${id}\n`);
  return answer.removed.length === ids.length ? 0 : 1;
}

function stateOf({ state, quiet, acknowledgedMs }: Alert): string {
  if (state !== 'firing') return state;
  if (quiet !== undefined) return `quiet (${quiet})`;
  return acknowledgedMs === undefined ? 'firing' : 'acknowledged';
}

function needed(words: readonly string[], otherwise: string): string[] {
  if (words.length === 0) throw new AppError('setting-invalid', `alerts ${otherwise}`);
  return [...words];
}

function durationMs(text: string): number {
  const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[text.at(-1) ?? ''] ?? 0;
  return Number(text.slice(0, -1)) * unit;
}

function windowOf({ every, at, zone }: AlertSettings, lengthMs: number) {
  if (every === undefined) return undefined;
  return {
    days: daysOf(every),
    from: at,
    minutes: Math.max(1, Math.round(lengthMs / 60_000)),
    zone: zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

/** `daily`, `mon-fri`, `sat,sun` → days of the week, 0 is Sunday. */
function daysOf(text: string): number[] {
  if (text === 'daily') return DAYS.map((_, day) => day);
  const days = text.split(',').flatMap((part) => {
    const [first = -1, last = first] = part.split('-').map((name) => DAYS.indexOf(name));
    if (first < 0 || last < 0) {
      throw new AppError('setting-invalid', `--every ${text}: expected daily, mon-fri or sat,sun`);
    }
    const count = ((last - first + 7) % 7) + 1;
    return Array.from({ length: count }, (_, index) => (first + index) % 7);
  });
  return [...new Set(days)];
}

function quietWhen({ recurs, fromMs, untilMs }: Silence): string {
  const until = `until ${dayAndTime(untilMs)}`;
  if (!recurs) return fromMs > Date.now() ? `from ${dayAndTime(fromMs)} ${until}` : until;
  const days = recurs.days.map((day) => DAYS[day]).join(',');
  return `${days} at ${recurs.from} ${recurs.zone} for ${recurs.minutes} min, ${until}`;
}

/** When it is quiet next, or until when it is now. */
function nextQuiet(silence: Silence): string {
  const now = Date.now();
  const [next] = nextOccurrences(silence, now, 1);
  if (!next) return 'never';
  return next.fromMs <= now ? `now, until ${dayAndTime(next.toMs)}` : dayAndTime(next.fromMs);
}

function printJson(io: CommandIo, value: unknown): number {
  io.stdout.write(`${JSON.stringify(value)}\n`);
  return 0;
}
