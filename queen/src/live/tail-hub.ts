import type { Actor, Bus } from '@apiary/common/bus/bus.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import { TAIL_QUERIES_MAX } from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import { newId } from '@apiary/common/random.ts';
import { StandingTail, type TailListener } from './standing-tail.ts';

/** What the hub is made of. */
export interface TailHubOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told how many standing queries are held, at each change. */
  readonly onCount?: (count: number) => void;
}

interface Shared {
  readonly tail: StandingTail;
  readonly opened: Promise<void>;
}

/** Shares one standing query among all who follow the same text. */
export class TailHub {
  readonly #options: TailHubOptions;
  readonly #shared = new Map<string, Shared>();

  constructor(options: TailHubOptions) {
    this.#options = options;
  }

  /**
   * Follows a query; resolves when lines committed from now on will arrive. The result stops it.
   *
   * @throws AppError `query-syntax`, `too-many`, `component-missing`, …
   */
  async follow(query: string, actor: Actor, listener: TailListener): Promise<() => Promise<void>> {
    const shared = this.#shared.get(query) ?? this.#open(query, actor);
    const { tail } = shared;
    tail.listeners.add(listener);
    const leave = async () => {
      if (!tail.listeners.delete(listener) || tail.listeners.size > 0) return;
      if (this.#shared.get(query) === shared) this.#forget(query);
      await tail.close();
    };
    try {
      await shared.opened;
    } catch (error) {
      await leave();
      throw error;
    }
    return leave;
  }

  /** Stops all. */
  async stop(): Promise<void> {
    const all = [...this.#shared.values()];
    this.#shared.clear();
    await Promise.all(all.map(({ tail }) => tail.close()));
  }

  #open(query: string, actor: Actor): Shared {
    if (this.#shared.size >= TAIL_QUERIES_MAX) {
      throw new AppError('too-many', `${TAIL_QUERIES_MAX} different queries are followed already.`);
    }
    const { bus, clock, log } = this.#options;
    const id = `queen-${newId()}`;
    const tail = new StandingTail({ bus, clock, log, id, query, actor });
    const shared = { tail, opened: tail.open() };
    this.#shared.set(query, shared);
    this.#options.onCount?.(this.#shared.size);
    return shared;
  }

  #forget(query: string): void {
    this.#shared.delete(query);
    this.#options.onCount?.(this.#shared.size);
  }
}
