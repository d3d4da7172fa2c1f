import type { Clock } from '@apiary/common/clock.ts';
import {
  LOOK_ACTIVE_MS,
  LOOK_IDLE_COST_MAX,
  LOOK_IDLE_MS,
  LOOK_IDLE_MS_MAX,
} from '@apiary/common/limits/tailing.ts';

/** How long the pace stays high after something moved. */
const ACTIVE_MS = 10_000;

/** When the next look follows one that took so long; `stillMs` ago something moved. */
export function paceOf(tookMs: number, stillMs: number): number {
  if (Math.abs(stillMs) < ACTIVE_MS) return Math.max(LOOK_ACTIVE_MS, 10 * tookMs);
  const idleMs = Math.max(LOOK_IDLE_MS, LOOK_IDLE_COST_MAX * tookMs);
  return Math.max(Math.min(idleMs, LOOK_IDLE_MS_MAX), 10 * tookMs);
}

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
