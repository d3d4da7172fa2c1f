/**
 * Chaos of alerts: lines that raise alerts are written while everything between them and the phone is killed
 * at random, the push service included; then all that was pushed is counted. Used by
 * `./apiary chaos --alerts` and, shorter, by the tests.
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuleInput } from '@apiary/common/messages/alerts.ts';
import { ALERT_ROUTES } from '@apiary/queen/alert-routes.ts';
import { NOTIFICATION_ROUTES } from '@apiary/queen/notification-routes.ts';
import { projectRoot } from '../../../scripts/data-folder.ts';
import { type RunningApiary, startApiary } from '../../harness/apiary-up.ts';
import { eventually } from '../../harness/eventually.ts';
import type { ServiceAt } from '../run.ts';
import { unnamedInBundles } from './bundles.ts';
import { judgePushes, type PushVerdict, readPushes } from './pushes.ts';
import { Helpers, type PushServer, startPushServer } from './victims.ts';

/** What a run does. */
export interface AlertChaosOptions {
  /** Alerts that are provoked. */
  readonly count: number;
  readonly perSecond?: number;
  /** Between two kills, at least; twice that at most. */
  readonly pauseMs?: number;
  readonly broker?: Required<ServiceAt>;
  readonly store?: Required<ServiceAt>;
  readonly report?: (line: string) => void;
}

/** What a run saw. */
export interface AlertChaosResult extends PushVerdict {
  /** Kills by name of what was killed. */
  readonly kills: Readonly<Record<string, number>>;
}

interface Site {
  readonly apiary: RunningApiary;
  readonly helpers: Helpers;
  readonly server: PushServer;
  readonly folder: string;
  readonly data: string;
  readonly file: string;
  /** As components take it. */
  readonly store: string;
}

const RULES = 8;
/** Matches that an alert takes. */
const BURST = 3;
const PER_SECOND = 5;
/** FerretDB syncs each of some fifteen writes that an alert takes. */
const PER_SECOND_MONGODB = 2;
const PAUSE_MS = 1_000;
/** A delivery that failed a few times in a row is tried again after half a minute. */
const SETTLE_MS_MAX = 240_000;
/** Looking is a load on the store as well. */
const LOOK_MS = 3_000;

/** Runs it; see the file's head. */
export async function runAlertChaos(options: AlertChaosOptions): Promise<AlertChaosResult> {
  const report = options.report ?? (() => undefined);
  const site = await openSite(options);
  let isClean = false;
  try {
    await warmUp(site);
    const stop = new AbortController();
    const killing = killAtRandom(site, options, stop.signal);
    const codes = await provokeAll(site, options);
    stop.abort();
    const kills = await killing;
    const settled = async () => {
      if ((await judged(site, codes)).lost.length === 0) return true;
      await pause(LOOK_MS);
      return undefined;
    };
    await eventually(settled, 'all alerts are pushed', SETTLE_MS_MAX).catch(() => undefined);
    const verdict = await judged(site, codes);
    isClean = verdict.lost.length + verdict.doubled.length === 0;
    for (const code of verdict.lost) {
      report(await whereabouts(site, code).catch((error: unknown) => `${code}: ${error}`));
    }
    return { ...verdict, kills };
  } finally {
    await closeSite(site, isClean, report);
  }
}

/** What the phone was told, in words of its own or as one of many that a message counts. */
async function judged({ apiary, server, store }: Site, codes: readonly string[]) {
  const unnamed = await unnamedInBundles(apiary.client, store);
  return judgePushes([...readPushes(server.pushes), ...unnamed], codes);
}

async function openSite({ broker, store }: AlertChaosOptions): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'apiary-alert-chaos-'));
  const data = mkdtempSync(join(tmpdir(), 'apiary-alert-chaos-data-'));
  const file = join(folder, 'app.log');
  writeFileSync(file, '');
  const helpers = new Helpers();
  const server = await startPushServer(helpers);
  const apiary = await startApiary({
    folder: data,
    ...(broker ? { broker: broker.url } : {}),
    ...(store ? { store: store.url } : {}),
  });
  const site = {
    ...{ apiary, helpers, server, folder, data, file },
    store: store?.url ?? `sqlite:${data}`,
  };
  try {
    await startSecondOnes(site, broker?.url, store !== undefined);
    await setUp(site);
  } catch (error) {
    await closeSite(site, true, () => undefined);
    throw error;
  }
  return site;
}

/**
 * A second pheromone and a second sting, so that each can be killed alone and is taken over from; and a second
 * honeycomb where the store has room for it.
 */
async function startSecondOnes(
  site: Site,
  broker: string | undefined,
  hasRoom: boolean,
): Promise<void> {
  const { helpers, data } = site;
  const env = {
    APIARY_BROKER: broker ?? embeddedBroker(site),
    APIARY_STORE: site.store,
  };
  for (const component of ['pheromone', 'sting', ...(hasRoom ? ['honeycomb'] : [])]) {
    await helpers.start(join(projectRoot, 'scripts/launch.js'), {
      name: `second ${component}`,
      argv: ['hive', component, '--data', data, '--status-port', 'none'],
      env,
      logFile: join(data, 'logs', `second-${component}.log`),
    });
  }
}

