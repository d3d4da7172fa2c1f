import type { OutgoingMessage } from '@apiary/common/bus/bus.ts';
import { EXCHANGE } from '@apiary/common/bus/topology.ts';
import { MemoryBus } from '@apiary/common/testing/memory-bus.ts';

/** A memory bus whose confirms of log data can be held back, while all else goes on. */
export class SlowBus extends MemoryBus {
  #held: PromiseWithResolvers<void> | undefined;

  /** Log data is delivered from now on, and not confirmed. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  /** Confirms what was held back, and from now on at once. */
  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  override async publish(message: OutgoingMessage, signal?: AbortSignal): Promise<void> {
    const held = message.exchange === EXCHANGE.blocks ? this.#held : undefined;
    await super.publish(message, signal);
    if (!held) return;
    const gone = new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    await Promise.race([held.promise, gone]);
  }
}
