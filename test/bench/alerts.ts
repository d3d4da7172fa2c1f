/**
 * Alerts along the whole chain: a line is written to a file → Bee → broker → honeycomb → pheromone → sting
 * → a push is taken by a local server that speaks APNs. Writer and server share one process and one clock.
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STANDING_LEASE_MS } from '@apiary/common/limits.ts';
import type { RuleInput } from '@apiary/common/messages/alerts.ts';
import { type ApnsPush, ApnsServer } from '@apiary/hive/sting/testing/apns-server.ts';
import { ALERT_ROUTES } from '@apiary/queen/alert-routes.ts';
import { NOTIFICATION_ROUTES } from '@apiary/queen/notification-routes.ts';
import { runAlertChaos } from '../chaos/alerts/run.ts';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { eventually } from '../harness/eventually.ts';
import {
  atLeast,
  atMost,
  type Bench,
  type BenchOptions,
  type BenchRow,
  percentile,
} from './bench.ts';

const BURST = 3;
const TICKS_PER_SECOND = 100;
const LINE_BYTES = 160;
const INGEST_ROUNDS = 2;
/** Rules take up their queries a few at a time; those of rules that are switched off end with their leases. */
const RULES_START_MS = 5_000;
const RULES_END_MS = STANDING_LEASE_MS + 2_000;

interface Site {
  readonly apiary: RunningApiary;
  readonly server: ApnsServer;
  readonly folder: string;
  readonly file: string;
  /** Code of an alert → when its first push was taken, on this process's clock. */
  readonly taken: Map<string, number>;
}

const now = () => performance.timeOrigin + performance.now();
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The rule that is measured: BURST matches within a minute, each code an alert of its own. */
const MEASURED: RuleInput = {
  id: 'measured',
  name: 'Measured',
  query: '"alert bench"',
  condition: { type: 'count', count: BURST, windowMs: 60_000 },
  groupBy: ['code'],
  title: 'code {code}.',
  channels: ['apple'],
  users: ['*'],
  repeatMs: 0,
  // Each is measured by itself, ten a second of one rule.
  bundleAfter: 0,
};

/** Rules as people have them: words, phrases, levels, now and then a field; they match next to nothing. */
function otherRules(count: number): RuleInput[] {
  return Array.from({ length: count }, (_, index) => {
    const queries = [
      `"failure number${index}"`,
      `level:fatal AND service${index}`,
      `timeout${index} OR refused${index}`,
      `status:5${index} AND upstream${index}`,
    ];
    return {
      id: `other-${index}`,
      name: `Other ${index}`,
      query: queries[index % queries.length] ?? '',
      condition: { type: 'count', count: 5, windowMs: 60_000 },
      groupBy: ['host'],
      users: [],
    };
  });
}

async function openSite(): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'apiary-alerts-'));
  const file = join(folder, 'app.log');
  writeFileSync(file, '');
  const server = await new ApnsServer().start();
  const taken = new Map<string, number>();
  server.onPush = (push) => note(push, taken);
  const apiary = await startApiary();
  const { client } = apiary;
  await client.addTargets({ agents: 'all', urls: [`file://${file}`], tags: [], history: false });
  const { key, ca, keyId, teamId, topic } = server.fields;
  await client.call(NOTIFICATION_ROUTES.putChannel, {
    name: 'apple',
    kind: 'apns',
    settings: { ca, keyId, teamId, topic, server: server.address, privateAddress: true },
    secrets: { key },
  });
  const device = { kind: 'apns' as const, name: 'phone', token: 'ab'.repeat(32) };
  await client.call(NOTIFICATION_ROUTES.registerDevice, device);
  await client.call(ALERT_ROUTES.putRules, { rules: [MEASURED] });
  return { apiary, server, folder, file, taken };
}

function note(push: ApnsPush, taken: Site['taken']): void {
  const code = /code ([\w-]+)\./.exec(JSON.stringify(push.payload))?.[1];
  if (code === undefined) return;
  const atMs = performance.timeOrigin + push.atMs;
  if (!taken.has(code)) taken.set(code, atMs);
}

