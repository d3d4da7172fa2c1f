/**
 * The embedded broker beside RabbitMQ, in one run: throughput of persistent, confirmed, consumed and
 * acknowledged messages, taken in turns, and a backlog that nobody consumes.
 */
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect, type Options } from 'amqplib';
import { z } from 'zod';
import { projectRoot } from '../../scripts/data-folder.ts';
import { provideRabbit } from '../../scripts/services.ts';
import { NODE_FLAGS } from '../../scripts/supervisor.ts';
import { atMost, type Bench, type BenchOptions, type BenchRow, percentile } from './bench.ts';
import type { LoadMode } from './broker/load.ts';

const ROUNDS = 5;
const ROUNDS_SHORT = 2;
const MEGABYTES = 1024;
const MEGABYTES_SHORT = 192;
/** A backlog must be larger than what the broker may hold in memory, in the short run too. */
const BACKLOG_MEGABYTES = 1024;
const BACKLOG_MEGABYTES_SHORT = 512;
const BACKLOG_RESIDENT_MB_MAX = 250;
const WATCH_MS = 50;

const loadResultSchema = z.object({ seconds: z.number(), messages: z.number() });

interface Target {
  readonly url: string;
  /** Resident MB of all its processes now. */
  residentMb(): number;
  stop(): Promise<void>;
}

async function startEmbedded(): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'apiary-bench-broker-'));
  const child: ChildProcess = fork(
    join(projectRoot, 'hive/src/broker/main.ts'),
    ['--data', folder, '--amqp-port', '0'],
    { stdio: 'ignore', execArgv: [...NODE_FLAGS] },
  );
  const [message]: { port?: number }[] = await once(child, 'message');
  return {
    url: `amqp://guest:guest@127.0.0.1:${message?.port}`,
    residentMb: () => residentMb(child.pid ?? 0),
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startRabbit(): Promise<Target | undefined> {
  const rabbit = await provideRabbit({ environment: { PATH: process.env.PATH } });
  if (!rabbit) return undefined;
  return {
    url: rabbit.url,
    residentMb: () => groupResidentMb(rabbit.group ?? 0),
    stop: () => rabbit.stop(),
  };
}

function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
}

/** Of all processes of a process group. */
function groupResidentMb(group: number): number {
  let sum = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(fields[2]) === group) sum += residentMb(Number(pid));
    } catch {
      // It ended meanwhile.
    }
  }
  return sum;
}

/** Runs the client; resolves with MB/s. */
async function load(target: Target, queue: string, megabytes: number, mode: LoadMode) {
  const program = join(import.meta.dirname, 'broker/load.ts');
  const argv = [program, target.url, queue, String(megabytes), mode];
  const { stdout } = await promisify(execFile)(process.execPath, argv);
  return megabytes / loadResultSchema.parse(JSON.parse(stdout)).seconds;
}

async function declare(target: Target, queue: string, options: Options.AssertQueue) {
  const model = await connect(target.url);
  const channel = await model.createChannel();
  await channel.assertQueue(queue, options);
  await model.close();
}

const QUORUM = { durable: true, arguments: { 'x-queue-type': 'quorum' } };

async function throughput(
  embedded: Target,
  rabbit: Target | undefined,
  { short, report }: BenchOptions,
): Promise<readonly BenchRow[]> {
  const megabytes = short ? MEGABYTES_SHORT : MEGABYTES;
  await declare(embedded, 'work', QUORUM);
  if (rabbit) {
    await declare(rabbit, 'work', QUORUM);
    await declare(rabbit, 'classic', { durable: true });
  }
  const rates = { embedded: [] as number[], quorum: [] as number[], classic: [] as number[] };
  for (let round = 0; round < (short ? ROUNDS_SHORT : ROUNDS); round += 1) {
    rates.embedded.push(await load(embedded, 'work', megabytes, 'both'));
    if (rabbit) {
      rates.quorum.push(await load(rabbit, 'work', megabytes, 'both'));
      rates.classic.push(await load(rabbit, 'classic', megabytes, 'both'));
    }
    report(`round ${round + 1}: ${JSON.stringify(rates)}`);
  }
  const value = median(rates.embedded);
  const name = '64 KiB persistent, confirmed, consumed, acknowledged; RabbitMQ with a';
  if (!rabbit) return [{ name: `${name} … did not run`, value, unit: 'MB/s' }];
  return (['quorum', 'classic'] as const).map((kind) => {
    const reference = median(rates[kind]);
    return {
      name: `${name} ${kind} queue`,
      ...{ value, unit: 'MB/s', reference, goal: '≥ RabbitMQ', ok: value >= reference },
    };
  });
}

async function backlog(target: Target, megabytes: number): Promise<{ peakMb: number }> {
  await declare(target, 'backlog', QUORUM);
  let peakMb = 0;
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, target.residentMb());
  }, WATCH_MS);
  try {
    await load(target, 'backlog', megabytes, 'publish');
    await load(target, 'backlog', megabytes, 'consume');
  } finally {
    clearInterval(watch);
  }
  return { peakMb: Math.round(peakMb) };
}

function median(values: readonly number[]): number {
  return Math.round(
    percentile(
      [...values].sort((a, b) => a - b),
      0.5,
    ),
  );
}

/** `./apiary bench broker`. */
export const brokerBench: Bench = {
  name: 'broker',
  summary: 'the embedded broker beside RabbitMQ: throughput, and a backlog larger than memory',
  async run(options) {
    const megabytes = options.short ? BACKLOG_MEGABYTES_SHORT : BACKLOG_MEGABYTES;
    const rabbit = await startRabbit();
    const embedded = await startEmbedded();
    try {
      const rows = [...(await throughput(embedded, rabbit, options))];
      await embedded.stop();
      const fresh = await startEmbedded();
      const own = await backlog(fresh, megabytes).finally(() => fresh.stop());
      const other = rabbit && (await backlog(rabbit, megabytes));
      const name = `resident at most, ${megabytes} MB published, then consumed`;
      rows.push({
        ...atMost(name, own.peakMb, BACKLOG_RESIDENT_MB_MAX, 'MB'),
        ...(other && { reference: other.peakMb }),
      });
      return rows;
    } finally {
      await rabbit?.stop();
    }
  },
};
