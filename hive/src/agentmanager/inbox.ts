/** What Bees send to agentmanager: read, verified, handed to its part, or put aside with a reason. */
import type { Delivery } from '@apiary/common/bus/bus.ts';
import { QueueWorker } from '@apiary/common/bus/queue-worker.ts';
import { QUEUE } from '@apiary/common/bus/topology.ts';
import { type AppError, toAppError } from '@apiary/common/errors.ts';
import { AGENTMANAGER_PREFETCH, MESSAGE_RETRY_MS } from '@apiary/common/limits.ts';
import { type FromAgent, fromAgentSchema } from '@apiary/common/messages/control.ts';
import { deadLetter } from '@apiary/common/messages/dead-letter.ts';
import { readControl } from '@apiary/common/messages/read-control.ts';
import { KeyedQueue } from './at-once.ts';
import type { Handshakes } from './handshakes.ts';
import type { Parts } from './parts.ts';
import type { Questions } from './questions.ts';
import type { Reports } from './reports.ts';

/** Codes of messages that no repetition makes better. */
const DEAD_CODES: ReadonlySet<string> = new Set([
  'message-invalid',
  'signature-invalid',
  'agent-not-approved',
]);

/** Who takes what. */
interface Receivers {
  readonly handshakes: Handshakes;
  readonly reports: Reports;
  readonly questions: Questions;
}

/** Consumes `agentmanager.inbox`. */
export class Inbox {
  readonly #parts: Parts;
  readonly #receivers: Receivers;
  /** Messages of one agent are worked on in their order, those of different agents side by side. */
  readonly #queue = new KeyedQueue();
  readonly #worker = new QueueWorker();

  constructor(parts: Parts, receivers: Receivers) {
    this.#parts = parts;
    this.#receivers = receivers;
  }

  async start(): Promise<void> {
    const options = { prefetch: AGENTMANAGER_PREFETCH };
    await this.#worker.start(this.#parts.context.bus, QUEUE.agentManager, options, (delivery) =>
      this.#receive(delivery),
    );
  }

  async stop(): Promise<void> {
    await this.#worker.stop();
  }

  async #receive(delivery: Delivery): Promise<void> {
    let message: FromAgent | undefined;
    try {
      const read = readControl(delivery, fromAgentSchema);
      message = read;
      const outcome = await this.#queue.run(read.agent, () => this.#handle(read, delivery));
      this.#parts.messages.inc({ type: read.type, outcome });
      delivery.ack();
    } catch (thrown) {
      const error = toAppError(thrown);
      const type = message?.type ?? 'unknown';
      if (DEAD_CODES.has(error.code)) {
        this.#parts.messages.inc({ type, outcome: 'dead' });
        await this.#putAside(delivery, `${error.code}: ${error.message}`, message?.agent);
        return;
      }
      this.#parts.messages.inc({ type, outcome: 'failed' });
      await this.#failed(delivery, type, error);
    }
  }

  #handle(message: FromAgent, delivery: Delivery): Promise<string> {
    switch (message.type) {
      case 'handshake':
        return this.#receivers.handshakes.receive(message, delivery);
      case 'target-reports':
        return this.#receivers.reports.receive(message, delivery);
      case 'answer':
        return this.#receivers.questions.receive(message, delivery);
    }
  }

  /** What may pass is tried again after a while, anything else once more; then a person has to look. */
  async #failed(delivery: Delivery, type: string, error: AppError): Promise<void> {
    const { log, clock } = this.#parts.context;
    log.warn({ type, err: error }, 'message-failed');
    if (error.retryable) clock.after(MESSAGE_RETRY_MS, () => delivery.requeue());
    else if (delivery.redelivered) await this.#putAside(delivery, error.message, undefined);
    else delivery.requeue();
  }

  async #putAside(delivery: Delivery, reason: string, agent: string | undefined): Promise<void> {
    const { bus, clock, log } = this.#parts.context;
    log.warn({ reason, agent }, 'message-dead');
    await deadLetter(bus, delivery, {
      reason,
      agent,
      source: QUEUE.agentManager,
      atMs: clock.now(),
    });
  }
}
