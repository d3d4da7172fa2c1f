import type { SearchPart } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Lane, Outbox, Outgoing } from './outbox.ts';

/** One search of one socket: holds one part; the producer waits until the socket has taken it. */
export class SearchLane implements Lane {
  readonly #id: string;
  readonly #outbox: Outbox;
  #part: SearchPart | undefined;
  #taken: (() => void) | undefined;

  constructor(id: string, outbox: Outbox) {
    this.#id = id;
    this.#outbox = outbox;
  }

  /** Resolves when the part was sent, or the lane closed. */
  put(part: SearchPart): Promise<void> {
    return new Promise((resolve) => {
      this.#part = part;
      this.#taken = resolve;
      this.#outbox.offer(this);
    });
  }

  take(): Outgoing | undefined {
    const part = this.#part;
    if (!part) return undefined;
    this.#part = undefined;
    this.#taken?.();
    return { event: 'search.part', payload: { id: this.#id, part } };
  }

  /** Forgets what waits. */
  close(): void {
    this.#outbox.remove(this);
    this.#part = undefined;
    this.#taken?.();
  }
}
