/**
 * A broker without a network, for unit tests: the exchanges and queues of the topology, routing as
 * AMQP has it, and handles to hold confirms back. `createMemoryBus` makes a bus on a broker of its own;
 * several `MemoryBus`es of one broker stand for several processes.
 */
import type { HeaderValue, OutgoingMessage, RpcHandler } from '../bus/bus.ts';
import { EXCHANGES, type ExchangeDeclaration, QUEUES } from '../bus/topology.ts';
import { type Clock, systemClock } from '../clock.ts';
import { MemoryQueue, type StoredMessage } from './memory-queue.ts';
import { matchesTopic } from './topic-pattern.ts';

interface Binding {
  readonly exchange: string;
  readonly pattern: string;
  readonly queue: string;
}

/** How a {@link MemoryBroker} is made. */
export interface MemoryBrokerOptions {
  /** For deadlines and expiry. Default: the machine's. */
  readonly clock?: Clock;
  /** False: the topology is missing until {@link MemoryBroker.declareTopology}. */
  readonly topology?: boolean;
}

/** See the file's head. */
export class MemoryBroker {
  readonly clock: Clock;
  /** RPC address → the handlers that serve it, next one first. */
  readonly rpcServers = new Map<string, RpcHandler[]>();
  readonly #exchanges = new Map<string, ExchangeDeclaration['type']>();
  readonly #queues = new Map<string, MemoryQueue>();
  readonly #changed = new Set<() => void>();
  readonly #held: (() => void)[] = [];
  #bindings: Binding[] = [];
  #holding = false;
  #queueCount = 0;
  #active = 0;
  #idleWaiters: (() => void)[] = [];

  constructor(options: MemoryBrokerOptions = {}) {
    this.clock = options.clock ?? systemClock;
    if (options.topology !== false) this.declareTopology();
  }

  /** Makes all that `bus/topology.ts` lists. */
  declareTopology(): void {
    for (const { name, type } of EXCHANGES) this.declareExchange(name, type);
    for (const { name, bindings } of QUEUES) {
      if (!this.#queues.has(name)) this.#queues.set(name, new MemoryQueue(name, this.#host));
      for (const { exchange, routingKey } of bindings) this.bind(name, exchange, routingKey);
    }
    for (const listener of this.#changed) listener();
  }

  /** Told when exchanges and queues were added that a bus may be waiting for. */
  onDeclared(listener: () => void): () => void {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }

  /** Makes an exchange unless it is there. */
  declareExchange(name: string, type: ExchangeDeclaration['type']): void {
    if (!this.#exchanges.has(name)) this.#exchanges.set(name, type);
  }

  /** Removes an exchange with its bindings. */
  deleteExchange(name: string): void {
    this.#exchanges.delete(name);
    this.#bindings = this.#bindings.filter(({ exchange }) => exchange !== name);
  }

  /** True for an exchange that was declared, and for the default one. */
  hasExchange(name: string): boolean {
    return name === '' || this.#exchanges.has(name);
  }

  /** A new queue with a name made here. */
  createQueue(lengthMax?: number): MemoryQueue {
    this.#queueCount += 1;
    const queue = new MemoryQueue(`amq.gen-${this.#queueCount}`, this.#host, lengthMax);
    this.#queues.set(queue.name, queue);
    return queue;
  }

  /** Removes a queue with its bindings and messages. */
  deleteQueue(name: string): void {
    this.#queues.delete(name);
    this.#bindings = this.#bindings.filter(({ queue }) => queue !== name);
  }

  /** A queue by its name. */
  queue(name: string): MemoryQueue | undefined {
    return this.#queues.get(name);
  }

  /** Binds a queue to an exchange; twice is once. */
  bind(queue: string, exchange: string, pattern: string): void {
    const there = this.#bindings.some(
      (other) => other.queue === queue && other.exchange === exchange && other.pattern === pattern,
    );
    if (!there) this.#bindings.push({ exchange, pattern, queue });
  }

  /** Puts a message into every queue that takes it; false if there is none. */
  route(message: OutgoingMessage): boolean {
    const names = this.#targetsOf(message);
    for (const name of names) this.#queues.get(name)?.push(this.#store(message));
    return names.size > 0;
  }

  #targetsOf({ exchange, routingKey }: OutgoingMessage): Set<string> {
    if (exchange === '') return new Set(this.#queues.has(routingKey) ? [routingKey] : []);
    const type = this.#exchanges.get(exchange);
    const bindings = this.#bindings.filter(
      (binding) =>
        binding.exchange === exchange &&
        (type === 'fanout' ||
          (type === 'direct' && binding.pattern === routingKey) ||
          (type === 'topic' && matchesTopic(binding.pattern, routingKey))),
    );
    return new Set(bindings.map(({ queue }) => queue));
  }

  #store(message: OutgoingMessage): StoredMessage {
    const headers: Readonly<Record<string, HeaderValue>> = { ...message.headers };
    return {
      body: Buffer.from(message.body),
      exchange: message.exchange,
      routingKey: message.routingKey,
      type: message.type ?? '',
      headers,
      redelivered: false,
      correlationId: message.correlationId,
      replyTo: message.replyTo,
      expiresMs: this.clock.now() + (message.expirationMs ?? Number.POSITIVE_INFINITY),
    };
  }

  /** From now on publishes are routed but not confirmed. */
  holdConfirms(): void {
    this.#holding = true;
  }

  /** Confirms all that was held back, and from now on at once. */
  releaseConfirms(): void {
    this.#holding = false;
    for (const confirm of this.#held.splice(0)) confirm();
  }

  /** Calls `confirm` at once, or when confirms are released. */
  confirm(confirm: () => void): void {
    if (this.#holding) this.#held.push(confirm);
    else confirm();
  }

  /** Resolves once every message that can be delivered was, and every handler has ended. */
  async settled(): Promise<void> {
    do {
      if (this.#active > 0) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#active > 0);
  }

  readonly #host = {
    nowMs: () => this.clock.now(),
    track: (task: Promise<void>): void => {
      this.#active += 1;
      void task.finally(() => {
        this.#active -= 1;
        if (this.#active === 0) for (const resolve of this.#idleWaiters.splice(0)) resolve();
      });
    },
  };
}
