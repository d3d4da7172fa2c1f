/**
 * Chaos: under load, kills each process in turn, or for so many minutes kills one or stops it for a while at
 * random, and harms the network; lets all recover, and reads everything back. Used by `./apiary chaos` and, shorter, by the tests.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROUTES } from '@apiary/queen/routes.ts';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { eventually } from '../harness/eventually.ts';
import { type Fault, lasting } from './network.ts';
import { judge, type ReadVerdict } from './oracle.ts';
import { Pauses } from './pauses.ts';
import { type Answers, Questions } from './questions.ts';
import { embeddedQueues, type ReadQueues, stuckQueues } from './queues.ts';
import { unfinishedCommits } from './unfinished.ts';
import { Workload } from './workload.ts';

/** A broker or store outside, with its own kill and start. */
export interface ExternalService {
  /** Its process group, for signals; without it, it is never stopped for a while. */
  readonly group: number | undefined;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** An outside service and where it is; without `service` it is left to the faults. */
export interface ServiceAt {
  readonly url: string;
  readonly service?: ExternalService;
}

/** A broker outside: what its queues hold can be read. */
export interface BrokerAt extends ServiceAt {
  readonly queues: ReadQueues;
}

/** What a run does. */
export interface ChaosOptions {
  /** Rounds that kill everything once, or minutes of random kills and stops. */
  readonly rounds?: number;
  readonly minutes?: number;
  readonly files?: number;
  readonly linesPerSecond?: number;
  readonly rotateMs?: number;
  /** Between two kills, where the site need not become whole again. */
  readonly pauseMs?: number;
  readonly broker?: BrokerAt;
  /** What else befalls the broker, one at a time. */
  readonly faults?: readonly Fault[];
  readonly store?: ServiceAt;
  readonly report?: (line: string) => void;
}

/** What a run saw. */
export interface ChaosResult extends ReadVerdict {
  readonly kills: number;
  /** Processes that were stopped with SIGSTOP and woken later. */
  readonly stops: number;
  /** What else was done to the broker. */
  readonly faults: number;
  /** How often the site was given the time to become whole and did not. */
  readonly notWhole: number;
  /** Of questions that were asked meanwhile, and of those at the end. */
  readonly answers: Answers;
  /** Queues that never came to be empty after the end. */
  readonly stuck: readonly string[];
  /** Where lines are lost: what each honeycomb was doing then. */
  readonly unfinished: readonly string[];
}

/** True when nothing is wrong with a run. */
export function isClean(result: ChaosResult): boolean {
  const { lost, doubled, broken, notWhole, answers, stuck } = result;
  return lost + doubled + broken + notWhole + answers.wrong + stuck.length === 0;
}

/** Longer than a segment's lease and a heartbeat, so that others have given the sleeper up. */
const STOP_MS_MAX = 15_000;

/** Of what is done at random, where there are further faults. */
const FAULT_SHARE = 0.3;

/** What came in more slowly than it was written may take long, as long as it comes. */
const SETTLE_MS_MAX = 180_000;
const SETTLE_LOOK_MS = 500;
const DRAIN_MS_MAX = 60_000;

/** Runs it; see the file's head. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const folder = mkdtempSync(join(tmpdir(), 'apiary-chaos-'));
  const data = mkdtempSync(join(tmpdir(), 'apiary-chaos-data-'));
  const report = options.report ?? (() => {});
  const mark = `chaos${Math.random().toString(36).slice(2, 8)}`;
  const apiary = await startApiary({
    folder: data,
    ...(options.broker ? { broker: options.broker.url } : {}),
    ...(options.store ? { store: options.store.url } : {}),
  });
  const workload = new Workload({
    folder,
    mark,
    files: options.files ?? 20,
    linesPerSecond: options.linesPerSecond ?? 2_000,
    rotateMs: options.rotateMs ?? 2_000,
  });
  const questions = new Questions({
    mark,
    search: (request) => apiary.client.search(request),
    written: () => workload.written(),
  });
  let result: ChaosResult | undefined;
  try {
    const { results } = await apiary.client.addTargets({
      agents: 'all',
      urls: [`file://${folder}/*.log`],
      tags: ['chaos'],
      history: true,
    });
    if (!results.every(({ ok }) => ok)) throw new Error(`no target: ${JSON.stringify(results)}`);
    const startedMs = Date.now();
    workload.start();
    questions.start();
    const pauses = new Pauses({ pages: apiary.client, mark, report, pauseMs: options.pauseMs });
    const harm = { apiary, pauses, report };
    const done =
      options.minutes === undefined
        ? await killInTurn(harm, options)
        : await atRandom(harm, { ...options, minutes: options.minutes });
    const { notWhole } = pauses;
    workload.stop();
    await settle(apiary, { mark, lines: workload.total(), report });
    await questions.stop();
    await questions.askAtTheEnd();
    const verdict = await judge(apiary.client, mark, workload.written(), {
      span: { from: startedMs, to: Date.now() },
    });
    const unfinished = verdict.lost > 0 ? await askUnfinished(apiary) : [];
    const stuck = await stuckQueues(options.broker?.queues ?? embeddedQueues(data), DRAIN_MS_MAX);
    result = { ...verdict, ...done, notWhole, answers: questions.answers, stuck, unfinished };
    return result;
  } finally {
    await questions.stop();
    await apiary.stop();
    if (result && isClean(result)) {
      for (const each of [folder, data]) rmSync(each, { recursive: true, force: true });
    } else report(`kept for whoever looks into it: ${data} (data), ${folder} (files)`);
  }
}

async function askUnfinished({ client }: RunningApiary): Promise<string[]> {
  try {
    return unfinishedCommits((await client.call(ROUTES.health, undefined, {})).health);
  } catch (error) {
    return [`Queen does not say how the honeycombs are: ${String(error)}`];
  }
}

/** What does harm, and waits between two of it. */
interface Harm {
  readonly apiary: RunningApiary;
  readonly pauses: Pauses;
  readonly report: (line: string) => void;
}

interface Done {
  readonly kills: number;
  readonly stops: number;
  readonly faults: number;
}

async function killInTurn({ apiary, pauses, report }: Harm, options: ChaosOptions): Promise<Done> {
  const rounds = options.rounds ?? 1;
  let [kills, faults] = [0, 0];
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, pid] of Object.entries(apiary.children())) {
      if (signal(pid, 'SIGKILL')) kills += 1;
      await restarted(apiary, name, pid);
      await pauses.take();
    }
    for (const { service } of outside(options)) {
      await service.kill();
      kills += 1;
      await service.start();
      await pauses.take();
    }
    for (const fault of options.faults ?? []) {
      await inflict(fault, report);
      faults += 1;
      await pauses.take();
    }
    report(`round ${round} of ${rounds}: ${kills} kills, ${faults} further faults`);
  }
  return { kills, stops: 0, faults };
}

