/** The one virtual host: exchanges, queues and what is published between them. */
import type { Clock } from '@apiary/common/clock.ts';
import {
  BROKER_BINDINGS_MAX,
  BROKER_EXCHANGES_MAX,
  BROKER_QUEUES_MAX,
  BROKER_ROUTING_HOPS_MAX,
} from '@apiary/common/limits/broker.ts';
import { AmqpError } from './amqp-error.ts';
import { EMPTY_TABLE, type FieldTable } from './codec/field-table.ts';
import type { Counters } from './counters.ts';
import { createDeadLetter, type DeathReason } from './dead-letter.ts';
import { type Destination, Exchange, type ExchangeOptions } from './exchange.ts';
import type { Message } from './message.ts';
import type { MessageStore } from './message-store.ts';
import { Queue, type QueueHost, type QueueOwner } from './queue.ts';
import { parseQueueArguments } from './queue-arguments.ts';
import { Replies, type ReplyReceiver } from './replies.ts';

/** Told of every change that must survive a restart. */
export interface TopologyListener {
  onExchange(exchange: Exchange): void;
  onExchangeGone(exchange: Exchange): void;
  onQueue(queue: Queue): void;
  onQueueGone(queue: Queue): void;
  onBinding(source: Exchange, key: string, destination: Destination, bound: boolean): void;
}

/** What a {@link VirtualHost} works with. */
export interface VirtualHostOptions {
  readonly clock: Clock;
  readonly store: MessageStore;
  readonly counters: Counters;
  readonly topology: TopologyListener;
  readonly newId: () => string;
}

/** A queue as it is to be declared. */
export interface QueueDeclaration {
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly owner: QueueOwner | undefined;
  readonly arguments: FieldTable;
  /** Given for a queue that existed before the start. */
  readonly id?: number;
}

/** What became of a publish. */
export type PublishResult = 'routed' | 'unroutable' | 'rejected';

/** Exchanges that always exist. */
const PREDECLARED: readonly Pick<ExchangeOptions, 'name' | 'type'>[] = [
  { name: '', type: 'direct' },
  { name: 'amq.direct', type: 'direct' },
  { name: 'amq.fanout', type: 'fanout' },
  { name: 'amq.topic', type: 'topic' },
];

/** See the file's head. Methods trust their caller to have checked permissions and equivalence. */
export class VirtualHost implements QueueHost {
  readonly clock: Clock;
  readonly store: MessageStore;
  readonly counters: Counters;
  readonly exchanges = new Map<string, Exchange>();
  readonly queues = new Map<string, Queue>();
  readonly replies: Replies;
  readonly newId: () => string;
  readonly #topology: TopologyListener;
  #nextQueueId = 1;

  constructor(options: VirtualHostOptions) {
    this.clock = options.clock;
    this.store = options.store;
    this.counters = options.counters;
    this.newId = options.newId;
    this.replies = new Replies(options.newId);
    this.#topology = options.topology;
    for (const { name, type } of PREDECLARED) {
      const flags = { durable: true, autoDelete: false, internal: false };
      this.exchanges.set(name, new Exchange({ name, type, ...flags, arguments: EMPTY_TABLE }));
    }
  }

  /** The id that the next queue gets. */
  get nextQueueId(): number {
    return this.#nextQueueId;
  }

  /** Sees to it that ids from an earlier run are not used again. */
  reserveQueueIds(next: number): void {
    this.#nextQueueId = Math.max(this.#nextQueueId, next);
  }

  declareExchange(options: ExchangeOptions): Exchange {
    if (this.exchanges.size >= BROKER_EXCHANGES_MAX) throw new AmqpError(406, 'too many exchanges');
    const exchange = new Exchange(options);
    this.exchanges.set(options.name, exchange);
    if (exchange.persistent) this.#topology.onExchange(exchange);
    return exchange;
  }

  deleteExchange(exchange: Exchange): void {
    if (exchange.deleted) return;
    exchange.deleted = true;
    this.exchanges.delete(exchange.name);
    if (exchange.persistent) this.#topology.onExchangeGone(exchange);
    for (const destination of [...exchange.bindings().keys()]) exchange.unbindAll(destination);
    this.#leaveSources(exchange);
  }

  /** @throws AmqpError 406 for arguments that it cannot have, or when there are too many. */
  declareQueue(declaration: QueueDeclaration): Queue {
    if (this.queues.size >= BROKER_QUEUES_MAX) throw new AmqpError(406, 'too many queues');
    const policy = parseQueueArguments(declaration.name, declaration.arguments);
    const id = declaration.id ?? this.#nextQueueId;
    this.reserveQueueIds(id + 1);
    const queue = new Queue({ ...declaration, id, policy }, this);
    this.queues.set(queue.name, queue);
    if (queue.persistent) this.#topology.onQueue(queue);
    return queue;
  }

