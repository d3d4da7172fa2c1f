import type { Clock } from '@apiary/common/clock.ts';
import { BROKER_EXPIRY_BATCH, BROKER_READ_AHEAD_BYTES } from '@apiary/common/limits/broker.ts';
import type { FieldTable } from './codec/field-table.ts';
import type { Counters } from './counters.ts';
import type { DeathReason } from './dead-letter.ts';
import { Deadline } from './deadline.ts';
import type { Exchange } from './exchange.ts';
import type { Message } from './message.ts';
import type { MessageStore } from './message-store.ts';
import type { QueuePolicy } from './queue-arguments.ts';
import { ReadyList } from './ready-list.ts';

/** One message in one queue. */
export interface QueueEntry {
  readonly message: Message;
  readonly sequence: number;
  /** Milliseconds since 1970; infinity = never. */
  readonly expiresAt: number;
  redelivered: boolean;
  /** Times it came back. */
  returns: number;
}

/** Who takes a queue's messages. */
export interface Consumer {
  readonly tag: string;
  readonly exclusive: boolean;
  /** True if a delivery would be within its prefetch and its connection's buffer. */
  canTake(): boolean;
  deliver(queue: Queue, entry: QueueEntry): void;
  /** The queue is gone. */
  onCancelled(): void;
}

/** The connection that an exclusive queue belongs to. */
export interface QueueOwner {
  onQueueGone(queue: Queue): void;
}

/** How a queue was declared. */
export interface QueueOptions {
  /** Never used twice; see {@link Holder}. */
  readonly id: number;
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  /** For exclusive queues. */
  readonly owner: QueueOwner | undefined;
  readonly arguments: FieldTable;
  readonly policy: QueuePolicy;
}

/** What a queue needs from its broker. */
export interface QueueHost {
  readonly clock: Clock;
  readonly store: MessageStore;
  readonly counters: Counters;
  /** Publishes a dead message where the policy says; the entry is released afterwards. */
  deadLetter(queue: Queue, message: Message, reason: DeathReason): void;
  /** The queue asks to be deleted: unused or auto-delete. */
  onUnneeded(queue: Queue): void;
}

/** A queue: messages in order, consumers in turn. */
export class Queue {
  readonly kind = 'queue';
  readonly options: QueueOptions;
  /** Exchanges that lead here, with the number of their bindings. */
  readonly boundFrom = new Map<Exchange, number>();
  readonly #host: QueueHost;
  readonly #ready = new ReadyList<QueueEntry>();
  #readyBytes = 0;
  readonly #unacked = new Set<QueueEntry>();
  #sequence = 0;
  #consumers: Consumer[] = [];
  #turn = 0;
  #scheduled = false;
  #loading = false;
  #timedEntries = 0;
  /** When the head expires. */
  readonly #expiry: Deadline;
  /** When the queue has been unused for too long. */
  readonly #unused: Deadline;
  deleted = false;

