import type { Actor, Bus } from '@apiary/common/bus/bus.ts';
import { AppError } from '@apiary/common/errors.ts';
import { SEARCH_DEADLINE_MS, SEARCHES_MAX } from '@apiary/common/limits.ts';
import { type Action, callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import {
  honeycombActions,
  type SearchPart,
  type SearchRequest,
} from '@apiary/common/messages/actions/honeycomb.ts';
import type { z } from 'zod';

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

  /** Streams the parts of a search: see {@link stream}. */
  run(request: SearchRequest, actor: Actor, signal: AbortSignal): AsyncGenerator<SearchPart> {
    return this.stream(honeycombActions.search, request, { actor, signal });
  }

  /**
   * Streams the parts of an answer. Leaving the loop, or the signal, cancels the work in honeycomb.
   *
   * @throws AppError `too-many`, and what honeycomb says: `query-syntax` with the position, …
   */
  async *stream<I extends z.ZodType, O extends z.ZodType>(
    action: Action<I, O>,
    request: z.input<I>,
    { actor, signal }: { readonly actor: Actor; readonly signal: AbortSignal },
  ): AsyncGenerator<z.output<O>> {
    if (this.#running >= SEARCHES_MAX) {
      throw new AppError('too-many', `${SEARCHES_MAX} searches run already; try again shortly.`);
    }
    this.#running += 1;
    try {
      yield* streamAction(this.#bus, action, request, {
        actor,
        deadlineMs: SEARCH_DEADLINE_MS,
        signal,
      });
    } finally {
      this.#running -= 1;
    }
  }

  /** Asks for the lines around a record. @throws AppError `not-found` */
  async context(request: z.input<typeof honeycombActions.context.request>, actor: Actor) {
    return await callAction(this.#bus, honeycombActions.context, request, {
      actor,
      deadlineMs: SEARCH_DEADLINE_MS,
    });
  }
}
