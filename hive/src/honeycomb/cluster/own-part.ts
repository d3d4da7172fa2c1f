/** One honeycomb's part of a search that another one coordinates. */
import type { ChunkEntry, ChunkStore } from '@apiary/common/chunks/chunks.ts';
import type {
  Cover,
  Part,
  PartRequest,
} from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { Holdings, HoldingsSnapshot, SegmentPart } from '../holdings.ts';
import type { Search } from '../search/search.ts';

/** What it works with. */
export interface OwnPartContext {
  readonly store: ChunkStore;
  readonly holdings: Holdings;
  readonly search: Search;
}

/** See the file's head. */
export class OwnPart {
  readonly #context: OwnPartContext;

  constructor(context: OwnPartContext) {
    this.#context = context;
  }

  /** Which segments it answers for. */
  async cover(version: number): Promise<Cover> {
    await this.#context.store.catalogue();
    const parts = this.#context.holdings.parts();
    const segments = parts.map(({ id, epoch }) => ({ id, epoch }));
    const { open, chunks } = this.#since(parts, version);
    const known = [...open, ...chunks].filter(({ minTime, maxTime }) => minTime <= maxTime);
    if (known.length === 0) return { segments };
    const min = known.reduce((least, { minTime }) => Math.min(least, minTime), Infinity);
    const max = known.reduce((most, { maxTime }) => Math.max(most, maxTime), -Infinity);
    return { segments, times: { min, max } };
  }

  /** Its part. A segment that it no longer holds, or a chunk that is no more, is missing. */
  async *run(request: PartRequest, signal?: AbortSignal): AsyncGenerator<Part> {
    const { store, holdings, search } = this.#context;
    const catalogue = await store.catalogue();
    const parts = holdings.parts();
    const wanted = new Set(request.segments);
    const since = this.#since(
      parts.filter(({ id }) => wanted.delete(id) || request.segments.includes(id)),
      request.version,
    );
    const asked = new Set(request.chunks);
    const chunks = catalogue.chunks.filter(({ id }) => asked.delete(id));
    const over = { open: since.open, chunks: [...chunks, ...since.chunks] };
    const missing = [
      ...[...wanted].map((id) => `segment ${id}, which is changing hands`),
      ...(asked.size > 0 ? [`${asked.size} chunks that were dropped or compacted meanwhile`] : []),
    ];
    const { span, nowMs } = request;
    for await (const part of search.part(request.search, { over, span, nowMs }, signal)) {
      yield part.type === 'end' ? { ...part, missing: [...part.missing, ...missing] } : part;
    }
  }

  /**
   * What no chunk of that version has. Between a chunk's commit and the moment that this process knows of
   * it, its records are in both: the catalogue tells which of the two counts.
   */
  #since(parts: readonly SegmentPart[], version: number): HoldingsSnapshot {
    const { store } = this.#context;
    const isNewer = (chunk: string) =>
      (store.versionOf(chunk) ?? Number.POSITIVE_INFINITY) > version;
    const open = parts
      .flatMap((part) => part.open)
      .filter(({ chunk }) => isNewer(chunk))
      .map(({ set }) => set);
    const isStillOpen = new Set(parts.flatMap((part) => part.open.map(({ chunk }) => chunk)));
    const chunks: ChunkEntry[] = parts
      .flatMap((part) => part.sealed)
      .filter(({ id }) => !isStillOpen.has(id) && isNewer(id));
    return { open, chunks };
  }
}
