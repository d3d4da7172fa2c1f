/** A thousand real Bees on one Hive: do all live, is every line stored, and what does agentmanager cost? */
import { once } from 'node:events';
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AmqpBus } from '@apiary/common/bus/amqp-bus.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import { agentMonitorActions } from '@apiary/common/messages/actions/agentmonitor.ts';
import { eventually } from '../harness/eventually.ts';
import { HiveSite, siteActor } from '../harness/hive-site.ts';
import { cpuSeconds } from './bee/processes.ts';
import { atLeast, atMost, type Bench, type BenchOptions, type BenchRow } from './bench.ts';

const BEES = 1_000;
const BEES_SHORT = 100;
const PROCESSES = 4;
const ROUNDS = 6;
const ROUND_MS = 5_000;
const WAIT_MS = 300_000;

/** `./apiary bench fleet`. */
export const fleetBench: Bench = {
  name: 'fleet',
  summary: `${BEES} real Bees on one Hive: alive, nothing lost, agentmanager's cost, targets on all`,
  async run(options) {
    const fleet = await Fleet.start();
    try {
      return await measure(fleet, options);
    } finally {
      await fleet.hive.stop();
    }
  },
};

/** A Hive with processes full of Bees. */
class Fleet {
  readonly alive = new Set<string>();
  readonly hive: HiveSite;

  private constructor(hive: HiveSite) {
    this.hive = hive;
  }

  static async start(): Promise<Fleet> {
    const fleet = new Fleet(await HiveSite.start('fleet'));
    await fleet.hive.bus.events.on('agent.alive', ({ body }) => {
      if (typeof body === 'object' && body && 'agent' in body) fleet.alive.add(String(body.agent));
    });
    return fleet;
  }

  /** What all Bees are told to watch. */
  get log(): string {
    return join(this.hive.folder, 'bees/logs/app.log');
  }

  async startBees(count: number): Promise<void> {
    mkdirSync(dirname(this.log), { recursive: true });
    appendFileSync(this.log, '');
    const each = Math.ceil(count / PROCESSES);
    const started: Promise<unknown>[] = [];
    for (let first = 0; first < count; first += each) {
      const some = String(Math.min(each, count - first));
      const argv = [this.hive.broker, join(this.hive.folder, 'bees'), String(first), some];
      started.push(once(this.hive.fork('test/bench/fleet/bees.ts', argv), 'message'));
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
}

async function measure(fleet: Fleet, { short, report }: BenchOptions) {
  const { bus } = fleet.hive;
  const count = short ? BEES_SHORT : BEES;
  const { approve, listAgents, addTargets } = agentManagerActions;
  const startMs = performance.now();
  await fleet.startBees(count);
  const { agents } = await eventually(
    async () => {
      const answer = await callAction(bus, listAgents, {}, { actor: siteActor });
      return answer.agents.length >= count ? answer : undefined;
    },
    'all have joined',
    WAIT_MS,
  );
  report(`${agents.length} joined after ${Math.round(performance.now() - startMs)} ms`);
  await callAction(bus, approve, { agents: agents.map(({ id }) => id) }, { actor: siteActor });
  await eventually(() => (fleet.alive.size >= count ? true : undefined), 'all live', WAIT_MS);
  report(`${fleet.alive.size} live after ${Math.round(performance.now() - startMs)} ms`);

  const setMs = performance.now();
  const urls = [`file://${fleet.log}`];
  const deadlineMs = 60_000;
  const { results } = await callAction(
    bus,
    addTargets,
    { agents: 'all', urls },
    { actor: siteActor, deadlineMs },
  );
  const tookS = Math.round((performance.now() - setMs) / 10) / 100;
  const active = results.filter(({ state }) => state === 'active').length;
  const named = new Set(results.map(({ name }) => name)).size;
  const rows = await steady(fleet, count, report);
  return [
    atLeast('agents alive', await countAlive(fleet.hive.bus), count, 'agents'),
    atLeast('a target on all: results, each with its agent', named, count, 'results'),
    atLeast('a target on all: active', active, count, 'results'),
    atMost('a target on all: time', tookS, 5, 's'),
    ...rows,
  ];
}

/** Lines trickle: what agentmanager costs meanwhile, and whether all of them are stored. */
async function steady(
  fleet: Fleet,
  count: number,
  report: (line: string) => void,
): Promise<readonly BenchRow[]> {
  const before = cpuSeconds(fleet.hive.agentManagerPid);
  const beganMs = performance.now();
  let written = 0;
  for (let round = 0; round < ROUNDS; round++) {
    fleet.trickle(round);
    written += count;
    await sleep(ROUND_MS);
  }
  const seconds = (performance.now() - beganMs) / 1000;
  const share = ((cpuSeconds(fleet.hive.agentManagerPid) - before) / seconds) * 100;
  const stored = await eventually(
    async () => {
      const total = await fleet.hive.count('trickle');
      report(`${total} of ${written} lines are stored`);
      return total >= written ? total : undefined;
    },
    'every line is stored',
    WAIT_MS,
  ).catch(() => fleet.hive.count('trickle'));
  return [
    atMost(`agentmanager, ${count} agents`, Math.round(share * 10) / 10, 30, '% of a core'),
    atMost('lines lost', written - stored, 0, `of ${written}`),
    atLeast('agents alive at the end', await countAlive(fleet.hive.bus), count, 'agents'),
  ];
}

async function countAlive(bus: AmqpBus): Promise<number> {
  const { liveness } = await callAction(
    bus,
    agentMonitorActions.listLiveness,
    {},
    { actor: siteActor },
  );
  return liveness.filter(({ state }) => state === 'alive').length;
}
