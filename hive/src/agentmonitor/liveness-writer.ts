import type { Clock } from '@apiary/common/clock.ts';
import type { Collection } from '@apiary/common/documents/documents.ts';
import { MESSAGE_RETRY_MS } from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { Liveness } from '@apiary/common/messages/agent.ts';

/** Writes changes of state; what the store does not take is tried again with the newest state. */
export class LivenessWriter {
  readonly #collection: Collection<Liveness>;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** At most one entry for each agent. */
  readonly #waiting = new Map<string, Liveness>();
  #cancelRetry: () => void = () => undefined;
  #writing: Promise<void> | undefined;

  constructor(collection: Collection<Liveness>, clock: Clock, log: Logger) {
    this.#collection = collection;
    this.#clock = clock;
    this.#log = log;
  }

  /** Writes soon; a newer state of the same agent replaces one that still waits. */
  write(liveness: Liveness): void {
    this.#waiting.set(liveness.id, liveness);
    this.#begin();
  }

  /** Resolves once nothing is being written; what failed is dropped, a restart finds it out anew. */
  async stop(): Promise<void> {
    this.#cancelRetry();
    await this.settled();
  }

  /** Resolves once nothing is being written. */
  async settled(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  #begin(): void {
    if (this.#writing) return;
    this.#writing = this.#writeAll().then((isDone) => {
      this.#writing = undefined;
      if (isDone && this.#waiting.size > 0) this.#begin();
    });
  }

  async #writeAll(): Promise<boolean> {
    const batch = [...this.#waiting.values()];
    this.#waiting.clear();
    const outcomes = await Promise.allSettled(batch.map((one) => this.#collection.put(one)));
    const [failure] = outcomes.filter((outcome) => outcome.status === 'rejected');
    if (!failure) return true;
    this.#log.warn({ err: failure.reason }, 'liveness-not-written');
    for (const [index, outcome] of outcomes.entries()) {
      const one = batch[index];
      const isStale = one === undefined || this.#waiting.has(one.id);
      if (outcome.status === 'rejected' && !isStale) this.#waiting.set(one.id, one);
    }
    this.#cancelRetry();
    this.#cancelRetry = this.#clock.after(MESSAGE_RETRY_MS, () => this.#begin());
    return false;
  }
}
