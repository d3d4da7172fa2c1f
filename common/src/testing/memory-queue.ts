import type { Delivery, HeaderValue } from '../bus/bus.ts';

/** A message as a queue holds it. */
export interface StoredMessage {
  readonly body: Buffer;
  readonly exchange: string;
  readonly routingKey: string;
  readonly type: string;
  readonly headers: Readonly<Record<string, HeaderValue>>;
  readonly redelivered: boolean;
  readonly correlationId: string | undefined;
  readonly replyTo: string | undefined;
  /** Dropped when it is delivered later than this. */
  readonly expiresMs: number;
}

/** Who takes messages from a queue. */
export interface QueueConsumer {
  readonly prefetch: number;
  /** Never rejects. */
  readonly handle: (delivery: Delivery) => Promise<void>;
}

interface Attached extends QueueConsumer {
  readonly unacked: Set<StoredMessage>;
}

/** What a queue asks of its broker. */
export interface QueueHost {
  nowMs(): number;
  /** Counts `task` as under way until it ends. */
  track(task: Promise<void>): void;
}

/** A queue in memory: prefetch, redelivery in order, round robin between its consumers. */
export class MemoryQueue {
  readonly name: string;
  readonly #host: QueueHost;
  readonly #lengthMax: number;
  readonly #ready: StoredMessage[] = [];
  #consumers: Attached[] = [];
  #scheduled = false;

  /** Past `lengthMax` ready messages the oldest are dropped. */
  constructor(name: string, host: QueueHost, lengthMax = Number.POSITIVE_INFINITY) {
    this.name = name;
    this.#host = host;
    this.#lengthMax = lengthMax;
  }

  /** Messages that nobody has taken yet, oldest first. */
  get ready(): readonly StoredMessage[] {
    return this.#ready;
  }

  /** Adds a message at the end. */
  push(message: StoredMessage): void {
    this.#ready.push(message);
    if (this.#ready.length > this.#lengthMax) this.#ready.shift();
    this.#schedule();
  }

  /** Takes away all ready messages. */
  drain(): StoredMessage[] {
    return this.#ready.splice(0);
  }

  /** Begins to deliver; the result ends it and puts back what was not acknowledged. */
  attach(consumer: QueueConsumer): () => void {
    const attached: Attached = { ...consumer, unacked: new Set() };
    this.#consumers.push(attached);
    this.#schedule();
    return () => {
      this.#consumers = this.#consumers.filter((other) => other !== attached);
      const unacked = [...attached.unacked];
      attached.unacked.clear();
      this.#ready.unshift(...unacked.map((message) => ({ ...message, redelivered: true })));
      this.#schedule();
    };
  }

  #schedule(): void {
    if (this.#scheduled || this.#ready.length === 0 || this.#consumers.length === 0) return;
    this.#scheduled = true;
    this.#host.track(
      new Promise((resolve) => {
        setImmediate(() => {
          this.#scheduled = false;
          this.#deliverReady();
          resolve();
        });
      }),
    );
  }

  #deliverReady(): void {
    while (this.#ready.length > 0) {
      const index = this.#consumers.findIndex(({ unacked, prefetch }) => unacked.size < prefetch);
      const [consumer] = index < 0 ? [] : this.#consumers.splice(index, 1);
      if (!consumer) return;
      this.#consumers.push(consumer);
      const message = this.#ready.shift();
      if (!message || message.expiresMs < this.#host.nowMs()) continue;
      this.#hand(message, consumer);
    }
  }

  #hand(message: StoredMessage, consumer: Attached): void {
    consumer.unacked.add(message);
    const { expiresMs: _, ...visible } = message;
    this.#host.track(
      consumer.handle({
        ...visible,
        ack: () => {
          if (consumer.unacked.delete(message)) this.#schedule();
        },
        requeue: () => {
          if (!consumer.unacked.delete(message)) return;
          this.#ready.unshift({ ...message, redelivered: true });
          this.#schedule();
        },
      }),
    );
  }
}
