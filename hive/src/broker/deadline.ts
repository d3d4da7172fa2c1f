import type { Clock } from '@apiary/common/clock.ts';

/** The longest that a timer can wait; longer waits are made of several. */
const TIMER_MS_MAX = 0x7fff_ffff;

/** A moment at which something is to happen, which may be changed at any time. */
export class Deadline {
  readonly #clock: Clock;
  readonly #task: () => void;
  #at = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, task: () => void) {
    this.#clock = clock;
    this.#task = task;
  }

  /** Milliseconds since 1970; infinity = never. */
  get at(): number {
    return this.#at;
  }

  /** Moves the deadline; infinity takes it away. Without effect if it is there already. */
  set(at: number): void {
    if (at === this.#at) return;
    this.#at = at;
    this.#arm();
  }

  #arm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#at === Number.POSITIVE_INFINITY) return;
    const leftMs = Math.max(0, this.#at - this.#clock.now());
    this.#cancel = this.#clock.after(Math.min(leftMs, TIMER_MS_MAX), () => this.#fire());
  }

  #fire(): void {
    if (this.#clock.now() < this.#at) {
      this.#arm();
      return;
    }
    this.#at = Number.POSITIVE_INFINITY;
    this.#cancel = undefined;
    this.#task();
  }
}
