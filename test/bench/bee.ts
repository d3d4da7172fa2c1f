/** What a Bee costs: the single-file bundle against an embedded broker, beside rsyslog on the same bytes, in one run. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AmqpBus, connectBus } from '@apiary/common/bus/amqp-bus.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { bundle } from '../../scripts/bundle.ts';
import { projectRoot } from '../../scripts/data-folder.ts';
import { ensurePackages, findProgram, PACKAGES } from '../../scripts/packages.ts';
import { ENVIRONMENT, NODE_FLAGS } from '../../scripts/supervisor.ts';
import { writeCorpus } from './bee/corpus.ts';
import { cpuSeconds, residentMb } from './bee/processes.ts';
import { runRsyslog } from './bee/rsyslog.ts';
import { BeeSink } from './bee/sink.ts';
import { atMost, type Bench, type BenchOptions, type BenchRow } from './bench.ts';

const GB = 1e9;
const BYTES = 1e9;
const BYTES_SHORT = 128e6;
const IDLE_FILES = 2_000;
/** Until the pace of looking has come down, and then as long as is measured. */
const SETTLE_MS = 15_000;
const IDLE_MS = 30_000;
const IDLE_SHORT_MS = 10_000;
const STARTS = 5;
const SHARE_OF_RSYSLOG_MAX = 0.4;

interface Stage {
  readonly folder: string;
  readonly program: string;
  readonly port: number;
  readonly sink: BeeSink;
}

