import type {
  Bus,
  BusEvent,
  BusEvents,
  BusLive,
  BusState,
  ConsumeOptions,
  Delivery,
  OutgoingMessage,
  Subscription,
} from '../bus/bus.ts';
import { EXCHANGE, liveExchange } from '../bus/topology.ts';
import { AppError } from '../errors.ts';
import { LIVE_QUEUE_MESSAGES_MAX, PUBLISH_WAITING_MAX, PUBLISH_WINDOW } from '../limits.ts';
import { MemoryBroker, type MemoryBrokerOptions } from './memory-broker.ts';
import type { MemoryQueue } from './memory-queue.ts';
import { MemoryRpc } from './memory-rpc.ts';

type Handler = (delivery: Delivery) => void | Promise<void>;

interface Publish {
  readonly message: OutgoingMessage;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** Grows with each attempt, so that a confirm of an earlier connection counts for nothing. */
  attempt: number;
  /** It was routed on the present connection. */
  sent: boolean;
}

interface Consuming {
  attach(): void;
  detach(): void;
}

/** A bus on a broker of its own, with that broker. */
export function createMemoryBus(options?: MemoryBrokerOptions): {
  bus: MemoryBus;
  broker: MemoryBroker;
} {
  const broker = new MemoryBroker(options);
  return { bus: new MemoryBus(broker), broker };
}

/** One connection to a {@link MemoryBroker}: all that `Bus` promises, without a network. */
export class MemoryBus implements Bus {
  readonly rpc: MemoryRpc;
  /** What handlers threw, oldest first; their deliveries stay unacknowledged. */
  readonly handlerErrors: unknown[] = [];
  readonly #broker: MemoryBroker;
  readonly #listeners = new Set<(state: BusState) => void>();
  readonly #consuming = new Set<Consuming>();
  readonly #inFlight = new Set<Publish>();
  readonly #waiting: Publish[] = [];
  readonly #stopDeclared: () => void;
  #state: BusState = 'connected';
  #closed = false;

