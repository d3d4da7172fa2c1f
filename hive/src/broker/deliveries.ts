import { AmqpError } from './amqp-error.ts';
import type { Queue, QueueEntry } from './queue.ts';

/** Told when a delivery of its was settled. */
export interface PrefetchHolder {
  onSettled(): void;
}

/** A delivery that waits for its acknowledgement. */
interface Unacked {
  readonly queue: Queue;
  readonly entry: QueueEntry;
  readonly holder: PrefetchHolder | undefined;
}

/** What an acknowledgement does. */
export type Settlement = 'ack' | 'requeue' | 'reject';

/** Delivery tags of one channel. */
export class Deliveries {
  readonly #unacked = new Map<number, Unacked>();
  #lastTag = 0;

  get unackedCount(): number {
    return this.#unacked.size;
  }

  /** A tag for a delivery that needs no acknowledgement. */
  nextTag(): number {
    return ++this.#lastTag;
  }

  /** A tag for a delivery that does. */
  hold(queue: Queue, entry: QueueEntry, holder: PrefetchHolder | undefined): number {
    const tag = ++this.#lastTag;
    this.#unacked.set(tag, { queue, entry, holder });
    queue.holdUnacked(entry);
    return tag;
  }

  /**
   * Settles one delivery, or with `multiple` all up to it (0 = all). Returns how many.
   *
   * @throws AmqpError 406 for a tag that is not outstanding.
   */
  settle(tag: number, multiple: boolean, settlement: Settlement): number {
    if (!(multiple && tag === 0) && !this.#unacked.has(tag)) {
      throw new AmqpError(406, `unknown delivery tag ${tag}`);
    }
    const tags = multiple ? this.#upTo(tag) : [tag];
    // Put back newest first, which is the cheap order for the queue.
    if (settlement === 'requeue') tags.reverse();
    for (const each of tags) this.#settleOne(each, settlement);
    return tags.length;
  }

  /** Puts everything back, for a channel that closes or a `basic.recover`. */
  requeueAll(): void {
    this.settle(0, true, 'requeue');
  }

  #upTo(tag: number): number[] {
    const tags: number[] = [];
    for (const each of this.#unacked.keys()) {
      if (tag !== 0 && each > tag) break;
      tags.push(each);
    }
    return tags;
  }

  #settleOne(tag: number, settlement: Settlement): void {
    const unacked = this.#unacked.get(tag);
    if (!unacked) return;
    this.#unacked.delete(tag);
    unacked.holder?.onSettled();
    if (settlement === 'ack') unacked.queue.settle(unacked.entry);
    else if (settlement === 'requeue') unacked.queue.requeue(unacked.entry);
    else unacked.queue.reject(unacked.entry);
  }
}
