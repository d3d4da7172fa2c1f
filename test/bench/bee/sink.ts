/** The Hive's side of a benchmark: greets one Bee, sets its targets, and counts what it ships. */
import type { Bus, Delivery } from '@apiary/common/bus/bus.ts';
import { QUEUE } from '@apiary/common/bus/topology.ts';
import type { TargetSpec } from '@apiary/common/messages/agent.ts';
import { fromAgentSchema, type ToAgent } from '@apiary/common/messages/control.ts';
import { decodeRuns } from '@apiary/common/messages/data/codec.ts';

/** See the file's head. Signatures are not checked: that is the Hive's cost. */
export class BeeSink {
  bytes = 0;
  records = 0;
  messages = 0;
  reports = 0;
  /** What the Bee is told to watch at its next handshake. */
  targets: readonly TargetSpec[] = [];
  readonly #bus: Bus;
  #commandQueue: string | undefined;
  readonly #waiting = new Set<{ holds: () => boolean; tell: () => void }>();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  async open(): Promise<this> {
    await this.#bus.consume(QUEUE.agentManager, { prefetch: 8 }, (delivery) =>
      this.#control(delivery),
    );
    await this.#bus.consume(QUEUE.blocks, { prefetch: 32 }, (delivery) => this.#data(delivery));
    return this;
  }

  /** Sets the targets of the Bee that is connected. */
  async setTargets(targets: readonly TargetSpec[]): Promise<void> {
    this.targets = targets;
    await this.#tell({ type: 'set-targets', version: 1, request: 'bench', targets: [...targets] });
  }

  /** Resolves once something holds; looked at whenever something arrives. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add({ holds, tell: resolve }));
  }

  async #tell(message: ToAgent): Promise<void> {
    if (this.#commandQueue === undefined) return;
    const body = Buffer.from(JSON.stringify(message));
    const routingKey = this.#commandQueue;
    await this.#bus.publish({ exchange: '', routingKey, type: message.type, body });
  }

  async #control(delivery: Delivery): Promise<void> {
    const message = fromAgentSchema.parse(JSON.parse(delivery.body.toString()));
    delivery.ack();
    if (message.type === 'target-reports') this.reports++;
    if (message.type === 'handshake') {
      this.#commandQueue = message.commandQueue;
      const welcome = { type: 'welcome', version: 1, approval: 'approved' } as const;
      await this.#tell({ ...welcome, heartbeatMs: 2_000, targets: [...this.targets] });
    }
    this.#look();
  }

  #data(delivery: Delivery): void {
    for (const run of decodeRuns(delivery.body)) {
      this.bytes += run.to - run.from;
      this.records += run.sourceLengths.length;
    }
    this.messages++;
    delivery.ack();
    this.#look();
  }

  #look(): void {
    for (const waiting of this.#waiting) {
      if (!waiting.holds()) continue;
      this.#waiting.delete(waiting);
      waiting.tell();
    }
  }
}
