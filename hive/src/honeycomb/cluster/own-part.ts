/** One honeycomb's part of a search that another one coordinates. */
import type { ChunkEntry, ChunkStore } from '@apiary/common/chunks/chunks.ts';
import type {
  Cover,
  Part,
  PartRequest,
  RowsPart,
  RowsRequest,
} from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import { ChunksByTime } from '../holdings/chunks-by-time.ts';
import type { Holdings, HoldingsSnapshot, SegmentPart } from '../holdings/holdings.ts';
import type { ChunkCache } from '../search/chunk-cache.ts';
import type { Search } from '../search/search.ts';
import { RowReading } from './row-reading.ts';

/** What it works with. */
export interface OwnPartContext {
  readonly store: ChunkStore;
  readonly holdings: Holdings;
  readonly search: Search;
  readonly cache: ChunkCache;
}

/** What is in no chunk of a version yet. */
export interface Since extends HoldingsSnapshot {
  readonly missing: readonly string[];
}

/** See the file's head. */
export class OwnPart {
  readonly #context: OwnPartContext;

  constructor(context: OwnPartContext) {
    this.#context = context;
  }

  /** Which segments it answers for. */
  async cover(version: number): Promise<Cover> {
    await this.#context.store.catalogue(version);
    const parts = this.#context.holdings.parts();
    const segments = parts.map(({ id, epoch, last }) => ({ id, epoch, last }));
    const { open, chunks } = this.#since(parts, version);
    const known = [...open, ...chunks].filter(({ minTime, maxTime }) => minTime <= maxTime);
    if (known.length === 0) return { segments };
    const min = known.reduce((least, { minTime }) => Math.min(least, minTime), Infinity);
    const max = known.reduce((most, { maxTime }) => Math.max(most, maxTime), -Infinity);
    return { segments, times: { min, max } };
  }

  /** Its part. A segment that it no longer holds, or a chunk that is no more, is missing. */
  async *run(request: PartRequest, signal?: AbortSignal): AsyncGenerator<Part> {
    const { store, search } = this.#context;
    await store.catalogue(request.version);
    const since = this.#sinceOf(request.segments, request.version);
    // What others are in the place of by now is read all the same: the version has it, and not them.
    const chunks = request.chunks.flatMap((id) => store.known(id)?.entry ?? []);
    const over = { open: since.open, chunks: ChunksByTime.of([...chunks, ...since.chunks]) };
    const gone = request.chunks.length - chunks.length;
    const missing = [
      ...since.missing,
      ...(gone > 0 ? [`${gone} chunks that were dropped meanwhile`] : []),
    ];
    const { span, nowMs, isPageAlone } = request;
    const of = { over, span, nowMs, isPageAlone };
    for await (const part of search.part(request.search, of, signal)) {
      yield part.type === 'end' ? { ...part, missing: [...part.missing, ...missing] } : part;
    }
  }

  /** What no chunk of that version has of these segments; a segment that it no longer holds is missing. */
  async since(segments: readonly string[], version: number): Promise<Since> {
    await this.#context.store.catalogue(version);
    return this.#sinceOf(segments, version);
  }

  /** The same as rows, for an analysis that another one makes. */
  async *rows(request: RowsRequest, signal: AbortSignal): AsyncGenerator<RowsPart> {
    const { missing, ...snapshot } = await this.since(request.segments, request.version);
    const reading = new RowReading(this.#context.cache, request, { snapshot, signal });
    yield* reading.parts();
    yield { type: 'end', missing: [...missing, ...reading.missing] };
  }

  #sinceOf(segments: readonly string[], version: number): Since {
    const parts = this.#context.holdings.parts();
    const held = new Set(parts.map(({ id }) => id));
    const since = this.#since(
      parts.filter(({ id }) => segments.includes(id)),
      version,
    );
    const gone = segments.filter((id) => !held.has(id));
    const missing = gone.map((id) => `segment ${id}, which is changing hands`);
    if (segments.length > 0 && this.#context.store.isForgotten(version)) {
      missing.push('what was sealed and merged since the search began, long ago');
    }
    return { ...since, missing };
  }

  /**
   * What no chunk of that version has. Between a chunk's commit and the moment that this process knows of
   * it, its records are in both: the catalogue tells which of the two counts. One that was replaced since then
   * counts as it was: what is in its place is newer, and nobody is asked for that.
   */
  #since(parts: readonly SegmentPart[], version: number): HoldingsSnapshot {
    const { store } = this.#context;
    const isNewer = (chunk: string, ifUnknown: number) =>
      (store.known(chunk)?.version ?? ifUnknown) > version;
    const open = parts
      .flatMap((part) => part.open)
      .filter(({ chunk }) => isNewer(chunk, Number.POSITIVE_INFINITY))
      .map(({ set }) => set);
    const isStillOpen = new Set(parts.flatMap((part) => part.open.map(({ chunk }) => chunk)));
    const chunks: ChunkEntry[] = parts
      .flatMap((part) => part.sealed)
      // One that the catalogue has no more was let go of.
      .filter(({ id }) => !isStillOpen.has(id) && isNewer(id, Number.NEGATIVE_INFINITY));
    return { open, chunks };
  }
}