async function atRandom(
  { apiary, pauses, report }: Harm,
  options: ChaosOptions & { readonly minutes: number },
): Promise<Done> {
  const until = performance.now() + options.minutes * 60_000;
  let [kills, stops, faults] = [0, 0, 0];
  while (performance.now() < until) {
    const further = options.faults ?? [];
    if (further.length > 0 && Math.random() < FAULT_SHARE) {
      const fault = further[Math.floor(Math.random() * further.length)];
      if (fault) await inflict(fault, report);
      faults += 1;
      await pauses.take();
      continue;
    }
    const victims = [...Object.entries(apiary.children()), ...outside(options)];
    const victim = victims[Math.floor(Math.random() * victims.length)];
    const isStop = Math.random() < 0.4;
    if (!victim) continue;
    if (!('service' in victim)) {
      const [name, pid] = victim;
      if (!signal(pid, isStop ? 'SIGSTOP' : 'SIGKILL')) {
        await restarted(apiary, name, pid);
        continue;
      }
      if (isStop) await asleep(pid);
      else await restarted(apiary, name, pid);
      report(`${isStop ? 'stopped and woke' : 'killed'} ${name}`);
    } else if (isStop && victim.service.group !== undefined) {
      process.kill(-victim.service.group, 'SIGSTOP');
      await asleep(-victim.service.group);
      report(`stopped and woke the ${victim.name}`);
    } else {
      await victim.service.kill();
      await victim.service.start();
      report(`killed the ${victim.name}`);
    }
    if (isStop) stops += 1;
    else kills += 1;
    await pauses.take();
  }
  return { kills, stops, faults };
}

async function inflict(fault: Fault, report: (line: string) => void): Promise<void> {
  const helped = await fault.inflict();
  report(`${fault.name}${helped > 0 ? `, and started it again ${helped} times` : ''}`);
}

function outside({ broker, store }: ChaosOptions) {
  return [
    ...(broker?.service ? [{ name: 'broker', service: broker.service }] : []),
    ...(store?.service ? [{ name: 'store', service: store.service }] : []),
  ];
}

/** Wakes a process that was stopped, or a group by its negative id, later. */
async function asleep(pid: number): Promise<void> {
  await lasting(500 + Math.random() * (STOP_MS_MAX - 500));
  signal(pid, 'SIGCONT');
}

/** False for a process that has ended by itself, as one does that finds no broker for long; it is being started again. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

async function restarted(apiary: RunningApiary, name: string, oldPid: number): Promise<void> {
  await eventually(
    () => (apiary.children()[name] === oldPid ? undefined : true),
    `${name} starts again`,
  );
}

/** Waits until all lines are found; gives up waiting, not judging, when they are not. */
async function settle(
  { client }: RunningApiary,
  { mark, lines, report }: { mark: string; lines: number; report: (line: string) => void },
): Promise<void> {
  let found = -1;
  let grewMs = performance.now();
  while (performance.now() - grewMs < SETTLE_MS_MAX) {
    const total = await client.searchPage({ query: mark, limit: 0 }).then(
      (page) => page.total,
      () => -1,
    );
    if (total >= lines) return;
    if (total > found) {
      found = total;
      grewMs = performance.now();
    }
    await sleep(SETTLE_LOOK_MS);
  }
  report(`${found} of ${lines} lines are found, and none was added for three minutes`);
}
