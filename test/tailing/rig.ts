/**
 * A Bee on a memory bus with a clock that the test moves, a stand-in for the Hive that approves it and sets
 * its targets, and the store's oracle behind.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bee } from '@apiary/bee/bee.ts';
import type { CheckAllowance, ListenTls } from '@apiary/bee/inputs/input.ts';
import { ManualClock } from '@apiary/common/clock.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import type { AgentFacts } from '@apiary/common/messages/agent.ts';
import type { TargetReports, Welcome } from '@apiary/common/messages/control.ts';
import { MemoryBroker } from '@apiary/common/testing/memory-broker.ts';
import { MemoryBus } from '@apiary/common/testing/memory-bus.ts';
import { z } from 'zod';
import { HiveStandIn } from './hive-stand-in.ts';
import { SlowBus } from './slow-bus.ts';
import type { StoreOracle } from './store-oracle.ts';

const FACTS: AgentFacts = {
  hostName: 'rig',
  machineId: 'm',
  addresses: [],
  system: 'test',
  architecture: 'test',
  version: '0.0.0',
  zoneOffsetMinutes: 0,
};
const checkpointSchema = z.object({
  generations: z.array(z.object({ id: z.string(), confirmed: z.number() })),
});
const STEP_MS = 50;
/** Real time; bounds a test that hangs. */
const DEADLINE_MS = 90_000;

/** See the file's head. */
export class Rig {
  readonly folder = mkdtempSync(join(tmpdir(), 'bee-tailing-'));
  readonly logs = join(this.folder, 'logs');
  data = join(this.folder, 'data');
  readonly broker = new MemoryBroker();
  readonly hive = new HiveStandIn(new MemoryBus(this.broker));
  allow: readonly string[] = [this.folder];
  checks: CheckAllowance = { folders: [], allowArguments: false };
  tls: ListenTls = {};
  clock = new ManualClock();
  bus = new SlowBus(this.broker);
  #bee: Bee | undefined;
  readonly #crashed: Bee[] = [];
  #kills = 0;
  readonly #clocks: ManualClock[] = [];

  /** Listens as agentmanager and as honeycomb do. */
  async open(): Promise<this> {
    await this.hive.open();
    return this;
  }

  get store(): StoreOracle {
    return this.hive.store;
  }

  get reports(): readonly TargetReports[] {
    return this.hive.reports;
  }

  /** The running Bee. */
  get bee(): Bee {
    if (!this.#bee) throw new Error('no Bee is running');
    return this.#bee;
  }

  /** Starts a Bee on the data folder and waits until it is welcomed. */
  async start(): Promise<void> {
    this.clock = new ManualClock(this.clock.now() + 1);
    this.#clocks.push(this.clock);
    this.bus = new SlowBus(this.broker);
    const bee = new Bee({
      bus: this.bus,
      clock: this.clock,
      log: createSilentLogger(),
      dataFolder: this.data,
      allow: this.allow,
      checks: this.checks,
      tls: this.tls,
      facts: () => FACTS,
    });
    this.#bee = bee;
    await bee.start();
    await this.until(() => bee.approval !== undefined);
  }

  /** Ends the Bee in order. */
  async stop(): Promise<void> {
    const bee = this.bee;
    this.#bee = undefined;
    let isStopped = false;
    const stopped = bee.stop().finally(() => {
      isStopped = true;
    });
    // It waits for confirms by its own clock.
    await this.until(() => isStopped);
    await stopped;
    await this.bus.close();
  }

  /** Ends it as kill -9 does, as far as can be had in one process: the next one finds the disk as it is now. */
  crash(): void {
    const bee = this.bee;
    this.#bee = undefined;
    this.bus.cut();
    this.#crashed.push(bee);
    const snapshot = join(this.folder, `data-${++this.#kills}`);
    copyFolder(this.data, snapshot);
    this.data = snapshot;
  }

  /** Sets the targets and waits for the reports that answer. */
  async watch(urls: readonly string[], options: { history?: boolean } = {}): Promise<void> {
    const { history = false } = options;
    this.hive.targets = urls.map((url, index) => ({
      id: `t${index}`,
      url,
      tags: ['rig'],
      history,
    }));
    const request = `request-${this.reports.length}`;
    await this.hive.setTargets(request);
    await this.until(() => this.reports.some((report) => report.request === request));
  }

  /** Tells the Bee what it is to the Hive now. */
  async welcome(approval: Welcome['approval']): Promise<void> {
    this.hive.approval = approval;
    await this.hive.welcome();
    await this.until(() => this.bee.approval === approval);
  }

  /** The last report of a target. */
  report(target = 't0') {
    return this.reports
      .flatMap(({ reports }) => reports)
      .filter((each) => each.target === target)
      .at(-1);
  }

  /** Moves the Bee's time, letting it do all that comes due. */
  async advance(byMs: number): Promise<void> {
    for (let moved = 0; moved < byMs; moved += STEP_MS) {
      this.clock.advance(STEP_MS);
      await this.#breathe();
    }
  }

  /** Moves the Bee's time until something holds. */
  async until(holds: () => boolean): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    while (!holds()) {
      if (performance.now() > deadline) throw new Error(`did not come about: ${holds}`);
      this.clock.advance(STEP_MS);
      await this.#breathe();
    }
  }

  /** Waits until every line is stored, and a little longer for any that should not be. */
  async settle(written: readonly string[]): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    while (this.store.compare(written).lost.length > 0) {
      if (performance.now() > deadline) break;
      await this.advance(STEP_MS);
    }
    await this.advance(2_000);
  }

  /** Waits until what the broker has confirmed is in the checkpoint on disk. */
  async checkpointed(): Promise<void> {
    await this.until(() => {
      const saved = savedOffsets(join(this.data, 'checkpoint.json'));
      const entries = this.bee.ledger.entries();
      return entries.every(({ generation, confirmed }) => saved.get(generation) === confirmed);
    });
  }

  /** Waits until killed Bees have let go of what the system takes from a killed process, such as ports. */
  async released(): Promise<void> {
    const stopped = this.#crashed.splice(0).map((bee) => bee.stop());
    await this.#breathe();
    // A crashed Bee waits for confirms by its own clock.
    for (const clock of this.#clocks) clock.advance(60_000);
    await Promise.all(stopped);
  }

  async close(): Promise<void> {
    if (this.#bee) this.#crashed.push(this.#bee);
    await this.released();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    await this.broker.settled();
  }
}

/** Copies the files that are there; one may be renamed away meanwhile. */
function copyFolder(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)];
    try {
      if (entry.isDirectory()) copyFolder(source, copy);
      else copyFileSync(source, copy);
    } catch {
      // A temporary file that has just got its own name: that one was or will be copied, or the one before.
    }
  }
}

/** Generation → confirmed, as on disk; nothing while the file is just being replaced. */
function savedOffsets(path: string): ReadonlyMap<string, number> {
  try {
    const text = readFileSync(path, 'utf8');
    const { generations } = checkpointSchema.parse(JSON.parse(text.slice(text.indexOf('\n'))));
    return new Map(generations.map(({ id, confirmed }) => [id, confirmed]));
  } catch {
    return new Map();
  }
}
