import type { Actor, Bus } from '@apiary/common/bus/bus.ts';
import { AppError } from '@apiary/common/errors.ts';
import { SEARCH_DEADLINE_MS, SEARCHES_MAX } from '@apiary/common/limits.ts';
import { streamAction } from '@apiary/common/messages/actions/action.ts';
import {
  honeycombActions,
  type SearchPart,
  type SearchRequest,
} from '@apiary/common/messages/actions/honeycomb.ts';

/** Runs searches for all clients of this process, at most SEARCHES_MAX at once. */
export class Searches {
  readonly #bus: Bus;
  #running = 0;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** How many run now. */
  get running(): number {
    return this.#running;
  }

  /**
   * Streams the parts of an answer. Leaving the loop, or the signal, cancels the search in
   * honeycomb.
   *
   * @throws AppError `too-many`, and what honeycomb says: `query-syntax` with the position, …
   */
  async *run(
    request: SearchRequest,
    actor: Actor,
    signal: AbortSignal,
  ): AsyncGenerator<SearchPart> {
    if (this.#running >= SEARCHES_MAX) {
      throw new AppError('too-many', `${SEARCHES_MAX} searches run already; try again shortly.`);
    }
    this.#running += 1;
    try {
      yield* streamAction(this.#bus, honeycombActions.search, request, {
        actor,
        deadlineMs: SEARCH_DEADLINE_MS,
        signal,
      });
    } finally {
      this.#running -= 1;
    }
  }
}
