/**
 * Confirmed publishing to one exchange, in order, with a bounded window. Each exchange has a channel of
 * its own: a missing exchange or a missing right closes the channel, and that is nobody else's trouble.
 */
import type { ConfirmChannel, Options } from 'amqplib';
import { AppError } from '../errors.ts';
import { PUBLISH_KEYS_MAX } from '../limits/bus.ts';
import { PUBLISH_WAITING_MAX, PUBLISH_WINDOW } from '../limits.ts';
import type { OutgoingMessage } from './bus.ts';
import type { BusConnection } from './connection.ts';
import { REPLY_CODE, replyCode } from './declare.ts';
import { RecoveringChannel } from './recovering-channel.ts';

interface Entry {
  readonly id: string;
  readonly message: OutgoingMessage;
  readonly settle: (error?: unknown) => void;
  /** Nobody waits for it any more: it is not sent again, and keeps its place until its confirm. */
  abandoned: boolean;
  returned: boolean;
  sent: boolean;
}

/** See the file's head. */
export class Publisher {
  readonly #channel: RecoveringChannel<ConfirmChannel>;
  /** Taken, in order; what is unconfirmed when the channel is lost is sent again. */
  readonly #inFlight = new Map<string, Entry>();
  readonly #waiting = new Set<Entry>();
  #idle: (() => void)[] = [];
  #sequence = 0;
  #closed = false;
  /** Routing keys of which this channel has seen a confirm. */
  readonly #proven = new Set<string>();
  /** Ids that may have closed the channel; while there are some, one message goes at a time. */
  #suspects = new Set<string>();

