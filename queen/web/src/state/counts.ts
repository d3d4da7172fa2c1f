/** Exact counts by time and level, kept up to date as live lines come in and old buckets leave. */
import type { Histogram } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Level, LogRecord } from '@apiary/common/record.ts';

/** A level, or none. */
export type LevelOrNone = Level | 'none';

/** Worst first: the order of legends and, from the base up, of the histogram's stack. */
export const LEVELS_WORST_FIRST = [
  'fatal',
  'error',
  'warn',
  'info',
  'debug',
  'trace',
  'none',
] as const satisfies readonly LevelOrNone[];

/** What is known of all matching lines, shown or not. */
export interface Counts {
  readonly total: number;
  readonly hosts: number;
  readonly histogram: Histogram | undefined;
}

/** The sum of a level over all buckets. */
export function levelTotal(histogram: Histogram, level: LevelOrNone): number {
  let total = 0;
  for (const count of histogram.levels[level] ?? []) total += count;
  return total;
}

/** The number of buckets. */
export function bucketCount(histogram: Histogram): number {
  return Math.max(0, ...Object.values(histogram.levels).map((counts) => counts.length));
}

/** A histogram without any line has no counts; with the buckets asked for it can take live ones. */
export function withBuckets(histogram: Histogram, buckets: number): Histogram {
  if (bucketCount(histogram) > 0) return histogram;
  return { ...histogram, levels: { info: Array.from({ length: buckets }, () => 0) } };
}

/** Counts with new lines in them. Lines outside the histogram's buckets count in the total alone. */
export function addLines(counts: Counts, records: readonly LogRecord[]): Counts {
  const total = counts.total + records.length;
  const histogram = counts.histogram;
  if (!histogram || records.length === 0) return { ...counts, total };
  const length = bucketCount(histogram);
  const levels: Histogram['levels'] = { ...histogram.levels };
  const copied = new Set<LevelOrNone>();
  for (const record of records) {
    const bucket = Math.floor((record.time - histogram.from) / histogram.step);
    if (bucket < 0 || bucket >= length) continue;
    const level = record.level ?? 'none';
    const row = copied.has(level)
      ? (levels[level] ?? [])
      : [...(levels[level] ?? Array.from({ length }, () => 0))];
    copied.add(level);
    levels[level] = row;
    row[bucket] = (row[bucket] ?? 0) + 1;
  }
  return { ...counts, total, histogram: { ...histogram, levels } };
}

/**
 * Moves the last bucket to the moment `nowMs`. With `slides` as many buckets leave at the other end,
 * and the total shrinks by their lines; otherwise the histogram grows up to `bucketsMax`.
 */
export function moveTo(
  counts: Counts,
  nowMs: number,
  options: { readonly slides: boolean; readonly bucketsMax: number },
): Counts {
  const histogram = counts.histogram;
  const length = histogram ? bucketCount(histogram) : 0;
  if (!histogram || length === 0) return counts;
  const wanted = Math.floor((nowMs - histogram.from) / histogram.step) + 1;
  if (wanted <= length) return counts;
  const finalLength = options.slides ? length : Math.min(wanted, options.bucketsMax);
  const leaving = wanted - finalLength;
  let left = 0;
  const levels: Histogram['levels'] = {};
  for (const level of LEVELS_WORST_FIRST) {
    const row = histogram.levels[level];
    if (!row) continue;
    for (const count of row.slice(0, leaving)) left += count;
    levels[level] = Array.from({ length: finalLength }, (_, bucket) => row[bucket + leaving] ?? 0);
  }
  const from = histogram.from + leaving * histogram.step;
  const total = options.slides ? Math.max(0, counts.total - left) : counts.total;
  return { ...counts, total, histogram: { ...histogram, from, levels } };
}
