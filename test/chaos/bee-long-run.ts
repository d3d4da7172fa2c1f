/**
 * One Bee for long: its process is killed with SIGKILL again and again while files rotate under it, and everything is
 * read back from honeycomb. Used by `./apiary chaos --bee` and, shorter, by the tests.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import { bundle } from '../../scripts/bundle.ts';
import { ENVIRONMENT, NODE_FLAGS } from '../../scripts/supervisor.ts';
import { eventually } from '../harness/eventually.ts';
import { siteActor as actor, HiveSite, kill } from '../harness/hive-site.ts';
import { tally, type Verdict } from './oracle.ts';
import { RotatingLogs } from './rotating-logs.ts';

/** What a run does. */
export interface BeeLongRunOptions {
  readonly rotations: number;
  readonly kills: number;
  readonly report?: (line: string) => void;
}

/** What a run saw. */
export interface BeeLongRunResult extends Verdict {
  readonly rotations: number;
  readonly kills: number;
}

const FILES = 25;
const MARK = 'longrun';
/** Between two rotations, some lines to each file: a Bee has to live between two kills. */
const PAUSE_MS = 15;
/** So many rounds are on their way at most; what falls out of an archive is stored by then. */
const ROUNDS_BEHIND_MAX = 5;
const WAIT_MS = 300_000;

/** Runs it; see the file's head. */
export async function runBeeLong(options: BeeLongRunOptions): Promise<BeeLongRunResult> {
  const report = options.report ?? (() => undefined);
  const site = await HiveSite.start('long-run');
  const folder = join(site.folder, 'logs');
  const bee = new MortalBee(site);
  let isClean = false;
  try {
    mkdirSync(folder);
    const logs = new RotatingLogs({ folder, mark: MARK, files: FILES });
    logs.touch();
    await bee.install();
    await bee.watch([`file://${folder}/*.log`]);
    const kills = await rotateAndKill({ ...options, report }, logs, bee, site);
    await stored(site, logs.total);
    const verdict = await tally(site.records(MARK), logs.written);
    isClean = verdict.lost + verdict.doubled + verdict.broken === 0;
    return { ...verdict, rotations: logs.rotations, kills };
  } finally {
    await bee.end();
    await site.stop(!isClean);
    if (!isClean) report(`kept for whoever looks into it: ${site.folder}`);
  }
}

async function rotateAndKill(
  { rotations, kills, report }: Required<BeeLongRunOptions>,
  logs: RotatingLogs,
  bee: MortalBee,
  site: HiveSite,
): Promise<number> {
  const rounds = Math.ceil(rotations / FILES);
  let done = 0;
  for (let round = 1; round <= rounds; round++) {
    // Kills are spread evenly over the rounds, each at another moment of its round.
    const due = Math.floor((round * kills) / rounds) - done;
    const at = new Set(Array.from({ length: due }, () => Math.floor(Math.random() * FILES)));
    for (let file = 0; file < FILES; file++) {
      logs.writeAndRotate(file);
      if (at.has(file)) {
        await bee.killAndStart();
        done++;
      }
      await sleep(PAUSE_MS);
    }
    if (round % ROUNDS_BEHIND_MAX !== 0) continue;
    await stored(site, logs.total);
    logs.dropOldest();
    report(`${logs.rotations} rotations, ${done} kills, ${logs.total} lines`);
  }
  while (done < kills) {
    await bee.killAndStart();
    done++;
  }
  return done;
}

async function stored(site: HiveSite, total: number): Promise<void> {
  await eventually(
    async () => ((await site.count(MARK)) >= total ? true : undefined),
    'every line is stored',
    WAIT_MS,
  ).catch(() => undefined);
}

/** The one-file Bee of a site, in a process that may be killed. */
class MortalBee {
  readonly #site: HiveSite;
  #process: ChildProcess | undefined;

  constructor(site: HiveSite) {
    this.#site = site;
  }

  /** Builds it, starts it, and has it approved. */
  async install(): Promise<void> {
    await bundle(join(this.#site.folder, 'bundle'));
    this.#start();
    const { bus } = this.#site;
    const { listAgents, approve } = agentManagerActions;
    const agents = await eventually(
      async () => {
        const answer = await callAction(bus, listAgents, {}, { actor });
        return answer.agents.length > 0 ? answer.agents : undefined;
      },
      'the Bee has greeted',
      WAIT_MS,
    );
    await callAction(bus, approve, { agents: agents.map(({ id }) => id) }, { actor });
  }

  /** Sets its targets; resolves once it reads them. */
  async watch(urls: readonly string[]): Promise<void> {
    const { bus } = this.#site;
    const request = { agents: 'all' as const, urls: [...urls], history: true };
    await callAction(bus, agentManagerActions.addTargets, request, { actor, deadlineMs: 60_000 });
  }

  /** kill -9, and a new process on the same folder at once. */
  async killAndStart(): Promise<void> {
    await this.end();
    this.#start();
  }

  /** kill -9. */
  async end(): Promise<void> {
    if (this.#process) await kill(this.#process);
  }

  #start(): void {
    const { folder, broker } = this.#site;
    const options = ['--data', join(folder, 'bee'), '--allow', folder, '--log-level', 'error'];
    this.#process = spawn(
      process.execPath,
      [...NODE_FLAGS, join(folder, 'bundle/bee.mjs'), broker, ...options],
      { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...ENVIRONMENT } },
    );
  }
}