  constructor(connection: BusConnection, exchange: string) {
    this.#channel = new RecoveringChannel<ConfirmChannel>(connection, {
      name: `publisher of ${exchange === '' ? 'the default exchange' : exchange}`,
      create: (model) => model.createConfirmChannel(),
      open: async (channel) => {
        channel.on('return', ({ properties }) => {
          const id: unknown = properties.messageId;
          const entry = typeof id === 'string' ? this.#inFlight.get(id) : undefined;
          if (entry) entry.returned = true;
        });
      },
      opened: () => this.#pump(),
      lost: (error) => this.#lost(error),
    });
    // The publishes themselves are told what happens.
    this.#channel.start().catch(() => undefined);
  }

  /** Messages that have not been confirmed. */
  get unconfirmed(): number {
    return this.#inFlight.size + this.#waiting.size;
  }

  /** See `Bus.publish`. */
  publish(message: OutgoingMessage, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.#closed) return reject(new AppError('bus-closed', 'The bus was closed.'));
      if (this.#waiting.size >= PUBLISH_WAITING_MAX) {
        return reject(new AppError('too-many', `Over ${PUBLISH_WAITING_MAX} publishes wait.`));
      }
      this.#sequence += 1;
      const abort = () => this.#abandon(entry, signal?.reason);
      const entry: Entry = {
        id: String(this.#sequence),
        message,
        settle: (error) => {
          signal?.removeEventListener('abort', abort);
          if (error === undefined) resolve();
          else reject(error);
        },
        abandoned: false,
        returned: false,
        sent: false,
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.add(entry);
      this.#pump();
    });
  }

  /** Resolves when nothing is unconfirmed. */
  async drained(): Promise<void> {
    if (this.unconfirmed === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Rejects what is unconfirmed with `bus-closed`. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#rejectAll(() => new AppError('bus-closed', 'Closed before the broker confirmed.'));
    await this.#channel.close();
  }

  /** Takes waiting messages into the window and sends what may be sent. */
  #pump(): void {
    for (const entry of this.#waiting) {
      if (this.#inFlight.size >= PUBLISH_WINDOW) break;
      this.#waiting.delete(entry);
      this.#inFlight.set(entry.id, entry);
      if (this.#suspects.size === 0) this.#send(entry);
    }
    const channel = this.#channel.channel;
    if (!channel) return;
    for (const entry of this.#inFlight.values()) {
      if (!entry.sent) this.#send(entry);
      if (this.#suspects.size > 0) break;
    }
  }

  #send(entry: Entry): void {
    const channel = this.#channel.channel;
    if (!channel) return;
    const { exchange, routingKey, body } = entry.message;
    entry.sent = true;
    entry.returned = false;
    const confirmed = (error: unknown) => {
      // amqplib calls this for a closed channel, too, before it says that the channel closed.
      queueMicrotask(() => {
        if (this.#channel.channel === channel) this.#confirmed(entry, Boolean(error));
      });
    };
    channel.publish(exchange, routingKey, body, propertiesOf(entry), confirmed);
  }

  #confirmed(entry: Entry, refused: boolean): void {
    if (!this.#inFlight.delete(entry.id)) return;
    this.#suspects.delete(entry.id);
    const { exchange, routingKey } = entry.message;
    const target = `${exchange} with the key ${routingKey}`;
    if (entry.returned) entry.settle(new AppError('unroutable', `No queue takes ${target}.`));
    else if (refused) entry.settle(new AppError('broker-refused', `The broker refused ${target}.`));
    else entry.settle();
    if (refused) this.#doubt(routingKey);
    else this.#prove(routingKey);
    this.#pump();
    this.#tellIdle();
  }

  #prove(routingKey: string): void {
    if (this.#proven.size >= PUBLISH_KEYS_MAX) this.#proven.clear();
    this.#proven.add(routingKey);
  }

  /**
   * Seen with RabbitMQ 3.10: a channel whose first message for a quorum queue meets the death of the queue's
   * leader is refused everything until that node is back, while a new channel is served: it keeps to a leader that
   * the queue's record no longer has (rabbitmq/rabbitmq-server#9241).
   */
  #doubt(routingKey: string): void {
    if (!this.#proven.has(routingKey)) this.#channel.restart('refused from the first on');
  }

  #abandon(entry: Entry, reason: unknown): void {
    entry.settle(reason);
    this.#waiting.delete(entry);
    entry.abandoned = true;
    if (!entry.sent || !this.#channel.channel) this.#forget(entry);
    this.#tellIdle();
  }

  #forget(entry: Entry): void {
    this.#inFlight.delete(entry.id);
    this.#suspects.delete(entry.id);
    this.#pump();
  }

  #lost(error: Error | undefined): void {
    this.#proven.clear();
    const code = replyCode(error);
    if (code === REPLY_CODE.accessRefused) {
      this.#rejectAll(() => new AppError('broker-refused', error?.message ?? '', { cause: error }));
    } else if (code !== undefined && code !== REPLY_CODE.notFound) {
      this.#blame(error);
    }
    for (const entry of [...this.#inFlight.values()]) {
      entry.sent = false;
      if (entry.abandoned) this.#forget(entry);
    }
    this.#tellIdle();
  }

  /**
   * The broker closed the channel over one of the messages and does not say which: all are sent again one
   * by one, and the one that is alone when it happens again is refused.
   */
  #blame(error: Error | undefined): void {
    const sent = [...this.#inFlight.values()].filter((entry) => entry.sent);
    const [culprit] = sent;
    if (sent.length === 1 && culprit) {
      culprit.settle(new AppError('broker-refused', error?.message ?? '', { cause: error }));
      this.#inFlight.delete(culprit.id);
      this.#suspects.delete(culprit.id);
    } else {
      this.#suspects = new Set(sent.map((entry) => entry.id));
    }
  }

  #rejectAll(reason: () => AppError): void {
    const all = [...this.#inFlight.values(), ...this.#waiting];
    this.#inFlight.clear();
    this.#waiting.clear();
    this.#suspects.clear();
    for (const entry of all) entry.settle(reason());
    this.#tellIdle();
  }

  #tellIdle(): void {
    if (this.unconfirmed > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

function propertiesOf({ id, message }: Entry): Options.Publish {
  const { type, headers, persistent, expirationMs, correlationId, replyTo } = message;
  return {
    mandatory: true,
    messageId: id,
    persistent: persistent ?? true,
    ...(headers && { headers: { ...headers } }),
    ...(type !== undefined && { type }),
    ...(expirationMs !== undefined && { expiration: String(Math.max(0, Math.ceil(expirationMs))) }),
    ...(correlationId !== undefined && { correlationId }),
    ...(replyTo !== undefined && { replyTo }),
  };
}
