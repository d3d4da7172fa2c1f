/** Fills the gaps of listeners: matches of a query among the commits of a stretch of sequences. */

import type { ChunkStore } from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { MISSED_ATTEMPTS_MAX } from '@apiary/common/limits/mongodb.ts';
import { MISSED_BYTES_MAX, SEARCH_PART_BYTES_MAX } from '@apiary/common/limits.ts';
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import type { Holdings, HoldingsSnapshot } from '../holdings/holdings.ts';
import type { RecordSource } from '../records/record-set.ts';
import { recordOf } from '../records/row-view.ts';
import type { ChunkCache } from '../search/chunk-cache.ts';
import { createPace } from '../search/pace.ts';
import { parseOrThrow } from '../search/part-search.ts';

/** What it looks at. */
export interface MissedContext {
  readonly holdings: Holdings;
  readonly cache: ChunkCache;
  readonly clock: Clock;
  /** Given where other honeycombs seal as well: their chunks are in no holdings of ours. */
  readonly store?: Pick<ChunkStore, 'catalogue' | 'known'> | undefined;
}

interface Found {
  readonly sequence: number;
  readonly offset: number;
  readonly record: LogRecord;
}

interface Source {
  readonly firstSequence: number;
  load(): Promise<RecordSource>;
}

/** A stretch of commits, `after` exclusive and `to` inclusive. */
export interface MissedRequest {
  readonly query: string;
  readonly after: number;
  readonly to: number;
}

/** See the file's head. */
export class Missed {
  readonly #context: MissedContext;

  constructor(context: MissedContext) {
    this.#context = context;
  }

  /**
   * Records in the order of their sequences; each part names the sequence up to which it is complete.
   * Records of history are left out, as they are from live results.
   *
   * @throws AppError `query-syntax`, `too-large` past MISSED_BYTES_MAX that have to be held at once
   */
  async *run(request: MissedRequest, signal?: AbortSignal) {
    const reading = this.#context.holdings.read();
    let { after } = request;
    try {
      for (let attempt = 1; ; attempt++) {
        const rest = { ...request, after };
        const snapshot = (await this.#ofAll()) ?? reading.snapshot;
        try {
          for await (const part of this.#fill(rest, this.#sources(rest, snapshot), signal)) {
            after = part.sequence;
            yield part;
          }
          return;
        } catch (error) {
          // Another honeycomb let go of a chunk: what is there now is looked at.
          const isGone = this.#context.store && toAppError(error).code === 'not-found';
          if (!isGone || attempt === MISSED_ATTEMPTS_MAX) throw error;
        }
      }
    } finally {
      reading.end();
    }
  }

  async *#fill(request: MissedRequest, sources: readonly Source[], signal?: AbortSignal) {
    const query = parseOrThrow(request.query);
    const matcherOptions = { nowMs: this.#context.clock.now() };
    const matcher = compileMatcher(query, matcherOptions);
    const pace = createPace(signal ? { signal } : {});
    const range = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
    let waiting: Found[] = [];
    for (const [index, source] of sources.entries()) {
      const selection = { query, matcher, matcherOptions, ...range, pace };
      const matches = await (await source.load()).select(selection);
      const rows = await matches.rows();
      const set = await matches.load(rows);
      for (const row of rows) {
        const sequence = set.sequence(row);
        const wanted = sequence > request.after && sequence <= request.to;
        if (!wanted || set.source(row).history) continue;
        waiting.push({ sequence, offset: set.offset(row), record: recordOf(set, row) });
      }
      refuseTooMuch(waiting);
      waiting.sort((a, b) => a.sequence - b.sequence || a.offset - b.offset);
      const next = sources[index + 1]?.firstSequence ?? Number.POSITIVE_INFINITY;
      const certain = waiting.filter(({ sequence }) => sequence < next);
      waiting = waiting.slice(certain.length);
      yield* partsOf(certain);
    }
    yield { records: [], sequence: request.to };
  }

  /** What is sealed meanwhile is in the catalogue that is read after what is open. */
  async #ofAll(): Promise<HoldingsSnapshot | undefined> {
    const { store, holdings } = this.#context;
    if (!store) return undefined;
    const open = holdings.parts().flatMap((part) => part.open);
    const { chunks } = await store.catalogue();
    // One that was sealed may be merged already.
    const unsealed = open.filter(({ chunk }) => !store.known(chunk));
    return { chunks, open: unsealed.map(({ set }) => set) };
  }

  #sources({ after, to }: MissedRequest, snapshot: HoldingsSnapshot): Source[] {
    const { cache } = this.#context;
    const sources: Source[] = snapshot.chunks
      .filter((entry) => entry.lastSequence > after && entry.firstSequence <= to)
      .map((entry) => ({
        firstSequence: entry.firstSequence,
        load: async () => cache.open(entry),
      }));
    for (const set of snapshot.open) {
      // An open chunk can begin with a record that was carried over.
      sources.push({ firstSequence: 0, load: async () => set });
    }
    return sources.sort((a, b) => a.firstSequence - b.firstSequence);
  }
}

function refuseTooMuch(found: readonly Found[]): void {
  const bytes = found.reduce((sum, { record }) => sum + record.body.length, 0);
  if (bytes > MISSED_BYTES_MAX) {
    throw new AppError('too-large', 'Too much was missed to fill: search the time instead.');
  }
}

function* partsOf(found: readonly Found[]) {
  let records: LogRecord[] = [];
  let bytes = 0;
  for (const [index, { record, sequence }] of found.entries()) {
    records.push(record);
    bytes += record.body.length;
    const next = found[index + 1];
    // Only between commits, so that a part is complete up to its sequence.
    if (!next || (bytes >= SEARCH_PART_BYTES_MAX && next.sequence !== sequence)) {
      yield { records, sequence };
      records = [];
      bytes = 0;
    }
  }
}