  constructor(options: QueueOptions, host: QueueHost) {
    this.options = options;
    this.#host = host;
    this.#expiry = new Deadline(host.clock, () => {
      this.#expireHead();
      this.#armExpiry();
    });
    this.#unused = new Deadline(host.clock, () => host.onUnneeded(this));
    this.touch();
  }

  get id(): number {
    return this.options.id;
  }

  get name(): string {
    return this.options.name;
  }

  get persistent(): boolean {
    return this.options.durable && this.options.owner === undefined;
  }

  get readyCount(): number {
    return this.#ready.length;
  }

  get readyBytes(): number {
    return this.#readyBytes;
  }

  get unackedCount(): number {
    return this.#unacked.size;
  }

  get consumerCount(): number {
    return this.#consumers.length;
  }

  /** True if nobody else may consume. */
  get hasExclusiveConsumer(): boolean {
    return this.#consumers.some((consumer) => consumer.exclusive);
  }

  /** True if the queue is full and refuses instead of dropping its oldest. */
  refuses(message: Message): boolean {
    const { overflow, lengthMax, bytesMax } = this.options.policy;
    if (overflow === 'drop-head') return false;
    if (lengthMax !== undefined && this.#ready.length >= lengthMax) return true;
    return bytesMax !== undefined && this.#readyBytes + message.bodyBytes > bytesMax;
  }

  /** Adds a message at the end; the store knows of it already. */
  push(message: Message, redelivered = false): void {
    const ttlMs = Math.min(
      this.options.policy.messageTtlMs ?? Number.POSITIVE_INFINITY,
      message.expirationMs ?? Number.POSITIVE_INFINITY,
    );
    const entry: QueueEntry = {
      message,
      sequence: ++this.#sequence,
      expiresAt: message.publishedAt + ttlMs,
      redelivered,
      returns: 0,
    };
    this.#ready.push(entry);
    this.#added(entry);
    if (this.#isOverfull() || ttlMs === 0) {
      // A waiting consumer takes what would otherwise be dropped at once.
      this.#dispatch(ttlMs === 0);
      this.#dropOverflow();
    } else if (this.#consumers.length > 0) this.schedule();
    if (this.#ready.length === 1 || entry.expiresAt < this.#expiry.at) this.#armExpiry();
  }

  #added(entry: QueueEntry): void {
    this.#readyBytes += entry.message.bodyBytes;
    if (entry.expiresAt !== Number.POSITIVE_INFINITY) this.#timedEntries++;
  }

  #removed(entry: QueueEntry): void {
    this.#readyBytes -= entry.message.bodyBytes;
    if (entry.expiresAt !== Number.POSITIVE_INFINITY) this.#timedEntries--;
  }

  #shift(): QueueEntry | undefined {
    const entry = this.#ready.shift();
    if (entry) this.#removed(entry);
    return entry;
  }

  #isOverfull(): boolean {
    const { lengthMax, bytesMax } = this.options.policy;
    return (
      (lengthMax !== undefined && this.#ready.length > lengthMax) ||
      (bytesMax !== undefined && this.#readyBytes > bytesMax)
    );
  }

  #dropOverflow(): void {
    while (this.#isOverfull()) {
      const entry = this.#shift();
      if (!entry) return;
      this.#host.counters.overflowDropped++;
      this.#bury(entry, 'maxlen');
    }
  }

  #bury(entry: QueueEntry, reason: DeathReason): void {
    this.#host.deadLetter(this, entry.message, reason);
    this.#host.store.release(entry.message, this);
  }

  /** Takes the oldest message for a `basic.get`. */
  take(): QueueEntry | undefined {
    this.touch();
    this.#expireHead();
    return this.#shift();
  }

  /** Notes that a taken message waits for its acknowledgement. */
  holdUnacked(entry: QueueEntry): void {
    this.#unacked.add(entry);
  }

  /** A taken message is done with. */
  settle(entry: QueueEntry): void {
    this.#unacked.delete(entry);
    if (this.deleted) return;
    this.#host.store.release(entry.message, this);
    if (this.#ready.length > 0) this.schedule();
  }

  /** A taken message was refused. */
  reject(entry: QueueEntry): void {
    this.#unacked.delete(entry);
    if (!this.deleted) this.#bury(entry, 'rejected');
    this.schedule();
  }

  /** A taken message comes back to its old place. */
  requeue(entry: QueueEntry): void {
    this.#unacked.delete(entry);
    if (this.deleted) return;
    entry.redelivered = true;
    entry.returns++;
    const { deliveriesMax } = this.options.policy;
    if (deliveriesMax !== undefined && entry.returns > deliveriesMax) {
      this.#host.counters.deliveryLimitDropped++;
      this.#bury(entry, 'delivery_limit');
    } else {
      this.#ready.putBack(entry);
      this.#added(entry);
      this.#armExpiry();
    }
    this.schedule();
  }

  /** Gives messages to consumers soon; cheap to call often. */
  schedule(): void {
    if (this.#scheduled || this.deleted) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#dispatch();
    });
  }

  #dispatch(keepExpired = false): void {
    let refusals = 0;
    while (!this.#loading && refusals < this.#consumers.length) {
      if (this.#timedEntries > 0 && !keepExpired) this.#expireHead();
      const head = this.#ready.peek();
      if (!head) break;
      const consumer = this.#consumers[this.#turn++ % this.#consumers.length];
      if (!consumer?.canTake()) {
        refusals++;
        continue;
      }
      refusals = 0;
      if (!head.message.content) {
        this.#readAhead();
        break;
      }
      this.#shift();
      consumer.deliver(this, head);
    }
    if (this.#timedEntries > 0) this.#armExpiry();
  }

  #readAhead(): void {
    const messages: Message[] = [];
    let bytes = 0;
    for (let index = 0; bytes < BROKER_READ_AHEAD_BYTES; index++) {
      const message = this.#ready.at(index)?.message;
      if (!message || message.content || !message.stored) break;
      messages.push(message);
      bytes += message.bodyBytes + 1024;
    }
    this.#loading = true;
    void this.#host.store.load(messages).then((damaged) => {
      this.#loading = false;
      if (damaged.length > 0) this.#discard(new Set(damaged));
      this.#dispatch();
    });
  }

  /** What cannot be read any more would otherwise be at the head for ever. */
  #discard(damaged: ReadonlySet<Message>): void {
    for (let head = this.#ready.peek(); head && damaged.has(head.message); ) {
      this.#shift();
      this.#host.store.release(head.message, this);
      head = this.#ready.peek();
    }
  }

  addConsumer(consumer: Consumer): void {
    this.#consumers.push(consumer);
    this.#unused.set(Number.POSITIVE_INFINITY);
    this.schedule();
  }

  removeConsumer(consumer: Consumer): void {
    const before = this.#consumers.length;
    this.#consumers = this.#consumers.filter((other) => other !== consumer);
    if (this.deleted || this.#consumers.length === before) return;
    if (this.#consumers.length > 0) return;
    if (this.options.autoDelete) this.#host.onUnneeded(this);
    else this.touch();
  }

  /** Drops all waiting messages and returns how many. */
  purge(): number {
    const count = this.#ready.length;
    for (let entry = this.#shift(); entry; entry = this.#shift()) {
      this.#host.store.release(entry.message, this);
    }
    return count;
  }

  /** Stops the timers. */
  stop(): void {
    this.#expiry.set(Number.POSITIVE_INFINITY);
    this.#unused.set(Number.POSITIVE_INFINITY);
  }

  /** Ends the queue; waiting and unacknowledged messages are released. Returns how many waited. */
  delete(): number {
    this.deleted = true;
    this.stop();
    const count = this.#ready.length;
    for (let entry = this.#shift(); entry; entry = this.#shift()) {
      this.#host.store.release(entry.message, this, true);
    }
    for (const entry of this.#unacked) this.#host.store.release(entry.message, this, true);
    this.#unacked.clear();
    const consumers = this.#consumers;
    this.#consumers = [];
    for (const consumer of consumers) consumer.onCancelled();
    return count;
  }

  /** The queue was used: its `x-expires` starts anew. */
  touch(): void {
    const { expiresMs } = this.options.policy;
    if (expiresMs === undefined || this.#consumers.length > 0) return;
    this.#unused.set(this.#host.clock.now() + expiresMs);
  }

  /** Messages expire at the head only, as in RabbitMQ: order is kept. */
  #expireHead(): void {
    const now = this.#host.clock.now();
    for (let count = 0; count < BROKER_EXPIRY_BATCH; count++) {
      const head = this.#ready.peek();
      if (!head || head.expiresAt > now) return;
      this.#shift();
      this.#host.counters.expired++;
      this.#bury(head, 'expired');
    }
  }

  #armExpiry(): void {
    this.#expiry.set(this.#ready.peek()?.expiresAt ?? Number.POSITIVE_INFINITY);
  }
}
