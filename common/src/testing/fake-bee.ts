import type { Bus, OutgoingMessage, Subscription } from '../bus/bus.ts';
import { EXCHANGE, FROM_AGENT_KEY } from '../bus/topology.ts';
import type { AgentFacts, TargetSpec } from '../messages/agent.ts';
import {
  type Ask,
  type FromAgent,
  type Heartbeat,
  type TargetReports,
  type ToAgent,
  toAgentSchema,
} from '../messages/control.ts';
import type { Answer, Question } from '../messages/host-view.ts';
import type { LedgerReport } from '../messages/ledger.ts';
import { generateSigningKeys, type SigningKeys, signControl } from '../messages/signature.ts';

/** How a {@link FakeBee} answers `set-targets`; undefined: not at all. */
export type FakeReports = (targets: readonly TargetSpec[]) => TargetReports['reports'] | undefined;

/** The control side of a Bee: greets, beats, and answers as a test tells it to. Ships nothing. */
export class FakeBee {
  readonly keys: SigningKeys = generateSigningKeys();
  readonly bus: Bus;
  /** Every command that arrived, oldest first. */
  readonly received: ToAgent[] = [];
  readonly facts: AgentFacts;
  commandQueue = '';
  report: FakeReports = (targets) =>
    targets.map(({ id }) => ({ target: id, state: 'active', files: 1 }));
  /** How it answers `ask`; undefined: not at all. */
  answer: (question: Question) => Answer | undefined = () => undefined;
  #subscription: Subscription | undefined;
  #sequence = 0;

  constructor(bus: Bus, hostName: string) {
    this.bus = bus;
    this.facts = {
      hostName,
      machineId: `machine-of-${hostName}`,
      addresses: ['192.0.2.1'],
      system: 'Linux',
      architecture: 'x64',
      version: '0.1.0',
      zoneOffsetMinutes: 0,
    };
  }

  get id(): string {
    return this.keys.agent;
  }

  /** The newest command. */
  get last(): ToAgent | undefined {
    return this.received.at(-1);
  }

  /** Opens the command queue and greets. */
  async connect(sentMs: number): Promise<void> {
    await this.#subscription?.cancel();
    const options = { prefetch: 8, onReady: (queue: string) => (this.commandQueue = queue) };
    this.#subscription = await this.bus.consumeOwn(options, async (delivery) => {
      const command = toAgentSchema.parse(JSON.parse(delivery.body.toString('utf8')));
      this.received.push(command);
      delivery.ack();
      if (command.type === 'set-targets') await this.#answer(command.request, command.targets);
      if (command.type === 'ask') await this.#say(command);
    });
    await this.greet(sentMs);
  }

  /** Closes the command queue. */
  async disconnect(): Promise<void> {
    await this.#subscription?.cancel();
    this.#subscription = undefined;
  }

  /** Sends a handshake. */
  async greet(sentMs: number, commandQueue = this.commandQueue): Promise<void> {
    await this.bus.publish(
      this.sign(FROM_AGENT_KEY.handshake, this.handshake(sentMs, commandQueue)),
    );
  }

  /** A handshake's content. */
  handshake(sentMs: number, commandQueue = this.commandQueue): FromAgent {
    return {
      type: 'handshake',
      version: 1,
      agent: this.id,
      publicKey: this.keys.publicKey.toString('base64'),
      commandQueue,
      sentMs,
      facts: this.facts,
    };
  }

  /** Sends a heartbeat with the next sequence number, or with another one. */
  async beat(
    sentMs: number,
    sequence = this.#sequence + 1,
    ledger?: LedgerReport,
    counters: Pick<Heartbeat, 'linesRead' | 'bytesConfirmed'> = { linesRead: 0, bytesConfirmed: 0 },
  ): Promise<void> {
    this.#sequence = sequence;
    const heartbeat: Heartbeat = {
      type: 'heartbeat',
      version: 1,
      agent: this.id,
      sentMs,
      sequence,
      ...counters,
      ...(ledger && { ledger }),
    };
    await this.bus.publish(this.sign(FROM_AGENT_KEY.heartbeat, heartbeat));
  }

  /** Sends reports, as an answer or by itself. */
  async sendReports(reports: TargetReports['reports'], request?: string): Promise<void> {
    const message: TargetReports = {
      type: 'target-reports',
      version: 1,
      agent: this.id,
      ...(request === undefined ? {} : { request }),
      reports,
    };
    await this.bus.publish(this.sign(FROM_AGENT_KEY.reply, message));
  }

  /** A signed message to the Hive, to be published as it is or spoilt first. */
  sign(routingKey: string, content: FromAgent | Heartbeat): OutgoingMessage {
    const body = Buffer.from(JSON.stringify(content));
    const headers = signControl(this.keys, body);
    return { exchange: EXCHANGE.fromAgents, routingKey, type: content.type, body, headers };
  }

  async #say({ request, question }: Ask): Promise<void> {
    const answer = this.answer(question);
    if (!answer) return;
    const message = { type: 'answer', version: 1, agent: this.id, request, answer } as const;
    await this.bus.publish(this.sign(FROM_AGENT_KEY.reply, message));
  }

  async #answer(request: string, targets: readonly TargetSpec[]): Promise<void> {
    const reports = this.report(targets);
    if (reports) await this.sendReports(reports, request);
  }
}
