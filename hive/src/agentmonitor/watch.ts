import type { ComponentContext } from '@apiary/common/component.ts';
import { HEARTBEAT_INTERVAL_MS } from '@apiary/common/limits.ts';
import type { LifeTable } from './life-table.ts';

/**
 * Wakes up when the next agent comes due. Never while the broker is away, and not for silence of our own
 * making: after a lost connection, or when this process itself slept, everybody gets the full time again.
 */
export class Watch {
  readonly #context: Pick<ComponentContext, 'bus' | 'clock' | 'log'>;
  readonly #table: LifeTable;
  readonly #died: (agents: readonly string[]) => void;
  #stopState: () => void = () => undefined;
  #cancelTimer: (() => void) | undefined;

  /** `died` is told of agents at the moment they are declared dead. */
  constructor(
    context: Pick<ComponentContext, 'bus' | 'clock' | 'log'>,
    table: LifeTable,
    died: (agents: readonly string[]) => void,
  ) {
    this.#context = context;
    this.#table = table;
    this.#died = died;
  }

  start(): void {
    const { bus, clock } = this.#context;
    this.#stopState = bus.onState((state) => {
      this.#cancel();
      if (state === 'disconnected') return;
      this.#table.forgive(clock.now());
      this.schedule();
    });
    this.schedule();
  }

  stop(): void {
    this.#stopState();
    this.#cancel();
  }

  /** Sees to it that a timer runs if anybody is alive. */
  schedule(): void {
    const { bus, clock } = this.#context;
    if (this.#cancelTimer || bus.state === 'disconnected') return;
    const dueMs = this.#table.nextDueMs;
    if (dueMs === undefined) return;
    const delayMs = Math.max(0, dueMs - clock.now());
    this.#cancelTimer = clock.after(delayMs, () => {
      this.#cancelTimer = undefined;
      this.#check(dueMs);
    });
  }

  #check(dueMs: number): void {
    const { clock, log } = this.#context;
    const now = clock.now();
    if (now - dueMs > HEARTBEAT_INTERVAL_MS) {
      log.warn({ lateMs: now - dueMs }, 'watch-late');
      this.#table.forgive(now);
    }
    const dead = this.#table.expire(now);
    if (dead.length > 0) this.#died(dead);
    this.schedule();
  }

  #cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
