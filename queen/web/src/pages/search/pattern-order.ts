/** Patterns in an order. */
import type { Pattern } from '@apiary/common/messages/analysis.ts';

/** Orders that one can choose. */
export const SORTS = [
  { key: 'most', name: 'Most lines' },
  { key: 'newest', name: 'Newest' },
  { key: 'rising', name: 'Rising' },
] as const;

/** See {@link SORTS}. */
export type Sort = (typeof SORTS)[number]['key'];

/** The first part of a range: what is not in it is new. */
const EARLY_SHARE = 0.2;

/** The patterns in an order; the same array is not changed. */
export function sortPatterns(patterns: readonly Pattern[], sort: Sort): Pattern[] {
  const value: Readonly<Record<Sort, (pattern: Pattern) => number>> = {
    most: (pattern) => pattern.count,
    newest: (pattern) => pattern.first,
    rising: risingBy,
  };
  return patterns.toSorted((a, b) => value[sort](b) - value[sort](a));
}

/** True if no line of the pattern is in the first fifth of the range. */
export function startsLate(
  pattern: Pattern,
  span: { readonly fromMs: number; readonly stepMs: number },
): boolean {
  return pattern.first > span.fromMs + pattern.trend.length * span.stepMs * EARLY_SHARE;
}

/** Lines of the later half that the earlier half has not. */
function risingBy(pattern: Pattern): number {
  const middle = Math.floor(pattern.trend.length / 2);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  return sum(pattern.trend.slice(middle)) - sum(pattern.trend.slice(0, middle));
}
