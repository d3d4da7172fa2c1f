import type { Clock } from '@apiary/common/clock.ts';

/** The next look: the earliest that was asked for. */
export class LookTimer {
  readonly #clock: Clock;
  readonly #look: () => void;
  #cancel: (() => void) | undefined;
  #dueMs = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(clock: Clock, look: () => void) {
    this.#clock = clock;
    this.#look = look;
  }

  /** Looks within this time. */
  within(delayMs: number): void {
    const dueMs = performance.now() + delayMs;
    if (this.#stopped || (this.#cancel && this.#dueMs <= dueMs)) return;
    this.#cancel?.();
    this.#dueMs = dueMs;
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#cancel = undefined;
      this.#look();
    });
  }

  /** Looks no more. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }
}
