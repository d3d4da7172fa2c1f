/** Does for one Bee what agentmanager and honeycomb do: answers handshakes, sets targets, keeps runs. */
import type { Bus, Delivery } from '@apiary/common/bus/bus.ts';
import { QUEUE } from '@apiary/common/bus/topology.ts';
import type { TargetSpec } from '@apiary/common/messages/agent.ts';
import {
  fromAgentSchema,
  type Handshake,
  type TargetReports,
  type ToAgent,
  type Welcome,
} from '@apiary/common/messages/control.ts';
import {
  decodeDataMessage,
  readDataHeaders,
  verifyData,
} from '@apiary/common/messages/data/message.ts';
import { publicKeyFromRaw, verifyControl } from '@apiary/common/messages/signature.ts';
import { StoreOracle } from './store-oracle.ts';

const PREFETCH = 10;

/** See the file's head. */
export class HiveStandIn {
  readonly store = new StoreOracle();
  readonly reports: TargetReports[] = [];
  approval: Welcome['approval'] = 'approved';
  targets: readonly TargetSpec[] = [];
  /** Told of each handshake before it is answered. */
  onHandshake: (handshake: Handshake) => Promise<void> = async () => undefined;
  /** Handshakes so far. */
  handshakes = 0;
  readonly #bus: Bus;
  #commandQueue = '';
  #publicKey: Buffer | undefined;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Begins to listen; to log data too, unless a real honeycomb takes that. */
  async open({ blocks = true } = {}): Promise<this> {
    await this.#bus.consume(QUEUE.agentManager, { prefetch: PREFETCH }, (delivery) =>
      this.#fromAgent(delivery),
    );
    if (!blocks) return this;
    await this.#bus.consume(QUEUE.blocks, { prefetch: PREFETCH }, (delivery) =>
      this.#data(delivery),
    );
    return this;
  }

  /** Sends the Bee a welcome with its full state. */
  async welcome(): Promise<void> {
    const targets = this.approval === 'approved' ? [...this.targets] : [];
    const { approval } = this;
    await this.#tell({ type: 'welcome', version: 1, approval, heartbeatMs: 2_000, targets });
  }

  /** Sets the targets; the report that answers bears the request's name. */
  async setTargets(request: string): Promise<void> {
    await this.#tell({ type: 'set-targets', version: 1, request, targets: [...this.targets] });
  }

  async #tell(message: ToAgent): Promise<void> {
    await this.#bus.publish({
      exchange: '',
      routingKey: this.#commandQueue,
      type: message.type,
      body: Buffer.from(JSON.stringify(message)),
    });
  }

  async #fromAgent(delivery: Delivery): Promise<void> {
    const message = fromAgentSchema.parse(JSON.parse(delivery.body.toString()));
    delivery.ack();
    if (message.type === 'handshake') this.#publicKey = Buffer.from(message.publicKey, 'base64');
    verifyControl(delivery.headers, delivery.body, {
      agent: message.agent,
      publicKey: this.#key(),
    });
    if (message.type === 'target-reports') {
      this.reports.push(message);
      return;
    }
    if (message.type !== 'handshake') return;
    await this.onHandshake(message);
    this.handshakes++;
    this.#commandQueue = message.commandQueue;
    // A Bee that was killed meanwhile has taken its queue with it.
    await this.welcome().catch(() => undefined);
  }

  #data(delivery: Delivery): void {
    const headers = readDataHeaders(delivery.headers);
    verifyData(headers, delivery.body, this.#key());
    for (const run of decodeDataMessage(headers, delivery.body).runs) this.store.append(run);
    delivery.ack();
  }

  #key() {
    if (!this.#publicKey) throw new Error('a message before the handshake');
    return publicKeyFromRaw(this.#publicKey);
  }
}