async function closeSite({ apiary, server, folder }: Site): Promise<void> {
  await apiary.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Writes what raises an alert; gives the time of its last line. */
function provoke(file: string, code: string): number {
  const line = `${new Date().toISOString()} ERROR alert bench code=${code}\n`;
  const writtenAt = now();
  appendFileSync(file, line.repeat(BURST));
  return writtenAt;
}

/** Alerts one after another; resolves when all were pushed or `waitMs` is over. */
async function provokeMany(
  { file, taken }: Site,
  options: { name: string; count: number; perSecond: number; waitMs: number; signal: AbortSignal },
): Promise<{ waits: number[]; lost: string[] }> {
  const written = new Map<string, number>();
  for (let index = 0; index < options.count && !options.signal.aborted; index++) {
    const code = `${options.name}-${index}`;
    written.set(code, provoke(file, code));
    await sleep(1000 / options.perSecond);
  }
  const untilMs = now() + options.waitMs;
  const isMissing = () => [...written.keys()].some((code) => !taken.has(code));
  while (isMissing() && now() < untilMs) await sleep(20);
  const waits = [...written].flatMap(([code, at]) => {
    const takenAt = taken.get(code);
    return takenAt === undefined ? [] : [takenAt - at];
  });
  const lost = [...written.keys()].filter((code) => !taken.has(code));
  return { waits: waits.sort((a, b) => a - b), lost };
}

/** The rule is at work once a first alert comes through. */
async function warmUp(site: Site, name: string): Promise<void> {
  let attempt = 0;
  await eventually(async () => {
    const code = `${name}-warm-${attempt++}`;
    provoke(site.file, code);
    for (let wait = 0; wait < 50 && !site.taken.has(code); wait++) await sleep(20);
    return site.taken.has(code) ? true : undefined;
  }, 'a first alert is pushed');
}

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Lines without a match, numbered so that no two are equal. */
function filler(count: number, from: number): string {
  const lines: string[] = [];
  for (let index = from; index < from + count; index++) {
    const head = `${new Date().toISOString()} INFO web request ${index} from 10.0.${index % 256}.7`;
    lines.push(
      `${head} took ${index % 997} ms path=/api/items/${index}`.padEnd(LINE_BYTES - 1, '.'),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Records that are stored. A connection that was kept alive may end while we write; then once more. */
async function stored({ apiary }: Site): Promise<number> {
  const ask = async () => (await apiary.client.system()).store?.records ?? 0;
  return await ask().catch(ask);
}

/** What storing lines that are there all at once takes. */
interface Ingest {
  readonly perSecond: number;
  /** Of honeycomb's CPU, in seconds for a million lines: it does not depend on who else uses the machine. */
  readonly cpu: number;
}

async function ingest(site: Site, lines: number, from: number): Promise<Ingest> {
  const before = await stored(site);
  const text = filler(lines, from);
  const honeycomb = site.apiary.children().honeycomb ?? 0;
  const cpuBefore = cpuSeconds(honeycomb);
  const startedMs = now();
  appendFileSync(site.file, text);
  while ((await stored(site)) - before < lines) await sleep(50);
  return {
    perSecond: lines / ((now() - startedMs) / 1000),
    cpu: ((cpuSeconds(honeycomb) - cpuBefore) * 1e6) / lines,
  };
}

/** In turn, so that a machine that others use meanwhile is the same for both; ends with the rules at work. */
async function compareIngest(site: Site, lines: number) {
  const runs: { readonly plain: Ingest[]; readonly withRules: Ingest[] } = {
    plain: [],
    withRules: [],
  };
  let from = 1_000_000;
  await ingest(site, lines / 4, 0);
  for (let round = 0; round < INGEST_ROUNDS; round++) {
    for (const kind of ['plain', 'withRules'] as const) {
      const rules = otherRules(999).map((rule) => ({ ...rule, enabled: kind === 'withRules' }));
      await site.apiary.client.call(ALERT_ROUTES.putRules, { rules });
      await warmUp(site, `${kind}-${round}`);
      await sleep(kind === 'withRules' ? RULES_START_MS : round > 0 ? RULES_END_MS : 0);
      runs[kind].push(await ingest(site, lines, from));
      from += lines;
    }
  }
  return { plain: meanOf(runs.plain), withRules: meanOf(runs.withRules) };
}

function meanOf(runs: readonly Ingest[]): Ingest {
  const mean = (figure: (run: Ingest) => number) =>
    runs.reduce((sum, run) => sum + figure(run), 0) / runs.length;
  return { perSecond: mean(({ perSecond }) => perSecond), cpu: mean(({ cpu }) => cpu) };
}

async function latency(options: BenchOptions): Promise<BenchRow[]> {
  const site = await openSite();
  try {
    await site.apiary.client.call(ALERT_ROUTES.putRules, { rules: otherRules(99) });
    await warmUp(site, 'latency');
    const count = options.short ? 60 : 300;
    const { signal } = options;
    const shape = { name: 'l', count, perSecond: 10, waitMs: 10_000, signal };
    const { waits, lost } = await provokeMany(site, shape);
    const name = 'line written → push taken by APNs, 100 rules';
    return [
      atMost(`${name}, p50`, Math.round(percentile(waits, 0.5)), 120, 'ms'),
      atMost(`${name}, p99`, Math.round(percentile(waits, 0.99)), 400, 'ms'),
      atMost('alerts that never came', lost.length, 0, 'alerts'),
    ];
  } finally {
    await closeSite(site);
  }
}

async function load(options: BenchOptions): Promise<BenchRow[]> {
  const site = await openSite();
  try {
    await warmUp(site, 'load');
    const lines = options.short ? 100_000 : 400_000;
    const { plain, withRules } = await compareIngest(site, lines);
    options.report(
      `lines/s without ${Math.round(plain.perSecond)}, with ${Math.round(withRules.perSecond)}`,
    );
    const seconds = options.short ? 10 : 30;
    const { hive } = site.apiary.children();
    const cpuBefore = cpuSeconds(hive ?? 0);
    const stop = new AbortController();
    const trickle = writeSteadily(site.file, 20_000, stop.signal);
    const shape = { name: 'u', perSecond: 5, count: seconds * 5, waitMs: 10_000 };
    const { waits, lost } = await provokeMany(site, { ...shape, signal: options.signal });
    const cpu = (cpuSeconds(hive ?? 0) - cpuBefore) / seconds;
    stop.abort();
    const written = await trickle;
    return [
      { name: 'lines a second meant, and written', value: written, unit: '/s', reference: 20_000 },
      atMost('pheromone with queen and sting, 1,000 rules', Number(cpu.toFixed(2)), 1, 'cores'),
      atLeast(
        'ingest with 1,000 rules against without',
        Math.round((100 * withRules.perSecond) / plain.perSecond),
        50,
        '%',
      ),
      {
        name: 'CPU of honeycomb for a million lines, with 1,000 rules and without',
        value: Number(withRules.cpu.toFixed(1)),
        reference: Number(plain.cpu.toFixed(1)),
        unit: 's',
      },
      atMost('latest alert under that load', Math.round(waits.at(-1) ?? Number.NaN), 1000, 'ms'),
      atMost('alerts that never came under load', lost.length, 0, 'alerts'),
    ];
  } finally {
    await closeSite(site);
  }
}

/** Writes until it is told to stop; gives the lines a second that were written. */
async function writeSteadily(
  file: string,
  perSecond: number,
  signal: AbortSignal,
): Promise<number> {
  const startedMs = now();
  let lines = 0;
  while (!signal.aborted) {
    const due = Math.floor(((now() - startedMs) * perSecond) / 1000) - lines;
    if (due > 0) appendFileSync(file, filler(due, 10_000_000 + lines));
    lines += Math.max(0, due);
    await sleep(20);
  }
  return Math.round(lines / ((now() - startedMs) / 1000));
}

async function chaos({ short, report }: BenchOptions): Promise<BenchRow[]> {
  const { kills, lost, doubled, pushes, repeats } = await runAlertChaos({
    count: short ? 60 : 500,
    perSecond: 10,
    report,
  });
  const killed = Object.values(kills).reduce((sum, times) => sum + times, 0);
  const share = (100 * repeats) / Math.max(1, pushes);
  return [
    { name: 'kills while alerts fired', value: killed, unit: 'kills' },
    atMost('alerts lost under kills', lost.length, 0, 'alerts'),
    atMost('pushes that came again, with the same key', Number(share.toFixed(1)), 1, '%'),
    atMost('alerts that were told again with another key', doubled.length, 0, 'alerts'),
  ];
}

/** `./apiary bench alerts`. */
export const alertsBench: Bench = {
  name: 'alerts',
  summary:
    'line written → push taken by a local APNs server; 1,000 rules under load; under kill -9',
  async run(options) {
    return [...(await latency(options)), ...(await load(options)), ...(await chaos(options))];
  },
};