  constructor(broker: MemoryBroker) {
    this.#broker = broker;
    this.rpc = new MemoryRpc(broker, () => this.#state === 'connected');
    this.#stopDeclared = broker.onDeclared(() => this.#resume());
  }

  get state(): BusState {
    return this.#state;
  }

  onState(listener: (state: BusState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Cuts the connection: own queues vanish, unacknowledged deliveries go back, calls fail. */
  cut(): void {
    if (this.#state === 'disconnected') return;
    this.#state = 'disconnected';
    for (const consuming of this.#consuming) consuming.detach();
    for (const publish of this.#inFlight) publish.sent = false;
    this.rpc.disconnect();
    for (const listener of this.#listeners) listener(this.#state);
  }

  /** Connects again: subscriptions are made anew and unconfirmed publishes sent again. */
  restore(): void {
    if (this.#closed || this.#state === 'connected') return;
    this.#state = 'connected';
    this.rpc.reconnect();
    for (const listener of this.#listeners) listener(this.#state);
    this.#resume();
  }

  #resume(): void {
    if (this.#state === 'disconnected') return;
    for (const consuming of this.#consuming) consuming.attach();
    for (const publish of this.#inFlight) if (!publish.sent) this.#send(publish);
  }

  async publish(message: OutgoingMessage, signal?: AbortSignal): Promise<void> {
    if (this.#closed) throw new AppError('bus-closed', 'the bus is closed');
    signal?.throwIfAborted();
    if (this.#waiting.length >= PUBLISH_WAITING_MAX) {
      throw new AppError('too-many', 'too many publishes wait');
    }
    let publish: Publish | undefined;
    const onAbort = () => publish && this.#finish(publish, signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        publish = { message, resolve, reject, attempt: 0, sent: false };
        this.#waiting.push(publish);
        this.#fillWindow();
      });
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #fillWindow(): void {
    while (this.#inFlight.size < PUBLISH_WINDOW) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#inFlight.add(next);
      this.#send(next);
    }
  }

  #send(publish: Publish): void {
    publish.attempt += 1;
    const { attempt, message } = publish;
    if (this.#state === 'disconnected' || !this.#broker.hasExchange(message.exchange)) return;
    const routed = this.#broker.route(message);
    publish.sent = true;
    this.#broker.confirm(() => {
      if (publish.attempt !== attempt || this.#state === 'disconnected') return;
      const { exchange, routingKey } = message;
      const error = new AppError('unroutable', `no queue takes ${exchange}/${routingKey}`);
      this.#finish(publish, routed ? undefined : error);
    });
  }

  #finish(publish: Publish, error: unknown): void {
    const index = this.#waiting.indexOf(publish);
    if (index >= 0) this.#waiting.splice(index, 1);
    this.#inFlight.delete(publish);
    publish.attempt += 1;
    if (error === undefined) publish.resolve();
    else publish.reject(error);
    this.#fillWindow();
  }

  depths(queues: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const known = queues.flatMap((name): [string, number][] => {
      const queue = this.#broker.queue(name);
      return queue ? [[name, queue.ready.length]] : [];
    });
    return Promise.resolve(new Map(known));
  }

  consume(queue: string, options: ConsumeOptions, handler: Handler): Promise<Subscription> {
    return Promise.resolve(
      this.#subscribe(options, handler, { open: () => this.#broker.queue(queue) }),
    );
  }

  consumeOwn(options: ConsumeOptions, handler: Handler): Promise<Subscription> {
    return Promise.resolve(
      this.#subscribe(options, handler, {
        open: () => this.#broker.createQueue(),
        close: (queue) => this.#broker.deleteQueue(queue.name),
      }),
    );
  }

  #subscribe(
    options: ConsumeOptions,
    handler: Handler,
    source: { open(): MemoryQueue | undefined; close?(queue: MemoryQueue): void },
  ): Subscription {
    let stop: (() => void) | undefined;
    const handle = async (delivery: Delivery): Promise<void> => {
      try {
        await handler(delivery);
      } catch (error) {
        this.handlerErrors.push(error);
      }
    };
    const consuming: Consuming = {
      attach: () => {
        const queue = stop ? undefined : source.open();
        if (!queue) return;
        const detach = queue.attach({ prefetch: options.prefetch, handle });
        stop = () => {
          detach();
          source.close?.(queue);
        };
        options.onReady?.(queue.name);
      },
      detach: () => {
        stop?.();
        stop = undefined;
      },
    };
    this.#consuming.add(consuming);
    if (this.#state === 'connected') consuming.attach();
    return {
      cancel: () => {
        consuming.detach();
        this.#consuming.delete(consuming);
        return Promise.resolve();
      },
    };
  }

  #listen(
    bind: (queue: MemoryQueue) => void,
    handler: (delivery: Delivery) => void,
    lengthMax?: number,
  ): Promise<Subscription> {
    const open = () => {
      const queue = this.#broker.createQueue(lengthMax);
      bind(queue);
      return queue;
    };
    const handle = (delivery: Delivery) => {
      delivery.ack();
      handler(delivery);
    };
    const close = (queue: MemoryQueue) => this.#broker.deleteQueue(queue.name);
    return Promise.resolve(
      this.#subscribe({ prefetch: Number.POSITIVE_INFINITY }, handle, { open, close }),
    );
  }

  readonly events: BusEvents = {
    emit: (name, body) => {
      if (this.#state === 'disconnected') return;
      const bytes = Buffer.from(JSON.stringify(body ?? null));
      this.#broker.route({ exchange: EXCHANGE.events, routingKey: name, body: bytes });
    },
    on: (pattern, handler: (event: BusEvent) => void) =>
      this.#listen(
        (queue) => this.#broker.bind(queue.name, EXCHANGE.events, pattern),
        ({ routingKey, body }) =>
          handler({ name: routingKey, body: JSON.parse(body.toString('utf8')) }),
      ),
  };

  readonly live: BusLive = {
    open: (queryId) => {
      this.#broker.declareExchange(liveExchange(queryId), 'fanout');
      return Promise.resolve();
    },
    close: (queryId) => {
      this.#broker.deleteExchange(liveExchange(queryId));
      return Promise.resolve();
    },
    publish: (queryId, body) => {
      if (this.#state === 'disconnected') return;
      this.#broker.route({ exchange: liveExchange(queryId), routingKey: '', body });
    },
    listen: (queryId, handler) =>
      this.#listen(
        (queue) => {
          this.#broker.declareExchange(liveExchange(queryId), 'fanout');
          this.#broker.bind(queue.name, liveExchange(queryId), '');
        },
        ({ body }) => handler(body),
        LIVE_QUEUE_MESSAGES_MAX,
      ),
  };

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.cut();
    this.#closed = true;
    this.#stopDeclared();
    this.#consuming.clear();
    for (const publish of [...this.#waiting.splice(0), ...this.#inFlight]) {
      this.#finish(publish, new AppError('bus-closed', 'the bus was closed'));
    }
    return Promise.resolve();
  }
}
