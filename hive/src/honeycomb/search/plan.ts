import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import type { SearchRequest } from '@apiary/common/messages/actions/honeycomb.ts';
import { overlaps, type TimeRange } from '../holdings/chunks-by-time.ts';
import type { HoldingsSnapshot } from '../holdings/holdings.ts';
import type { RecordSource } from '../records/record-set.ts';
import type { Order } from './position.ts';
import type { TallySpan } from './tally.ts';

/** One thing to look at. */
export type Source = { readonly minTime: number; readonly maxTime: number } & (
  | { readonly kind: 'open'; readonly set: RecordSource }
  | { readonly kind: 'chunk'; readonly entry: ChunkEntry }
);

/** What overlaps the range, in the order in which it can hold the first record. */
export function planSources(holdings: HoldingsSnapshot, range: TimeRange, order: Order): Source[] {
  const sources: Source[] = [
    ...holdings.open.map((set) => ({
      kind: 'open' as const,
      set,
      minTime: set.minTime,
      maxTime: set.maxTime,
    })),
    ...holdings.chunks.map((entry) => ({
      kind: 'chunk' as const,
      entry,
      minTime: entry.minTime,
      maxTime: entry.maxTime,
    })),
  ].filter((source) => overlaps(source, range));
  return sources.sort((a, b) =>
    order === 'newest' ? b.maxTime - a.maxTime : a.minTime - b.minTime,
  );
}

/** The stretch of time that counts by time show: the range, as far as it is given, else what is held. */
export function spanOf(
  range: { readonly from?: number | undefined; readonly to?: number | undefined },
  sources: readonly { readonly minTime: number; readonly maxTime: number }[],
  nowMs: number,
  buckets: number,
): TallySpan {
  const times = sources.flatMap((source) => [source.minTime, source.maxTime]);
  const earliest = times.reduce((a, b) => Math.min(a, b), nowMs);
  const latest = times.reduce((a, b) => Math.max(a, b), earliest);
  const from = range.from ?? earliest;
  const to = Math.max(range.to ?? latest + 1, from + 1);
  return { from, to, buckets };
}

/** The span of a search's histogram; undefined where none is wanted. */
export function histogramSpan(
  request: Pick<SearchRequest, 'from' | 'to' | 'histogram'>,
  sources: readonly { readonly minTime: number; readonly maxTime: number }[],
  nowMs: number,
): TallySpan | undefined {
  return request.histogram && spanOf(request, sources, nowMs, request.histogram.buckets);
}
