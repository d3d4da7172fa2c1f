/** Events on the topic exchange: sent when there is a broker, received through bounded queues. */
import { EVENT_QUEUE_MESSAGES_MAX } from '../limits.ts';
import type { BusEvent, BusEvents, Subscription } from './bus.ts';
import type { BusConnection } from './connection.ts';
import type { Listeners } from './listeners.ts';
import { EXCHANGE } from './topology.ts';
import { TransientPublisher } from './transient-publisher.ts';

/** See the file's head. */
export class AmqpEvents implements BusEvents {
  readonly #connection: BusConnection;
  readonly #listeners: Listeners;
  readonly #out: TransientPublisher;

  constructor(connection: BusConnection, listeners: Listeners) {
    this.#connection = connection;
    this.#listeners = listeners;
    this.#out = new TransientPublisher(connection, { name: 'events' });
  }

  /** Events that found no broker or no room. */
  get dropped(): number {
    return this.#out.dropped;
  }

  /** Opens the channel for sending. @throws AppError `broker-refused`, `bus-closed` */
  async start(): Promise<void> {
    await this.#out.start();
  }

  emit(name: string, body: unknown): void {
    // A bus that seldom emits has no channel before its first event, which is then dropped.
    this.#out.start().catch(() => undefined);
    this.#out.publish(EXCHANGE.events, name, Buffer.from(JSON.stringify(body ?? null)));
  }

  async on(pattern: string, handler: (event: BusEvent) => void): Promise<Subscription> {
    const { log } = this.#connection.settings;
    return await this.#listeners.listen({
      name: `listener to ${pattern}`,
      lengthMax: EVENT_QUEUE_MESSAGES_MAX,
      bind: (channel, queue) => channel.bindQueue(queue, EXCHANGE.events, pattern),
      handler: (name, bytes) => {
        const body = parse(bytes);
        if (body) handler({ name, body: body.value });
        else log.warn({ name }, 'event is not JSON');
      },
    });
  }
}

function parse(bytes: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(bytes.toString('utf8')) };
  } catch {
    return undefined;
  }
}
