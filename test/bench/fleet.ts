/** A thousand real Bees on one Hive: do all live, is every line stored, and what does agentmanager cost? */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AmqpBus, connectBus } from '@apiary/common/bus/amqp-bus.ts';
import type { Actor } from '@apiary/common/bus/bus.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import { agentMonitorActions } from '@apiary/common/messages/actions/agentmonitor.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import { projectRoot } from '../../scripts/data-folder.ts';
import { NODE_FLAGS } from '../../scripts/supervisor.ts';
import { eventually } from '../harness/eventually.ts';
import { cpuSeconds } from './bee/processes.ts';
import { atLeast, atMost, type Bench, type BenchOptions, type BenchRow } from './bench.ts';

const BEES = 1_000;
const BEES_SHORT = 100;
const PROCESSES = 4;
const ROUNDS = 6;
const ROUND_MS = 5_000;
const WAIT_MS = 300_000;
const actor: Actor = { kind: 'component', id: 'bench', name: 'bench', role: 'system' };

/** `./apiary bench fleet`. */
export const fleetBench: Bench = {
  name: 'fleet',
  summary: `${BEES} real Bees on one Hive: alive, nothing lost, agentmanager's cost, targets on all`,
  async run(options) {
    const site = await FleetSite.start();
    try {
      return await measure(site, options);
    } finally {
      await site.stop();
    }
  },
};

/** A Hive of several processes, and processes full of Bees. */
class FleetSite {
  readonly folder = mkdtempSync(join(tmpdir(), 'apiary-fleet-'));
  readonly #children: ChildProcess[] = [];
  readonly alive = new Set<string>();
  #bus: AmqpBus | undefined;
  agentManagerPid = 0;
  #broker = '';

  static async start(): Promise<FleetSite> {
    const site = new FleetSite();
    const data = ['--data', join(site.folder, 'broker'), '--amqp-port', '0'];
    const broker = site.#fork('hive/src/broker/main.ts', data);
    const [{ port }]: [{ port: number }] = await (once(broker, 'message') as Promise<
      [{ port: number }]
    >);
    site.#broker = `amqp://guest:guest@127.0.0.1:${port}`;
    const log = createSilentLogger();
    const url = site.#broker;
    site.#bus = await connectBus({ url, name: 'bench', declareTopology: true, log });
    await site.#bus.events.on('agent.alive', ({ body }) => {
      if (typeof body === 'object' && body && 'agent' in body) site.alive.add(String(body.agent));
    });
    site.agentManagerPid = (await site.#hive('agentmanager')).pid ?? 0;
    await site.#hive('agentmonitor', 'honeycomb');
    return site;
  }

  /** What all Bees are told to watch. */
  get log(): string {
    return join(this.folder, 'bees/logs/app.log');
  }

  get bus(): AmqpBus {
    if (!this.#bus) throw new Error('the site has not started');
    return this.#bus;
  }

  async startBees(count: number): Promise<void> {
    mkdirSync(dirname(this.log), { recursive: true });
    appendFileSync(this.log, '');
    const each = Math.ceil(count / PROCESSES);
    const started: Promise<unknown>[] = [];
    for (let first = 0; first < count; first += each) {
      const some = String(Math.min(each, count - first));
      const argv = [this.#broker, join(this.folder, 'bees'), String(first), some];
      started.push(once(this.#fork('test/bench/fleet/bees.ts', argv), 'message'));
    }
    await Promise.all(started);
  }

  /** A line to the file that every Bee reads as its own. */
  trickle(round: number): void {
    appendFileSync(
      this.log,
      `${new Date().toISOString()} INFO trickle round ${round} of a fleet\n`,
    );
  }

  async stop(): Promise<void> {
    await this.#bus?.close();
    await Promise.all(
      [...this.#children].reverse().map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      }),
    );
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #hive(...components: string[]): Promise<ChildProcess> {
    const store = `sqlite:${join(this.folder, 'store')}`;
    const options = ['--broker', this.#broker, '--store', store, '--log-level', 'error'];
    const child = this.#fork('scripts/apiary.ts', ['hive', ...components, ...options]);
    await once(child, 'message');
    return child;
  }

  #fork(program: string, argv: readonly string[]): ChildProcess {
    const child = fork(join(projectRoot, program), [...argv], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [...NODE_FLAGS],
    });
    this.#children.push(child);
    return child;
  }
}

async function measure(site: FleetSite, { short, report }: BenchOptions) {
  const { bus } = site;
  const count = short ? BEES_SHORT : BEES;
  const { approve, listAgents, addTargets } = agentManagerActions;
  const startMs = performance.now();
  await site.startBees(count);
  const { agents } = await eventually(
    async () => {
      const answer = await callAction(bus, listAgents, {}, { actor });
      return answer.agents.length >= count ? answer : undefined;
    },
    'all have joined',
    WAIT_MS,
  );
  report(`${agents.length} joined after ${Math.round(performance.now() - startMs)} ms`);
  await callAction(bus, approve, { agents: agents.map(({ id }) => id) }, { actor });
  await eventually(() => (site.alive.size >= count ? true : undefined), 'all live', WAIT_MS);
  report(`${site.alive.size} live after ${Math.round(performance.now() - startMs)} ms`);

  const setMs = performance.now();
  const urls = [`file://${site.log}`];
  const deadlineMs = 60_000;
  const { results } = await callAction(
    bus,
    addTargets,
    { agents: 'all', urls },
    { actor, deadlineMs },
  );
  const tookS = Math.round((performance.now() - setMs) / 10) / 100;
  const active = results.filter(({ state }) => state === 'active').length;
  const named = new Set(results.map(({ name }) => name)).size;
  const rows = await steady(site, count, report);
  return [
    atLeast('agents alive', await countAlive(site), count, 'agents'),
    atLeast('a target on all: results, each with its agent', named, count, 'results'),
    atLeast('a target on all: active', active, count, 'results'),
    atMost('a target on all: time', tookS, 5, 's'),
    ...rows,
  ];
}

/** Lines trickle: what agentmanager costs meanwhile, and whether all of them are stored. */
async function steady(
  site: FleetSite,
  count: number,
  report: (line: string) => void,
): Promise<readonly BenchRow[]> {
  const before = cpuSeconds(site.agentManagerPid);
  const beganMs = performance.now();
  let written = 0;
  for (let round = 0; round < ROUNDS; round++) {
    site.trickle(round);
    written += count;
    await sleep(ROUND_MS);
  }
  const seconds = (performance.now() - beganMs) / 1000;
  const share = ((cpuSeconds(site.agentManagerPid) - before) / seconds) * 100;
  const stored = await eventually(
    async () => {
      const total = await storedLines(site);
      report(`${total} of ${written} lines are stored`);
      return total >= written ? total : undefined;
    },
    'every line is stored',
    WAIT_MS,
  ).catch(() => storedLines(site));
  return [
    atMost(`agentmanager, ${count} agents`, Math.round(share * 10) / 10, 30, '% of a core'),
    atMost('lines lost', written - stored, 0, `of ${written}`),
    atLeast('agents alive at the end', await countAlive(site), count, 'agents'),
  ];
}

async function countAlive({ bus }: FleetSite): Promise<number> {
  const { liveness } = await callAction(bus, agentMonitorActions.listLiveness, {}, { actor });
  return liveness.filter(({ state }) => state === 'alive').length;
}

async function storedLines({ bus }: FleetSite): Promise<number> {
  const request = { query: 'trickle', limit: 0 };
  let total = 0;
  for await (const part of streamAction(bus, honeycombActions.search, request, { actor })) {
    if (part.type === 'done') total = part.total;
  }
  return total;
}
