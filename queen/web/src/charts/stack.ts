/** The geometry of a stacked histogram: paths per level, pure numbers in, text out. */
import type { Histogram } from '@apiary/common/messages/actions/honeycomb.ts';
import { max } from 'd3';
import { bucketCount, LEVELS_WORST_FIRST, type LevelOrNone } from '../state/counts.ts';

/** One level's bars as a path. */
export interface StackLayer {
  readonly level: LevelOrNone;
  readonly path: string;
}

/** Lines in each bucket, all levels together. */
export function bucketTotals(histogram: Histogram): number[] {
  const totals = Array.from({ length: bucketCount(histogram) }, () => 0);
  for (const counts of Object.values(histogram.levels)) {
    for (const [bucket, count] of counts.entries()) {
      totals[bucket] = (totals[bucket] ?? 0) + count;
    }
  }
  return totals;
}

/** The highest bucket, at least 1. */
export function highestTotal(histogram: Histogram): number {
  return Math.max(1, max(bucketTotals(histogram)) ?? 1);
}

/** Worst levels at the base. `x` and `y` turn times and counts into pixels. */
export function stackLayers(
  histogram: Histogram,
  x: (timeMs: number) => number,
  y: (count: number) => number,
): StackLayer[] {
  const length = bucketCount(histogram);
  const base = Array.from({ length }, () => 0);
  const layers: StackLayer[] = [];
  for (const level of LEVELS_WORST_FIRST) {
    const counts = histogram.levels[level];
    if (!counts) continue;
    let path = '';
    for (let bucket = 0; bucket < length; bucket++) {
      const count = counts[bucket] ?? 0;
      if (count === 0) continue;
      const low = base[bucket] ?? 0;
      base[bucket] = low + count;
      path += bar(histogram, bucket, x, [y(low), y(low + count)]);
    }
    if (path !== '') layers.push({ level, path });
  }
  return layers;
}

/** A bar with a gap of one pixel beside it where there is room. */
function bar(
  histogram: Histogram,
  bucket: number,
  x: (timeMs: number) => number,
  [bottom, top]: readonly [number, number],
): string {
  const left = x(histogram.from + bucket * histogram.step);
  const right = x(histogram.from + (bucket + 1) * histogram.step);
  const gap = right - left > 4 ? 1 : 0;
  const visibleTop = Math.min(top, bottom - 0.5);
  return `M${left.toFixed(1)} ${bottom.toFixed(1)}V${visibleTop.toFixed(1)}H${(right - gap).toFixed(1)}V${bottom.toFixed(1)}Z`;
}
