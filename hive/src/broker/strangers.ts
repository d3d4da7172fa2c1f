import { BROKER_STRANGERS_MAX } from '@apiary/common/limits/broker.ts';

/** What may be a stranger's. */
export interface Guest {
  /** Undefined before sign-in. */
  readonly accountName: string | undefined;
  /** Ends the socket at once. */
  destroy(): void;
}

/**
 * Connections that nobody has signed in on, bounded apart from the rest: whoever opens sockets and says nothing drops
 * sockets of the same kind and keeps no Bee out. The oldest goes first, as a Bee signs in within one exchange.
 */
export class Strangers {
  readonly #max: number;
  /** In the order of arrival. May hold some that have signed in since. */
  readonly #waiting = new Set<Guest>();

  constructor(max: number = BROKER_STRANGERS_MAX) {
    this.#max = max;
  }

  add(guest: Guest): void {
    this.#waiting.add(guest);
  }

  remove(guest: Guest): void {
    this.#waiting.delete(guest);
  }

  /** True if another one needs the place of one that waits. */
  get isFull(): boolean {
    if (this.#waiting.size < this.#max) return false;
    for (const guest of this.#waiting) {
      if (guest.accountName !== undefined) this.#waiting.delete(guest);
    }
    return this.#waiting.size >= this.#max;
  }

  /** Ends the one that has waited longest. False if none waits. */
  dropOldest(): boolean {
    for (const guest of this.#waiting) {
      this.#waiting.delete(guest);
      if (guest.accountName !== undefined) continue;
      guest.destroy();
      return true;
    }
    return false;
  }
}
