/** The one {@link Bus}: AMQP 0-9-1 through amqplib, to RabbitMQ or the embedded broker. */
import { type Clock, systemClock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { BUS_SPLIT_OTHERS_MIN } from '../limits/bus.ts';
import { BUS_CLOSE_DEADLINE_MS, PUBLISH_EXCHANGES_MAX } from '../limits.ts';
import type { Logger } from '../log.ts';
import type {
  Bus,
  BusRpc,
  BusState,
  ConsumeOptions,
  OutgoingMessage,
  Subscription,
} from './bus.ts';
import { BusConnection, type BusTls } from './connection.ts';
import { consume } from './consumer.ts';
import { queueDepths } from './declare.ts';
import { AmqpEvents } from './events.ts';
import { Listeners } from './listeners.ts';
import { AmqpLive } from './live.ts';
import { Publisher } from './publisher.ts';
import { RpcClient } from './rpc-client.ts';
import { RpcServer } from './rpc-server.ts';
import { SplitWatch } from './split-watch.ts';

/** How {@link connectBus} connects. */
export interface BusOptions {
  /** `amqp://` or `amqps://`, with the account; `?heartbeat=` in seconds overrides the default. */
  readonly url: string;
  /** Shown by the broker's management tools. */
  readonly name: string;
  /** True for Hive; a Bee may not. */
  readonly declareTopology: boolean;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Gives up the first connection after it; without it the bus tries for ever. */
  readonly connectDeadlineMs?: number;
  /** Gives up the first connection when it is aborted. */
  readonly signal?: AbortSignal;
  /** Told each time that a node could not be reached: its host and port, and the reason. */
  readonly onUnreached?: (broker: string, reason: string) => void;
  readonly tls?: BusTls;
}

/** Figures for metrics. */
export interface BusStats {
  /** Publishes that wait for their confirm or for their turn. */
  readonly unconfirmed: number;
  readonly eventsDropped: number;
  readonly liveDropped: number;
  /** How often the connection was lost and came back. */
  readonly recoveries: number;
}

/**
 * Connects and resolves when the bus can be used.
 *
 * @throws AppError `bus-lost` with the reason when `connectDeadlineMs` passed; `bus-closed` when `signal` was
 * aborted
 */
export async function connectBus(options: BusOptions): Promise<AmqpBus> {
  const { bus, connected } = openBus(options);
  await connected;
  return bus;
}

/** As {@link connectBus}, with the bus at hand while it connects: what is asked of it until then waits. */
export function openBus(options: BusOptions): { bus: AmqpBus; connected: Promise<void> } {
  const { clock = systemClock, connectDeadlineMs, signal, ...settings } = options;
  const connection = new BusConnection({ ...settings, clock });
  const bus = new AmqpBus(connection);
  if (connection.otherNodes.length >= BUS_SPLIT_OTHERS_MIN) {
    void connection.add(new SplitWatch(connection));
  }
  const connect = async () => {
    await connection.open(connectDeadlineMs, signal);
    if (settings.declareTopology) await bus.events.start();
  };
  return { bus, connected: connect() };
}

type Handler = Parameters<Bus['consume']>[2];

/** See {@link connectBus}, which makes it. */
export class AmqpBus implements Bus {
  readonly rpc: BusRpc;
  readonly events: AmqpEvents;
  readonly live: AmqpLive;
  readonly #connection: BusConnection;
  readonly #publishers = new Map<string, Publisher>();
  #closing: Promise<void> | undefined;

  constructor(connection: BusConnection) {
    this.#connection = connection;
    const listeners = new Listeners(connection);
    this.events = new AmqpEvents(connection, listeners);
    this.live = new AmqpLive(connection, listeners);
    const client = new RpcClient(connection);
    this.rpc = {
      call: (address, action, body, options) => client.call({ address, action, body, options }),
      stream: (address, action, body, options) => client.stream({ address, action, body, options }),
      serve: async (address, handler) => {
        const server = new RpcServer(connection, address, handler);
        await server.start();
        return server;
      },
    };
  }

  get state(): BusState {
    return this.#connection.state;
  }

  onState(listener: (state: BusState) => void): () => void {
    return this.#connection.onState(listener);
  }

  stats(): BusStats {
    let unconfirmed = 0;
    for (const publisher of this.#publishers.values()) unconfirmed += publisher.unconfirmed;
    return {
      unconfirmed,
      eventsDropped: this.events.dropped,
      liveDropped: this.live.dropped,
      recoveries: this.#connection.recoveries,
    };
  }

  /**
   * Opens the channel that publishing to an exchange needs together with the connection, so that the first message
   * does not wait for it.
   *
   * @throws AppError `too-many`, `bus-closed`
   */
  prepare(exchange: string): void {
    this.#publisherOf(exchange);
  }

  async publish(message: OutgoingMessage, signal?: AbortSignal): Promise<void> {
    await this.#publisherOf(message.exchange).publish(message, signal);
  }

  async consume(queue: string, options: ConsumeOptions, handler: Handler): Promise<Subscription> {
    return await consume(this.#connection, {
      ...options,
      name: queue,
      queue: () => Promise.resolve(queue),
      handler,
    });
  }

  async consumeOwn(options: ConsumeOptions, handler: Handler): Promise<Subscription> {
    return await consume(this.#connection, {
      ...options,
      name: 'own queue',
      queue: async (channel) => {
        const { queue } = await channel.assertQueue('', { exclusive: true, durable: false });
        return queue;
      },
      handler,
    });
  }

  async depths(queues: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { model } = this.#connection;
    if (!model) throw new AppError('bus-lost', 'The connection to the broker is being re-made.');
    return await queueDepths(model, queues);
  }

  async close(deadlineMs = BUS_CLOSE_DEADLINE_MS): Promise<void> {
    this.#closing ??= this.#close(deadlineMs);
    await this.#closing;
  }

  async #close(deadlineMs: number): Promise<void> {
    const publishers = [...this.#publishers.values()];
    const drained = Promise.all(publishers.map((publisher) => publisher.drained()));
    const { clock } = this.#connection.settings;
    let cancel = () => {};
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(deadlineMs, resolve);
    });
    await Promise.race([drained, late]);
    cancel();
    await Promise.all(publishers.map((publisher) => publisher.close()));
    await this.#connection.close(deadlineMs);
  }

  #publisherOf(exchange: string): Publisher {
    if (this.#closing) throw new AppError('bus-closed', 'The bus was closed.');
    const known = this.#publishers.get(exchange);
    if (known) return known;
    if (this.#publishers.size >= PUBLISH_EXCHANGES_MAX) {
      throw new AppError('too-many', `Over ${PUBLISH_EXCHANGES_MAX} exchanges.`);
    }
    const publisher = new Publisher(this.#connection, exchange);
    this.#publishers.set(exchange, publisher);
    return publisher;
  }
}
