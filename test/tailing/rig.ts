/**
 * A Bee on a memory bus with a clock that the test moves, a stand-in for the Hive that approves it and sets
 * its targets, and the store's oracle behind.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bee } from '@apiary/bee/bee.ts';
import type { Delivery } from '@apiary/common/bus/bus.ts';
import { QUEUE } from '@apiary/common/bus/topology.ts';
import { ManualClock } from '@apiary/common/clock.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import type { AgentFacts, TargetSpec } from '@apiary/common/messages/agent.ts';
import {
  fromAgentSchema,
  type TargetReports,
  type ToAgent,
  type Welcome,
} from '@apiary/common/messages/control.ts';
import {
  decodeDataMessage,
  readDataHeaders,
  verifyData,
} from '@apiary/common/messages/data/message.ts';
import { publicKeyFromRaw } from '@apiary/common/messages/signature.ts';
import { MemoryBroker } from '@apiary/common/testing/memory-broker.ts';
import { MemoryBus } from '@apiary/common/testing/memory-bus.ts';
import { StoreOracle } from './store-oracle.ts';

const FACTS: AgentFacts = {
  hostName: 'rig',
  machineId: 'm',
  addresses: [],
  system: 'test',
  architecture: 'test',
  version: '0.0.0',
  zoneOffsetMinutes: 0,
};
const STEP_MS = 50;
/** Real time; bounds a test that hangs. */
const DEADLINE_MS = 20_000;

/** See the file's head. */
export class Rig {
  readonly folder = mkdtempSync(join(tmpdir(), 'bee-tailing-'));
  readonly logs = join(this.folder, 'logs');
  data = join(this.folder, 'data');
  readonly broker = new MemoryBroker();
  readonly hive = new MemoryBus(this.broker);
  readonly store = new StoreOracle();
  readonly reports: TargetReports[] = [];
  approval: Welcome['approval'] = 'approved';
  allow: readonly string[] = [this.folder];
  clock = new ManualClock();
  bus = new MemoryBus(this.broker);
  #targets: readonly TargetSpec[] = [];
  #bee: Bee | undefined;
  #commandQueue = '';
  #publicKey: Buffer | undefined;
  readonly #crashed: Bee[] = [];
  readonly #clocks: ManualClock[] = [];

  /** Listens as agentmanager and as honeycomb do. */
  async open(): Promise<this> {
    await this.hive.consume(QUEUE.agentManager, { prefetch: 10 }, (delivery) =>
      this.#fromAgent(delivery),
    );
    await this.hive.consume(QUEUE.blocks, { prefetch: 10 }, (delivery) => this.#data(delivery));
    return this;
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
    this.bus = new MemoryBus(this.broker);
    const bee = new Bee({
      bus: this.bus,
      clock: this.clock,
      log: createSilentLogger(),
      dataFolder: this.data,
      allow: this.allow,
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
    await bee.stop();
    await this.bus.close();
  }

  /** Ends it as kill -9 does, as far as can be had in one process: the next one finds the disk as it is now. */
  crash(): void {
    const bee = this.bee;
    this.#bee = undefined;
    this.bus.cut();
    this.#crashed.push(bee);
    const snapshot = `${this.data}-${this.#crashed.length}`;
    copyFolder(this.data, snapshot);
    this.data = snapshot;
  }

  /** Sets the targets and waits for the reports that answer. */
  async watch(urls: readonly string[], options: { history?: boolean } = {}): Promise<void> {
    const { history = false } = options;
    this.#targets = urls.map((url, index) => ({ id: `t${index}`, url, tags: ['rig'], history }));
    const request = `request-${this.reports.length}`;
    await this.#tell({ type: 'set-targets', version: 1, request, targets: [...this.#targets] });
    await this.until(() => this.reports.some((report) => report.request === request));
  }

  /** Tells the Bee what it is to the Hive now. */
  async welcome(approval: Welcome['approval']): Promise<void> {
    this.approval = approval;
    await this.#tell(this.#welcomeMessage());
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

  async close(): Promise<void> {
    const bees = this.#bee ? [...this.#crashed, this.#bee] : this.#crashed;
    const stopped = bees.map((bee) => bee.stop());
    await this.#breathe();
    // A crashed Bee waits for confirms by its own clock.
    for (const clock of this.#clocks) clock.advance(60_000);
    await Promise.all(stopped);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    await this.broker.settled();
  }

  #welcomeMessage(): Welcome {
    const targets = this.approval === 'approved' ? [...this.#targets] : [];
    return { type: 'welcome', version: 1, approval: this.approval, heartbeatMs: 2_000, targets };
  }

  async #tell(message: ToAgent): Promise<void> {
    await this.hive.publish({
      exchange: '',
      routingKey: this.#commandQueue,
      type: message.type,
      body: Buffer.from(JSON.stringify(message)),
    });
  }

  async #fromAgent(delivery: Delivery): Promise<void> {
    const message = fromAgentSchema.parse(JSON.parse(delivery.body.toString()));
    delivery.ack();
    if (message.type === 'target-reports') {
      this.reports.push(message);
      return;
    }
    this.#commandQueue = message.commandQueue;
    this.#publicKey = Buffer.from(message.publicKey, 'base64');
    await this.#tell(this.#welcomeMessage());
  }

  #data(delivery: Delivery): void {
    const headers = readDataHeaders(delivery.headers);
    if (!this.#publicKey) throw new Error('data before the handshake');
    verifyData(headers, delivery.body, publicKeyFromRaw(this.#publicKey));
    for (const run of decodeDataMessage(headers, delivery.body).runs) this.store.append(run);
    delivery.ack();
  }
}

/** Copies the files that are there; one may be renamed away meanwhile. */
function copyFolder(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    try {
      copyFileSync(join(from, name), join(to, name));
    } catch {
      // A temporary file that has just got its own name: that one was or will be copied, or the one before.
    }
  }
}
