import type { Lane, Outbox, Outgoing } from './outbox.ts';

/** One search or analysis of one socket: holds one part; the producer waits until the socket has taken it. */
export class SearchLane implements Lane {
  readonly #id: string;
  readonly #event: string;
  readonly #outbox: Outbox;
  #part: unknown;
  #taken: (() => void) | undefined;

  constructor(id: string, event: string, outbox: Outbox) {
    this.#id = id;
    this.#event = event;
    this.#outbox = outbox;
  }

  /** Resolves when the part was sent, or the lane closed. */
  put(part: unknown): Promise<void> {
    return new Promise((resolve) => {
      this.#part = part;
      this.#taken = resolve;
      this.#outbox.offer(this);
    });
  }

  take(): Outgoing | undefined {
    const part = this.#part;
    if (part === undefined) return undefined;
    this.#part = undefined;
    this.#taken?.();
    return { event: this.#event, payload: { id: this.#id, part } };
  }

  /** Forgets what waits. */
  close(): void {
    this.#outbox.remove(this);
    this.#part = undefined;
    this.#taken?.();
  }
}
