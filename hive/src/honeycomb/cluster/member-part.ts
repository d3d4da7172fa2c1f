/**
 * What one honeycomb gives of a search that another one coordinates. All records of a page may be with one of them, and
 * mostly are not: each gives its counts and a portion of the page, and who has given all of that is asked for the next
 * portion, where the page has come so far.
 */
import { AppError } from '@apiary/common/errors.ts';
import { CLUSTER_PORTION_FACTOR, CLUSTER_PORTION_MIN } from '@apiary/common/limits/mongodb.ts';
import { SEARCH_PAGE_BYTES_MAX } from '@apiary/common/limits.ts';
import type { Part, PartRequest } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { positionOfRecord } from '../search/merge.ts';
import { formatCursor } from '../search/position.ts';

/** How much a page of so many records takes from one of so many honeycombs at once. */
export function portionOf(limit: number, honeycombs: number): number {
  const share = Math.ceil((limit / honeycombs) * CLUSTER_PORTION_FACTOR);
  return Math.min(limit, Math.max(share, CLUSTER_PORTION_MIN));
}

/** Asks a honeycomb for a part. */
export type AskPart = (request: PartRequest) => AsyncIterable<Part>;

/** How one is asked for its part. */
export interface Asking {
  readonly ask: AskPart;
  /** Records that it gives at once. */
  readonly portion: number;
  /** True when the page has all that it may. */
  readonly isFull: () => boolean;
}

type End = Extract<Part, { type: 'end' }>;

/** See the file's head. */
export class MemberPart {
  readonly #request: PartRequest;
  #given = 0;
  #givenBytes = 0;
  #last: LogRecord | undefined;
  /** What it counted, with its first portion. */
  #counted: End | undefined;

  constructor(request: PartRequest) {
    this.#request = request;
  }

  /** The part; the last of it is `end`. @throws AppError what asking throws */
  async *parts({ ask, portion, isFull }: Asking): AsyncGenerator<Part> {
    for (;;) {
      const [before, wanted] = [this.#given, Math.min(portion, this.#wanted)];
      const end = yield* this.#ask(ask, this.#request.segments, wanted);
      const isCut = end.hasMore && this.#given - before === wanted;
      if (isCut && this.#wanted > 0 && this.#givenBytes < SEARCH_PAGE_BYTES_MAX && !isFull())
        continue;
      yield this.#endOf(end);
      return;
    }
  }

  /** What is left of the part, from one that reads its chunks in its place. @throws AppError what asking throws */
  async *rest(ask: AskPart): AsyncGenerator<Part> {
    yield this.#endOf(yield* this.#ask(ask, [], this.#wanted));
  }

  get #wanted(): number {
    return this.#request.search.limit - this.#given;
  }

  async *#ask(ask: AskPart, segments: readonly string[], limit: number): AsyncGenerator<Part, End> {
    const cursor = this.#last && formatCursor(positionOfRecord(this.#last));
    const search = { ...this.#request.search, limit, ...(cursor !== undefined && { cursor }) };
    const isPageAlone = this.#counted !== undefined;
    const request = { ...this.#request, segments: [...segments], search, isPageAlone };
    for await (const part of ask(request)) {
      if (part.type === 'end') {
        this.#counted ??= part;
        return part;
      }
      this.#given += part.records.length;
      this.#last = part.records.at(-1) ?? this.#last;
      for (const { body } of part.records) this.#givenBytes += body.length;
      yield part;
    }
    throw new AppError('bus-lost', 'A part of a search ended early.');
  }

  /** What was counted first, and what the last portion told. What came in between is counted where it was given. */
  #endOf(end: End): End {
    const { hasMore } = end;
    const counted = this.#counted ?? end;
    const missing = [...new Set([...counted.missing, ...end.missing])];
    return { ...counted, total: Math.max(counted.total, this.#given), hasMore, missing };
  }
}
