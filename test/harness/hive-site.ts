/** A Hive of real processes around an embedded broker, without a web front end: what tests of many Bees, or of one that dies often, need. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AmqpBus, connectBus } from '@apiary/common/bus/amqp-bus.ts';
import type { Actor } from '@apiary/common/bus/bus.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import { projectRoot } from '../../scripts/data-folder.ts';
import { NODE_FLAGS } from '../../scripts/supervisor.ts';

const PAGE = 5_000;

/** Who asks the Hive. */
export const siteActor: Actor = { kind: 'component', id: 'site', name: 'site', role: 'system' };

/** See the file's head. */
export class HiveSite {
  readonly folder: string;
  /** Where its Bees connect to. */
  readonly broker: string;
  readonly bus: AmqpBus;
  agentManagerPid = 0;
  readonly #children: ChildProcess[];

  private constructor(folder: string, broker: string, bus: AmqpBus, children: ChildProcess[]) {
    this.folder = folder;
    this.broker = broker;
    this.bus = bus;
    this.#children = children;
  }

  /** Starts agentmanager in a process of its own, agentmonitor and honeycomb in another. */
  static async start(name: string): Promise<HiveSite> {
    const folder = mkdtempSync(join(tmpdir(), `apiary-${name}-`));
    const data = ['--data', join(folder, 'broker'), '--amqp-port', '0'];
    const child = forkProgram('hive/src/broker/main.ts', data);
    const [{ port }]: [{ port: number }] = await (once(child, 'message') as Promise<
      [{ port: number }]
    >);
    const url = `amqp://guest:guest@127.0.0.1:${port}`;
    const log = createSilentLogger();
    const bus = await connectBus({ url, name, declareTopology: true, log });
    const site = new HiveSite(folder, url, bus, [child]);
    site.agentManagerPid = (await site.#hive('agentmanager')).pid ?? 0;
    await site.#hive('agentmonitor', 'honeycomb');
    return site;
  }

  /** A process that ends with the site. */
  fork(program: string, argv: readonly string[]): ChildProcess {
    const child = forkProgram(program, argv);
    this.#children.push(child);
    return child;
  }

  /** How many records a query finds. */
  async count(query: string): Promise<number> {
    let total = 0;
    const request = { query, limit: 0 };
    for await (const part of streamAction(this.bus, honeycombActions.search, request, {
      actor: siteActor,
    })) {
      if (part.type === 'done') total = part.total;
    }
    return total;
  }

  /** Every record that a query finds, the oldest first. */
  async *records(query: string): AsyncGenerator<{ readonly id: string; readonly body: string }> {
    let cursor: string | undefined;
    do {
      const page = { query, limit: PAGE, order: 'oldest' as const };
      const request = { ...page, ...(cursor === undefined ? {} : { cursor }) };
      cursor = undefined;
      for await (const part of streamAction(this.bus, honeycombActions.search, request, {
        actor: siteActor,
      })) {
        if (part.type === 'records') yield* part.records;
        if (part.type !== 'done') continue;
        if (part.missing.length > 0) throw new Error(`missing: ${part.missing.join(', ')}`);
        cursor = part.next;
      }
    } while (cursor !== undefined);
  }

  /** Ends everything and removes the folder, unless it is kept for whoever looks into it. */
  async stop(keep = false): Promise<void> {
    await this.bus.close();
    await Promise.all([...this.#children].reverse().map(kill));
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }

  async #hive(...components: string[]): Promise<ChildProcess> {
    const store = `sqlite:${join(this.folder, 'store')}`;
    const options = ['--broker', this.broker, '--store', store, '--log-level', 'error'];
    const child = this.fork('scripts/apiary.ts', ['hive', ...components, ...options]);
    await once(child, 'message');
    return child;
  }
}

/** Ends a process as kill -9 does and waits until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

function forkProgram(program: string, argv: readonly string[]): ChildProcess {
  return fork(join(projectRoot, program), [...argv], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [...NODE_FLAGS],
  });
}