/** `./apiary bench bee`. */
export const beeBench: Bench = {
  name: 'bee',
  summary: 'CPU and memory of a Bee under load and idle beside rsyslog, and its start',
  async run(options) {
    const folder = mkdtempSync(join(tmpdir(), 'apiary-bench-bee-'));
    let broker: ChildProcess | undefined;
    let bus: AmqpBus | undefined;
    try {
      await bundle(join(folder, 'bundle'));
      const argv = ['--data', join(folder, 'broker'), '--amqp-port', '0'];
      const main = join(projectRoot, 'hive/src/broker/main.ts');
      broker = fork(main, argv, { stdio: 'ignore', execArgv: [...NODE_FLAGS] });
      const [{ port }]: [{ port: number }] = await (once(broker, 'message') as Promise<
        [{ port: number }]
      >);
      const url = `amqp://guest:guest@127.0.0.1:${port}`;
      const log = createSilentLogger();
      bus = await connectBus({ url, name: 'sink', declareTopology: true, log });
      const sink = await new BeeSink(bus).open();
      const program = join(folder, 'bundle/bee.mjs');
      const stage = { folder, program, port, sink };
      return [
        ...(await underLoad(stage, options)),
        ...(await idle(stage, options)),
        ...(await starts(stage)),
      ];
    } finally {
      await bus?.close();
      if (broker) await end(broker);
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function underLoad(stage: Stage, options: BenchOptions): Promise<readonly BenchRow[]> {
  const { folder, sink } = stage;
  const source = join(folder, 'load.log');
  const bytes = writeCorpus(source, options.short ? BYTES_SHORT : BYTES, options.samples);
  const reference = await referenceOf(stage, source, options);
  const bee = await startBee(stage, 'load');
  const before = { cpu: cpuSeconds(bee.pid ?? 0), atMs: performance.now() };
  const target = { id: 'load', url: `file://${source}`, tags: [], history: true };
  await sink.setTargets([target]);
  await sink.until(() => sink.bytes >= bytes);
  const seconds = (performance.now() - before.atMs) / 1000;
  // Until the last confirm has come, and with it the checkpoint.
  await sleep(500);
  const perGb = ((cpuSeconds(bee.pid ?? 0) - before.cpu) / bytes) * GB;
  const { peak } = residentMb(bee.pid ?? 0);
  await end(bee);
  const unit = 'CPU-s/GB';
  const value = round(perGb);
  const name = 'read, compressed, signed, confirmed; rsyslog reads and writes a file';
  const cost = reference === undefined ? { name, value, unit } : costRow(name, value, reference);
  return [
    cost,
    { name: 'throughput', value: Math.round(bytes / 1e6 / seconds), unit: 'MB/s' },
    atMost('resident under load, the most', Math.round(peak), 100, 'MB'),
  ];
}

function costRow(name: string, value: number, reference: number): BenchRow {
  const bound = round(reference * SHARE_OF_RSYSLOG_MAX);
  const goal = `≤ ${SHARE_OF_RSYSLOG_MAX} × rsyslog = ${bound}`;
  return { name, value, unit: 'CPU-s/GB', reference, goal, ok: value <= bound };
}

/** CPU seconds per GB of rsyslog on the same file; undefined where it cannot be had. */
async function referenceOf(
  { folder }: Stage,
  source: string,
  { report }: BenchOptions,
): Promise<number | undefined> {
  const environment = { PATH: process.env.PATH };
  const failure = await ensurePackages(environment, [PACKAGES.rsyslog]);
  const program = await findProgram(PACKAGES.rsyslog, environment);
  if (program === undefined) {
    report(`no rsyslog to compare with: ${failure ?? 'it was not found'}`);
    return undefined;
  }
  const result = await runRsyslog(program, source, join(folder, 'rsyslog'));
  report(`rsyslog: ${JSON.stringify(result)}`);
  rmSync(join(folder, 'rsyslog'), { recursive: true });
  return round((result.cpuSeconds / result.bytes) * GB);
}

async function idle(stage: Stage, { short }: BenchOptions): Promise<readonly BenchRow[]> {
  const logs = join(stage.folder, 'idle');
  mkdirSync(logs);
  for (let n = 0; n < IDLE_FILES; n++) writeFileSync(join(logs, `${n}.log`), `line of ${n}\n`);
  stage.sink.targets = [{ id: 'idle', url: `file://${logs}/*.log`, tags: [], history: true }];
  const { records } = stage.sink;
  const bee = await startBee(stage, 'idle');
  await stage.sink.until(() => stage.sink.records >= records + IDLE_FILES);
  await sleep(SETTLE_MS);
  const pid = bee.pid ?? 0;
  const before = cpuSeconds(pid);
  const forMs = short ? IDLE_SHORT_MS : IDLE_MS;
  await sleep(forMs);
  const share = ((cpuSeconds(pid) - before) / forMs) * 100_000;
  const { now } = residentMb(pid);
  await end(bee);
  return [
    atMost(`idle with ${IDLE_FILES} files`, round(share), 1, '% of a core'),
    atMost(`resident, idle with ${IDLE_FILES} files`, Math.round(now), 75, 'MB'),
  ];
}

/** From the start of the process to its first message, with something to read; the median of some. */
async function starts(stage: Stage): Promise<readonly BenchRow[]> {
  const { sink, folder } = stage;
  const file = join(folder, 'start.log');
  writeFileSync(file, 'first\n');
  sink.targets = [{ id: 'start', url: `file://${file}`, tags: [], history: true }];
  const took: number[] = [];
  for (let n = 0; n <= STARTS; n++) {
    const { messages } = sink;
    appendFileSync(file, `line ${n}\n`);
    const beganMs = performance.now();
    const bee = spawnBee(stage, 'start');
    await sink.until(() => sink.messages > messages);
    // The first one makes the key, the checkpoint and Node's cache of compiled code.
    if (n > 0) took.push(performance.now() - beganMs);
    await sleep(300);
    await end(bee);
  }
  const median = took.sort((a, b) => a - b)[Math.floor(took.length / 2)] ?? Number.NaN;
  return [atMost('start to first publish', Math.round(median), 150, 'ms')];
}

async function startBee(stage: Stage, name: string): Promise<ChildProcess> {
  const { reports } = stage.sink;
  const bee = spawnBee(stage, name);
  await stage.sink.until(() => stage.sink.reports > reports || stage.sink.targets.length === 0);
  await sleep(1_000);
  return bee;
}

function spawnBee({ folder, program, port }: Stage, name: string): ChildProcess {
  const data = join(folder, `data-${name}`);
  const profile = process.env.APIARY_BENCH_PROFILE;
  const extra = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const argv = [program, `amqp://guest:guest@127.0.0.1:${port}`, '--data', data];
  return spawn(
    process.execPath,
    [...NODE_FLAGS, ...extra, ...argv, '--allow', folder, '--log-level', 'error'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...ENVIRONMENT, PATH: process.env.PATH, NODE_COMPILE_CACHE: join(folder, 'cache') },
    },
  );
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
