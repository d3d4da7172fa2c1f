/**
 * A search over several honeycombs. Whoever gets it fixes a version of the catalogue, shares the chunks of it
 * out among those who live, and asks the owner of each segment for what is in none of them. A segment that
 * two answer for counts once, by its later epoch; what nobody answers for is named as missing.
 */
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { SEARCH_DEADLINE_MS } from '@apiary/common/limits.ts';
import { streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions, type SearchPart } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Part, PartRequest } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import { HONEYCOMB_ACTOR } from '../members.ts';
import { mergedAnswer } from '../search/merged-answer.ts';
import { parseOrThrow, type Request } from '../search/part-search.ts';
import { histogramSpan, overlaps } from '../search/plan.ts';
import { Totals } from '../search/totals.ts';
import { shareOut } from './share-out.ts';
import { type SurveyContext, surveyHoneycombs } from './survey.ts';

/** What coordination works with. */
export interface CoordinatorContext extends SurveyContext {
  readonly clock: Clock;
}

/** What one search is about. */
interface Plan {
  readonly parts: readonly { readonly instance: string; readonly request: PartRequest }[];
  readonly missing: readonly string[];
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
    const { parts, missing } = await this.#plan(request);
    const totals = new Totals(missing);
    yield* mergedAnswer(request, totals, signal, (over) =>
      parts.map((part) => totals.recordsOf(this.#stream(part, totals, over))),
    );
  }

  async #plan(request: Request): Promise<Plan> {
    const { version, chunks, members, missing } = await surveyHoneycombs(this.#context);
    const range = { from: request.from ?? -Infinity, to: request.to ?? Infinity };
    const wanted = chunks.filter((entry) => overlaps(entry, range));
    const times = members.flatMap(({ cover }) =>
      cover.times ? [{ minTime: cover.times.min, maxTime: cover.times.max }] : [],
    );
    const nowMs = this.#context.clock.now();
    const span = histogramSpan(request, [...wanted, ...times], nowMs);
    const shares = shareOut(
      wanted,
      members.map(({ instance }) => instance),
    );
    const parts = members.map(({ instance, segments }) => ({
      instance,
      request: {
        ...{ search: request, version, nowMs, chunks: shares.get(instance) ?? [] },
        segments: [...segments],
        ...(span && { span }),
      },
    }));
    return { parts, missing };
  }

  /** One part. What another one cannot give is asked for once more, here. */
  async *#stream(
    part: Plan['parts'][number],
    totals: Totals,
    signal: AbortSignal,
  ): AsyncGenerator<Part> {
    const seen = new Set<string>();
    try {
      for await (const given of this.#ask(part, signal)) {
        if (given.type === 'records') for (const { id } of given.records) seen.add(id);
        yield given;
      }
      return;
    } catch (error) {
      if (signal.aborted || part.instance === this.#context.instance) throw error;
      for (const id of part.request.segments) {
        totals.miss(`segment ${id}: ${toAppError(error).message}`);
      }
    }
    const again = { ...part.request, segments: [] };
    for await (const given of this.#context.own.run(again, signal)) {
      if (given.type === 'end') yield given;
      else yield { ...given, records: given.records.filter(({ id }) => !seen.has(id)) };
    }
  }

  #ask(part: Plan['parts'][number], signal: AbortSignal): AsyncIterable<Part> {
    const { own, bus, instance } = this.#context;
    if (part.instance === instance) return own.run(part.request, signal);
    return streamAction(bus, honeycombActions.part, part.request, {
      actor: HONEYCOMB_ACTOR,
      instance: part.instance,
      deadlineMs: SEARCH_DEADLINE_MS,
      signal,
    });
  }
}
