/** Consumes one queue and knows which deliveries are still being worked on, so that stopping waits for them. */
import type { Bus, ConsumeOptions, Delivery, Subscription } from './bus.ts';

/** See the file's head. */
export class QueueWorker {
  readonly #underWay = new Set<Promise<void>>();
  #subscription: Subscription | undefined;

  /** @param work acknowledges the delivery or gives it back; where it rejects, neither is done and it is logged */
  async start(
    bus: Pick<Bus, 'consume'>,
    queue: string,
    options: ConsumeOptions,
    work: (delivery: Delivery) => Promise<void>,
  ): Promise<void> {
    this.#subscription = await bus.consume(queue, options, (delivery) => {
      const done = work(delivery);
      this.#underWay.add(done);
      return done.finally(() => this.#underWay.delete(done));
    });
  }

  /** Takes no more and waits for what is under way. */
  async stop(): Promise<void> {
    await this.#subscription?.cancel();
    this.#subscription = undefined;
    await Promise.allSettled(this.#underWay);
  }
}
