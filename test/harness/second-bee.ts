/** A Bee beside `up`'s own, as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/data-folder.ts';

/** Runs until `stop`. */
export interface RunningBee {
  stop(): Promise<void>;
}

/** Starts `./apiary bee` with a new key; `flags` are more of its flags. */
export function startBee(amqpPort: number, ...flags: readonly string[]): RunningBee {
  const folder = mkdtempSync(join(tmpdir(), 'apiary-bee-'));
  const launch = join(projectRoot, 'scripts/launch.js');
  const words = ['bee', `127.0.0.1:${amqpPort}`, '--data', folder, ...flags];
  const bee = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', launch, ...words], {
    stdio: 'ignore',
  });
  const ended = once(bee, 'exit');
  return {
    stop: async () => {
      bee.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