  /** Returns the number of waiting messages that went with it. */
  deleteQueue(queue: Queue): number {
    if (queue.deleted) return 0;
    this.queues.delete(queue.name);
    if (queue.persistent) this.#topology.onQueueGone(queue);
    const count = queue.delete();
    queue.options.owner?.onQueueGone(queue);
    this.#leaveSources(queue);
    return count;
  }

  onUnneeded(queue: Queue): void {
    this.deleteQueue(queue);
  }

  bind(source: Exchange, key: string, destination: Destination): void {
    if (source.bindingCount >= BROKER_BINDINGS_MAX) throw new AmqpError(406, 'too many bindings');
    if (!source.bind(key, destination)) return;
    if (source.persistent && destination.persistent) {
      this.#topology.onBinding(source, key, destination, true);
    }
  }

  unbind(source: Exchange, key: string, destination: Destination): void {
    if (!source.unbind(key, destination)) return;
    if (source.persistent && destination.persistent) {
      this.#topology.onBinding(source, key, destination, false);
    }
    this.#afterUnbind(source);
  }

  #leaveSources(destination: Destination): void {
    for (const source of [...destination.boundFrom.keys()]) {
      source.unbindAll(destination);
      this.#afterUnbind(source);
    }
  }

  #afterUnbind(source: Exchange): void {
    if (source.options.autoDelete && source.bindingCount === 0) this.deleteExchange(source);
  }

  /**
   * Publishes to the message's exchange, which the caller has looked up. `committed` is called when
   * the message is safe, also if it went nowhere.
   */
  publish(source: Exchange, message: Message, committed: () => void): PublishResult {
    const reply = source.name === '' ? this.replies.find(message.routingKey) : undefined;
    if (reply) {
      committed();
      return this.#reply(reply, message);
    }
    const routed = this.route(source, message.routingKey);
    if (routed.length === 0) {
      committed();
      return 'unroutable';
    }
    return this.#enqueue(routed, message, committed);
  }

  #reply(receiver: ReplyReceiver, message: Message): PublishResult {
    if (receiver.onReply(message)) return 'routed';
    this.counters.repliesDropped++;
    return 'unroutable';
  }

  #enqueue(routed: readonly Queue[], message: Message, committed: () => void): PublishResult {
    const accepting = routed.filter((queue) => !queue.refuses(message));
    this.store.admit(message, accepting, committed);
    for (const queue of accepting) queue.push(message);
    if (accepting.length === routed.length) return 'routed';
    for (const queue of routed) {
      if (accepting.includes(queue)) continue;
      this.counters.overflowRejected++;
      if (queue.options.policy.overflow === 'reject-publish-dlx') {
        this.deadLetter(queue, message, 'maxlen');
      }
    }
    return 'rejected';
  }

  /** Stops all timers; what the queues hold stays where it is. */
  close(): void {
    for (const queue of this.queues.values()) queue.stop();
  }

  /** The queues that a routing key reaches, each once. */
  route(source: Exchange, routingKey: string): Queue[] {
    if (source.name === '') {
      const queue = this.queues.get(routingKey);
      return queue ? [queue] : [];
    }
    const queues = new Set<Queue>();
    const visited = new Set([source]);
    for (const exchange of visited) {
      let matched = false;
      exchange.match(routingKey, (destination) => {
        matched = true;
        if (destination.kind === 'queue') queues.add(destination);
        else if (visited.size < BROKER_ROUTING_HOPS_MAX) visited.add(destination);
      });
      if (matched || exchange.alternate === undefined) continue;
      const alternate = this.exchanges.get(exchange.alternate);
      if (alternate) visited.add(alternate);
    }
    return [...queues];
  }

  deadLetter(queue: Queue, message: Message, reason: DeathReason): void {
    const { deadLetterExchange, deadLetterRoutingKey } = queue.options.policy;
    if (deadLetterExchange === undefined) return;
    const exchange = this.exchanges.get(deadLetterExchange);
    if (!exchange) {
      this.counters.deadLettersDropped++;
      return;
    }
    const at = this.clock.now();
    const death = { queue: queue.name, reason, at, deadLetterExchange, deadLetterRoutingKey };
    const { message: dead, cyclic } = createDeadLetter(
      message,
      this.store.contentNow(message),
      death,
    );
    const targets = this.route(exchange, dead.routingKey).filter(
      (other) => !cyclic.has(other.name),
    );
    if (targets.length === 0) {
      this.counters.deadLettersDropped++;
      return;
    }
    this.counters.deadLettered++;
    this.#enqueue(targets, dead, () => undefined);
  }
}
