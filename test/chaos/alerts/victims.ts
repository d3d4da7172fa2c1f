/** What an alert depends on, as processes that can be killed; the harness starts each of them again. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApnsServer } from '@apiary/hive/sting/testing/apns-server.ts';
import { LOOPBACK_CERTIFICATE } from '@apiary/hive/sting/testing/loopback-tls.ts';
import { projectRoot } from '../../../scripts/data-folder.ts';
import { Child, type ChildSpec } from '../../../scripts/supervisor.ts';
import { freePort } from '../../harness/apiary-up.ts';
import type { PushServerOrder } from './pushes.ts';

/** Processes beside those of `up`. */
export class Helpers {
  readonly #children: Child[] = [];
  readonly #pids = new Map<string, number>();

  /** Starts one; resolves when it is ready. */
  async start(program: string, spec: ChildSpec): Promise<void> {
    const child = new Child(spec, program, {
      onSpawn: ({ spec: { name } }, pid) => void this.#pids.set(name, pid),
      onUnreached: () => undefined,
      onEnd: () => undefined,
    });
    this.#children.push(child);
    await child.start();
  }

  pids(): Record<string, number> {
    return Object.fromEntries(this.#pids);
  }

  async stop(): Promise<void> {
    for (const child of this.#children.reverse()) await child.stop();
  }
}

/** A push server that is a process, and what a channel to it is set up with. */
export interface PushServer {
  readonly settings: Readonly<Record<string, string | boolean>>;
  readonly key: string;
  /** Where it notes what it took. */
  readonly pushes: string;
  remove(): void;
}

/** Starts the push server as one of the helpers. */
export async function startPushServer(helpers: Helpers): Promise<PushServer> {
  const folder = mkdtempSync(join(tmpdir(), 'apiary-push-server-'));
  const pushes = join(folder, 'pushes');
  const port = await freePort();
  const { key, keyId, teamId, topic } = new ApnsServer();
  const order: PushServerOrder = { key, port, pushes };
  writeFileSync(join(folder, 'order'), JSON.stringify(order), { mode: 0o600 });
  await helpers.start(join(projectRoot, 'test/chaos/alerts/push-server.ts'), {
    name: 'push server',
    argv: [join(folder, 'order')],
    logFile: join(folder, 'log'),
  });
  return {
    settings: {
      ...{ keyId, teamId, topic, ca: LOOPBACK_CERTIFICATE },
      ...{ server: `127.0.0.1:${port}`, privateAddress: true },
    },
    key,
    pushes,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