function embeddedBroker({ apiary: { amqpPort }, data }: Site): string {
  const accounts = JSON.parse(readFileSync(join(data, 'run/broker-accounts.json'), 'utf8'));
  return `amqp://hive:${accounts.hivePassword}@127.0.0.1:${amqpPort}`;
}

async function setUp({ apiary: { client }, server, file }: Site): Promise<void> {
  await client.addTargets({ agents: 'all', urls: [`file://${file}`], tags: [], history: false });
  await client.call(NOTIFICATION_ROUTES.putChannel, {
    name: 'apple',
    kind: 'apns',
    settings: server.settings,
    secrets: { key: server.key },
  });
  const device = { kind: 'apns' as const, name: 'phone', token: 'ab'.repeat(32) };
  await client.call(NOTIFICATION_ROUTES.registerDevice, device);
  const rules = Array.from({ length: RULES }, (_, index) => ruleOf(index));
  await client.call(ALERT_ROUTES.putRules, { rules });
}

function ruleOf(index: number): RuleInput {
  return {
    id: `chaos-${index}`,
    name: `Chaos ${index}`,
    query: `"alert chaos" AND rule${index}`,
    condition: { type: 'count', count: BURST, windowMs: 3_600_000 },
    groupBy: ['code'],
    title: 'code {code}.',
    channels: ['apple'],
    users: ['*'],
    repeatMs: 0,
  };
}

/** The rules are at work once each has pushed an alert. */
async function warmUp(site: Site): Promise<void> {
  for (let rule = 0; rule < RULES; rule++) {
    let attempt = 0;
    await eventually(async () => {
      const code = `warm-${rule}-${attempt++}`;
      provoke(site.file, code, rule);
      const isTaken = () => readPushes(site.server.pushes).some((push) => push.code === code);
      for (let wait = 0; wait < 50 && !isTaken(); wait++) await pause(20);
      return isTaken() ? true : undefined;
    }, `rule ${rule} pushes a first alert`);
  }
}

function provoke(file: string, code: string, rule: number): void {
  const line = `${new Date().toISOString()} ERROR alert chaos rule${rule} code=${code}\n`;
  appendFileSync(file, line.repeat(BURST));
}

async function provokeAll(
  { file }: Site,
  { count, perSecond, store, report }: AlertChaosOptions,
): Promise<string[]> {
  const codes: string[] = [];
  for (let index = 0; index < count; index++) {
    const code = `c-${index}`;
    codes.push(code);
    provoke(file, code, index % RULES);
    if (index % 100 === 99) report?.(`${index + 1} of ${count} alerts provoked`);
    await pause(1000 / (perSecond ?? (store ? PER_SECOND_MONGODB : PER_SECOND)));
  }
  return codes;
}

async function killAtRandom(
  { apiary, helpers }: Site,
  { broker, store, pauseMs = PAUSE_MS }: AlertChaosOptions,
  signal: AbortSignal,
): Promise<Record<string, number>> {
  const kills: Record<string, number> = {};
  const processes = () => ({ ...apiary.children(), ...helpers.pids() });
  const outside = { ...(broker && { RabbitMQ: broker }), ...(store && { store }) };
  const names = [...Object.keys(processes()), ...Object.keys(outside)];
  // Each in turn before any comes again, in an order of chance.
  let left: string[] = [];
  while (!signal.aborted) {
    if (left.length === 0) left = [...names].sort(() => Math.random() - 0.5);
    const name = left.pop() ?? '';
    const at = Object.entries(outside).find(([key]) => key === name)?.[1];
    if (at) {
      await at.service.kill();
      await at.service.start();
    } else await killProcess(name, processes);
    kills[name] = (kills[name] ?? 0) + 1;
    await pause(pauseMs * (1 + Math.random()));
  }
  return kills;
}

async function killProcess(name: string, processes: () => Record<string, number>): Promise<void> {
  const pid = processes()[name];
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself a moment ago.
  }
  await eventually(() => (processes()[name] === pid ? undefined : true), `${name} starts again`);
}

/** How far an alert came that was not pushed, for the person who looks into it. */
async function whereabouts({ apiary: { client } }: Site, code: string): Promise<string> {
  const { total } = await client.searchPage({ query: `code:${code}`, limit: 10 });
  const query = { state: 'all', limit: '1000' };
  const { alerts } = await client.call(ALERT_ROUTES.listAlerts, undefined, query);
  const alert = alerts.find(({ group }) => group.code === code);
  const lines = `${code}: ${total} of ${BURST} lines stored`;
  if (!alert) return `${lines}, no alert`;
  const { deliveries } = await client.call(NOTIFICATION_ROUTES.listDeliveries, undefined, {
    alert: alert.id,
  });
  const states = deliveries.map(
    ({ kind, state, attempts }) => `${kind} ${state} after ${attempts.length} attempts`,
  );
  return `${lines}, alert ${alert.id} ${alert.state}, told ${alert.told}: ${states.join(', ')}`;
}

async function closeSite(
  { apiary, helpers, server, folder, data }: Site,
  isClean: boolean,
  report: (line: string) => void,
): Promise<void> {
  await apiary.stop();
  await helpers.stop();
  if (isClean) for (const each of [folder, data]) rmSync(each, { recursive: true, force: true });
  else report(`kept for whoever looks into it: ${data} (data), ${folder} (files)`);
  server.remove();
}

/** The load goes on meanwhile: this wait is the experiment itself. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
