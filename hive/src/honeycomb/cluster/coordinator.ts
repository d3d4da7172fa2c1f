/**
 * A search over several honeycombs. Whoever gets it fixes a version of the catalogue, shares the chunks of it
 * out among those who own a segment in it, and asks each of them at once for its chunks and for what of its
 * segments is in none of them. What one cannot give of its segments is named as missing.
 */
import type { Clock } from '@apiary/common/clock.ts';
import { CLUSTER_COVER_MS_MAX } from '@apiary/common/limits/mongodb.ts';
import { SEARCH_DEADLINE_MS } from '@apiary/common/limits.ts';
import { streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions, type SearchPart } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Part, PartRequest } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import { overlaps } from '../holdings/chunks-by-time.ts';
import { HONEYCOMB_ACTOR } from '../members.ts';
import { mergedAnswer } from '../search/merged-answer.ts';
import { parseOrThrow, type Request } from '../search/part-search.ts';
import { histogramSpan } from '../search/plan.ts';
import { Totals } from '../search/totals.ts';
import { MemberPart, portionOf } from './member-part.ts';
import { shareOut } from './share-out.ts';
import {
  isSpanOpen,
  type SurveyContext,
  surveyHoneycombs,
  unsealedTimes,
  whyMissing,
} from './survey.ts';

/** What coordination works with. */
export interface CoordinatorContext extends SurveyContext {
  readonly clock: Clock;
}

/** What one honeycomb is asked for. */
interface PlannedPart {
  readonly instance: string;
  readonly request: PartRequest;
}

/** See the file's head. */
export class Coordinator {
  readonly #context: CoordinatorContext;

  constructor(context: CoordinatorContext) {
    this.#context = context;
  }

  /** Answers as `Search.run` does. */
  async *run(request: Request, signal?: AbortSignal): AsyncGenerator<SearchPart> {
    // A query that is none is told before anybody else is asked.
    parseOrThrow(request.query);
    const parts = await this.#plan(request);
    const totals = new Totals([]);
    const how = { portion: portionOf(request.limit, parts.length), totals };
    yield* mergedAnswer(request, totals, signal, (over) =>
      parts.map((part) => ({ records: totals.recordsOf(this.#stream(part, how, over)) })),
    );
  }

  async #plan(request: Request): Promise<PlannedPart[]> {
    const survey = await surveyHoneycombs(this.#context);
    const { version, chunks, members } = survey;
    const range = { from: request.from ?? -Infinity, to: request.to ?? Infinity };
    const wanted = chunks.filter((entry) => overlaps(entry, range));
    const times = isSpanOpen(request) ? await unsealedTimes(this.#context, survey) : [];
    const nowMs = this.#context.clock.now();
    const span = histogramSpan(request, [...wanted, ...times], nowMs);
    const shares = shareOut(
      wanted,
      members.map(({ instance }) => instance),
    );
    return members.map(({ instance, segments }) => ({
      instance,
      request: {
        ...{ search: request, version, nowMs, chunks: shares.get(instance) ?? [] },
        segments: [...segments],
        ...(span && { span }),
      },
    }));
  }

  /** One part. What another one cannot give is asked for once more, here. */
  async *#stream(
    { instance, request }: PlannedPart,
    { portion, totals }: { readonly portion: number; readonly totals: Totals },
    signal: AbortSignal,
  ): AsyncGenerator<Part> {
    const here = (part: PartRequest) => this.#context.own.run(part, signal);
    if (instance === this.#context.instance) {
      yield* here(request);
      return;
    }
    const part = new MemberPart(request);
    const ask = (wanted: PartRequest) => this.#ask(instance, wanted, signal);
    try {
      yield* part.parts({ ask, portion, isFull: () => totals.isFull });
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      for (const reason of whyMissing(request.segments, error)) totals.miss(reason);
    }
    yield* part.rest(here);
  }

  #ask(instance: string, request: PartRequest, signal: AbortSignal): AsyncIterable<Part> {
    return streamAction(this.#context.bus, honeycombActions.part, request, {
      actor: HONEYCOMB_ACTOR,
      instance,
      deadlineMs: SEARCH_DEADLINE_MS,
      acceptMs: CLUSTER_COVER_MS_MAX,
      signal,
    });
  }
}
