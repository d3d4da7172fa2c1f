/**
 * A search over several honeycombs. Whoever gets it fixes a version of the catalogue, shares the chunks of it
 * out among those who live, and asks the owner of each segment for what is in none of them. A segment that
 * two answer for counts once, by its later epoch; what nobody answers for is named as missing.
 */
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { SEARCH_DEADLINE_MS } from '@apiary/common/limits.ts';
import { streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions, type SearchPart } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Part, PartRequest } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { HONEYCOMB_ACTOR } from '../members.ts';
import { histogramSpan } from '../search/plan.ts';
import { formatCursor, parseCursor } from '../search/position.ts';
import { parseOrThrow, type Request, recordParts } from '../search/search.ts';
import { merge, positionOfRecord } from './merge.ts';
import { shareOut } from './share-out.ts';
import { type SurveyContext, surveyHoneycombs } from './survey.ts';
import { Totals } from './totals.ts';

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
    const began = performance.now();
    // A query or cursor that is none is told before anybody else is asked.
    parseOrThrow(request.query);
    if (request.cursor !== undefined) parseCursor(request.cursor);
    const { parts, missing } = await this.#plan(request);
    const totals = new Totals(missing);
    const ending = new AbortController();
    const over = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
    const streams = parts.map((part) => this.#stream(part, totals, over));
    let given = 0;
    let last: LogRecord | undefined;
    let waiting: LogRecord[] = [];
    try {
      for await (const record of merge(streams, request.order)) {
        if (given >= request.limit) {
          totals.hasMore = true;
          continue;
        }
        given++;
        last = record;
        waiting.push(record);
        if (waiting.length < PART_RECORDS) continue;
        yield* recordParts(waiting);
        waiting = [];
      }
    } finally {
      ending.abort();
    }
    yield* recordParts(waiting);
    yield totals.counts();
    const next = totals.hasMore && last ? { next: formatCursor(positionOfRecord(last)) } : {};
    const elapsedMs = performance.now() - began;
    yield { type: 'done', total: totals.total, ...next, elapsedMs, missing: totals.missing };
  }

  async #plan(request: Request): Promise<Plan> {
    const { version, chunks, members, missing } = await surveyHoneycombs(this.#context);
    const wanted = chunks.filter((entry) => overlaps(entry, request));
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

  /** The records of one part; its counts go into the totals. What it cannot give is asked for once more, here. */
  async *#stream(
    part: Plan['parts'][number],
    totals: Totals,
    signal: AbortSignal,
  ): AsyncGenerator<LogRecord, undefined> {
    const seen = new Set<string>();
    try {
      for await (const given of this.#ask(part, signal)) {
        if (given.type === 'end') totals.add(given);
        else {
          for (const record of given.records) {
            seen.add(record.id);
            yield record;
          }
        }
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
      if (given.type === 'end') totals.add(given);
      else for (const record of given.records) if (!seen.has(record.id)) yield record;
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

const PART_RECORDS = 100;

function overlaps({ minTime, maxTime }: ChunkEntry, { from, to }: Request): boolean {
  return maxTime >= (from ?? -Infinity) && minTime < (to ?? Infinity);
}
