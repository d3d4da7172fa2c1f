/**
 * Chaos: under load, kills each process in turn, lets all recover, and reads everything back. Used by
 * `./apiary chaos` and, shorter, by the tests.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { eventually } from '../harness/eventually.ts';
import { judge, type Verdict } from './oracle.ts';
import { Workload } from './workload.ts';

/** A broker outside, with its own kill and start. */
export interface ExternalBroker {
  readonly url: string;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** What a run does. */
export interface ChaosOptions {
  readonly rounds: number;
  readonly files?: number;
  readonly linesPerSecond?: number;
  readonly rotateMs?: number;
  /** Between two kills. */
  readonly pauseMs?: number;
  readonly broker?: ExternalBroker;
  readonly report?: (line: string) => void;
}

/** What a run saw. */
export interface ChaosResult extends Verdict {
  readonly kills: number;
}

const SETTLE_MS_MAX = 180_000;

/** Runs it; see the file's head. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const folder = mkdtempSync(join(tmpdir(), 'apiary-chaos-'));
  const data = mkdtempSync(join(tmpdir(), 'apiary-chaos-data-'));
  const report = options.report ?? (() => {});
  const mark = `chaos${Math.random().toString(36).slice(2, 8)}`;
  const apiary = await startApiary({
    folder: data,
    ...(options.broker ? { broker: options.broker.url } : {}),
  });
  const workload = new Workload({
    folder,
    mark,
    files: options.files ?? 20,
    linesPerSecond: options.linesPerSecond ?? 2_000,
    rotateMs: options.rotateMs ?? 2_000,
  });
  let isClean = false;
  try {
    const { results } = await apiary.client.addTargets({
      agents: 'all',
      urls: [`file://${folder}/*.log`],
      tags: ['chaos'],
      history: true,
    });
    if (!results.every(({ ok }) => ok)) throw new Error(`no target: ${JSON.stringify(results)}`);
    workload.start();
    const kills = await killInTurn(apiary, options, report);
    workload.stop();
    await settle(apiary, mark, workload.total());
    const verdict = await judge(apiary.client, mark, workload.written());
    isClean = verdict.lost + verdict.doubled + verdict.broken === 0;
    return { ...verdict, kills };
  } finally {
    await apiary.stop();
    if (isClean) for (const each of [folder, data]) rmSync(each, { recursive: true, force: true });
    else report(`kept for whoever looks into it: ${data} (data), ${folder} (files)`);
  }
}

async function killInTurn(
  apiary: RunningApiary,
  options: ChaosOptions,
  report: (line: string) => void,
): Promise<number> {
  let kills = 0;
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const [name, pid] of Object.entries(apiary.children())) {
      process.kill(pid, 'SIGKILL');
      kills += 1;
      await restarted(apiary, name, pid);
      await pause(options.pauseMs ?? 1_000);
    }
    if (options.broker) {
      await options.broker.kill();
      kills += 1;
      await options.broker.start();
      await pause(options.pauseMs ?? 1_000);
    }
    report(`round ${round} of ${options.rounds}: ${kills} kills`);
  }
  return kills;
}

async function restarted(apiary: RunningApiary, name: string, oldPid: number): Promise<void> {
  await eventually(
    () => (apiary.children()[name] === oldPid ? undefined : true),
    `${name} starts again`,
  );
}

/** The load goes on between two kills: this wait is the experiment itself. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until all lines are found; gives up waiting, not judging, when they are not. */
async function settle(apiary: RunningApiary, mark: string, lines: number): Promise<void> {
  const counted = async () => {
    const { total } = await apiary.client.searchPage({ query: mark, limit: 0 });
    return total >= lines ? total : undefined;
  };
  await eventually(counted, `${lines} lines are found`, SETTLE_MS_MAX).catch(() => undefined);
}
