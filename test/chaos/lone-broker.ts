/** The embedded broker as a process of its own, so that a proxy can stand before it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../scripts/data-folder.ts';
import { freePort } from '../harness/apiary-up.ts';
import type { ReadQueues } from './queues.ts';
import type { ExternalService } from './run.ts';

const statsSchema = z.object({
  stats: z.object({
    queues: z.array(z.object({ name: z.string(), ready: z.number(), unacked: z.number() })),
  }),
});

/** See the file's head. */
export interface LoneBroker extends ExternalService {
  readonly url: string;
  readonly port: number;
  readonly queues: ReadQueues;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Starts one on a port that it keeps. */
export async function startLoneBroker(): Promise<LoneBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'apiary-lone-broker-'));
  const port = await freePort();
  let child = await spawnOn(folder, port);
  const kill = async () => {
    const ended = once(child, 'exit');
    if (child.kill('SIGKILL')) await ended;
  };
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    port,
    group: undefined,
    kill,
    async start() {
      child = await spawnOn(folder, port);
    },
    async queues() {
      child.send('stats');
      const [told] = await once(child, 'message');
      const { stats } = statsSchema.parse(told);
      return stats.queues.map(({ unacked, ...queue }) => ({ ...queue, unacknowledged: unacked }));
    },
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function spawnOn(folder: string, port: number): Promise<ChildProcess> {
  const program = join(projectRoot, 'hive/src/broker/main.ts');
  const argv = ['--data', folder, '--amqp-port', String(port)];
  const child = fork(program, argv, { stdio: 'ignore' });
  await once(child, 'message');
  return child;
}
