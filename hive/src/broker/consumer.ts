import type { Channel } from './channel.ts';
import type { Consumer, Queue, QueueEntry } from './queue.ts';

/** How a client consumes. */
export interface ConsumerOptions {
  readonly tag: string;
  readonly noAck: boolean;
  readonly exclusive: boolean;
  /** Unacknowledged deliveries at once; 0 = no bound of its own. */
  readonly prefetch: number;
}

/** A `basic.consume` on one channel. */
export class ChannelConsumer implements Consumer {
  readonly queue: Queue;
  readonly #channel: Channel;
  readonly #options: ConsumerOptions;
  #unacked = 0;

  constructor(channel: Channel, queue: Queue, options: ConsumerOptions) {
    this.#channel = channel;
    this.queue = queue;
    this.#options = options;
  }

  get tag(): string {
    return this.#options.tag;
  }

  get exclusive(): boolean {
    return this.#options.exclusive;
  }

  canTake(): boolean {
    if (!this.#channel.canSend) return false;
    if (this.#options.noAck) return true;
    const { prefetch } = this.#options;
    return (prefetch === 0 || this.#unacked < prefetch) && this.#channel.canHold;
  }

  deliver(queue: Queue, entry: QueueEntry): void {
    if (!this.#options.noAck) this.#unacked++;
    this.#channel.deliver(this, queue, entry, this.#options.noAck);
  }

  onSettled(): void {
    this.#unacked--;
  }

  onCancelled(): void {
    this.#channel.onConsumerCancelled(this);
  }
}
